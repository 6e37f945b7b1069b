-- An alert_sent earlier than the one that was known moves its alert to an earlier day: the day it
-- leaves must be scored again. (The day it comes to is marked when the batch is aggregated.)
-- in:  batch_id
INSERT INTO unscored_alert_days (venue_id, sent_date)
SELECT DISTINCT a.venue_id, (a.alert_sent_at AT TIME ZONE m.timezone)::date
FROM staged_alerts s
JOIN alerts a USING (venue_id, alert_id)
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
WHERE s.batch_id = :batch_id AND s.problem IS NULL AND s.event_type = 'alert_sent'
  AND s.occurred_at < a.alert_sent_at
ORDER BY 1, 2
-- Touched, or a tick that runs meanwhile would take the mark away without having seen the change.
ON CONFLICT (venue_id, sent_date) DO UPDATE SET sent_date = excluded.sent_date

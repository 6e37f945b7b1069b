-- Events of alerts whose user was forgotten are counted and folded, but not kept. Their days are
-- noted here, since no tick will see the events.
-- in:  batch_id
WITH erased AS (
    DELETE FROM alert_events e
    USING alerts a
    WHERE e.batch_id = :batch_id AND a.forgotten_at IS NOT NULL
      AND a.venue_id = e.venue_id AND a.alert_id = e.alert_id
    RETURNING a.venue_id, a.alert_sent_at
)
INSERT INTO unscored_alert_days (venue_id, sent_date)
SELECT DISTINCT e.venue_id, (e.alert_sent_at AT TIME ZONE m.timezone)::date
FROM erased e
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
WHERE e.alert_sent_at IS NOT NULL
ORDER BY 1, 2
-- Touched, or a tick that runs meanwhile would take the mark away without having seen the change.
ON CONFLICT (venue_id, sent_date) DO UPDATE SET sent_date = excluded.sent_date

-- The days of sending of all alerts that the batches' events are about.
-- in:  batch_ids
INSERT INTO unscored_alert_days (venue_id, sent_date)
SELECT DISTINCT a.venue_id, (a.alert_sent_at AT TIME ZONE m.timezone)::date
FROM alert_events e
JOIN alerts a USING (venue_id, alert_id)
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
WHERE e.batch_id = ANY (CAST(:batch_ids AS bigint[])) AND a.alert_sent_at IS NOT NULL
ORDER BY 1, 2
ON CONFLICT DO NOTHING

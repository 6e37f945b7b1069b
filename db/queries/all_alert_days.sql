-- in:  market_id, timezone
SELECT DISTINCT a.venue_id, (a.alert_sent_at AT TIME ZONE CAST(:timezone AS text))::date AS sent_date
FROM alerts a
JOIN venues v USING (venue_id)
WHERE v.market_id = :market_id AND a.alert_sent_at IS NOT NULL
ORDER BY 1, 2

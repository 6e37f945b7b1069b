-- Days that events came for after they were sealed, the latest first.
-- in:  row_limit
SELECT opened_date, count(*) AS late_events, max(received_at) AS last_received_at
FROM late_events
GROUP BY opened_date
ORDER BY last_received_at DESC, opened_date DESC
LIMIT :row_limit

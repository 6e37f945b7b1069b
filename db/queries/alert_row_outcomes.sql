-- What became of each staged event: why it was refused, or whether it was new (of those of one id in
-- a delivery the first).
-- in:  batch_id
SELECT s.row_number, s.problem,
    s.problem IS NULL AND coalesce(e.batch_id = s.batch_id, false)
        AND row_number() OVER (
            PARTITION BY s.venue_id, s.event_id, s.problem IS NULL ORDER BY s.row_number
        ) = 1 AS is_new
FROM staged_alerts s
LEFT JOIN alert_events e ON e.venue_id = s.venue_id AND e.event_id = s.event_id
WHERE s.batch_id = :batch_id
ORDER BY s.row_number

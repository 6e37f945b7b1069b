-- Openings without an end that `open_drops` does not list, and what it lists beside them.
WITH raw AS (
    SELECT venue_id, slot_id, opened_at
    FROM drop_events o
    WHERE NOT is_end AND NOT EXISTS (
        SELECT FROM drop_events e
        WHERE e.venue_id = o.venue_id AND e.opened_date = o.opened_date AND e.slot_id = o.slot_id
          AND e.opened_at = o.opened_at AND e.is_end)
)
SELECT venue_id, slot_id, opened_at,
    CASE WHEN listed.slot_id IS NULL THEN 'has no end, but open_drops does not list it'
        ELSE 'is listed in open_drops, but has ended or never opened' END AS problem
FROM raw
FULL JOIN (SELECT venue_id, slot_id, opened_at FROM open_drops) AS listed
    USING (venue_id, slot_id, opened_at)
WHERE raw.slot_id IS NULL OR listed.slot_id IS NULL
ORDER BY venue_id, slot_id, opened_at
LIMIT 10

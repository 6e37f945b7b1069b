-- When a venue's drops opened and for when, one row a drop: local minute, local day, days ahead, and
-- the table's own local day and hour.
-- in:  venue_id, start_date, end_date (both included)
SELECT minute AS opened_minute, opened_date, slot_date - opened_date AS lead_days, slot_date,
    slot_hour
FROM drop_rollup, unnest(opened_minutes) AS minute
WHERE venue_id = :venue_id AND opened_date BETWEEN :start_date AND :end_date
ORDER BY opened_date, slot_date, slot_hour, party_size, minute

-- When tables for one weekday and some hours of it opened: by the weekday and hour of opening and by
-- the days ahead.
-- in:  market_id, neighborhood (NULL: any), slot_weekday (ISO), first_hour, last_hour (of the slot,
--      both included), start_date, end_date (of opening, both included)
SELECT date_part('isodow', r.opened_date)::int AS opened_weekday, minute / 60 AS opened_hour,
    r.slot_date - r.opened_date AS lead_days, count(*) AS new_drops
FROM venues v
JOIN drop_rollup r USING (venue_id), unnest(r.opened_minutes) AS minute
WHERE v.market_id = :market_id
  AND (CAST(:neighborhood AS text) IS NULL OR v.neighborhood = :neighborhood)
  AND r.opened_date BETWEEN CAST(:start_date AS date) AND CAST(:end_date AS date)
  AND date_part('isodow', r.slot_date) = :slot_weekday
  AND r.slot_hour BETWEEN :first_hour AND :last_hour
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3

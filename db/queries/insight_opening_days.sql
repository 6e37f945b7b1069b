-- When tables for one weekday and some hours of it opened: by the day and hour of opening.
-- in:  market_id, slot_weekday (ISO), first_hour, last_hour (of the slot, both included),
--      start_date, end_date (of opening, both included)
SELECT r.opened_date, minute / 60 AS opened_hour, count(*) AS new_drops
FROM venues v
JOIN drop_rollup r USING (venue_id), unnest(r.opened_minutes) AS minute
WHERE v.market_id = :market_id
  AND r.opened_date BETWEEN CAST(:start_date AS date) AND CAST(:end_date AS date)
  AND date_part('isodow', r.slot_date) = :slot_weekday
  AND r.slot_hour BETWEEN :first_hour AND :last_hour
GROUP BY 1, 2
ORDER BY 1, 2

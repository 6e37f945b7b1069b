-- A venue's days, oldest first.
-- in:  venue_id, start_date, end_date (both included)
SELECT *
FROM venue_metrics
WHERE venue_id = :venue_id AND window_date BETWEEN :start_date AND :end_date
ORDER BY window_date

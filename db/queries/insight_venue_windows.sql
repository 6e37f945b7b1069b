-- A venue's windows of every length that end on one day, shortest first.
-- in:  venue_id, as_of_date
SELECT *
FROM venue_rolling_metrics
WHERE venue_id = :venue_id AND as_of_date = :as_of_date
ORDER BY window_days

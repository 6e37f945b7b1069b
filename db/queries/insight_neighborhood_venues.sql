-- Venues of each neighborhood that opened a table on these days.
-- in:  market_id, start_date, end_date (both included)
SELECT v.neighborhood, count(*) AS venue_count
FROM venues v
WHERE v.market_id = :market_id AND EXISTS (
    SELECT FROM venue_metrics d
    WHERE d.venue_id = v.venue_id AND d.window_date BETWEEN :start_date AND :end_date
)
GROUP BY v.neighborhood

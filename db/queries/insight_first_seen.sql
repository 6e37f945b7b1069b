-- Venues of a market whose first drop ever seen opened in a span. The first is read off the key.
-- in:  market_id, start_date, end_date (both included)
SELECT v.venue_id, v.name
FROM venues v
CROSS JOIN LATERAL (
    SELECT d.window_date FROM venue_metrics d WHERE d.venue_id = v.venue_id ORDER BY d.window_date LIMIT 1
) AS first_day
WHERE v.market_id = :market_id AND first_day.window_date BETWEEN :start_date AND :end_date
ORDER BY v.name, v.venue_id

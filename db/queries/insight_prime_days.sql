-- Prime drops by venue and day of a market, for the last whole weeks against one another.
-- in:  market_id, start_date, end_date (both included)
SELECT venue_id, window_date, prime_time_drops
FROM venue_metrics
WHERE market_id = :market_id AND window_date BETWEEN :start_date AND :end_date
ORDER BY venue_id, window_date

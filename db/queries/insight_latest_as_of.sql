-- The newest day for which a market's windows of this length were scored.
-- in:  market_id, window_days
SELECT as_of_date
FROM venue_rolling_metrics
WHERE market_id = :market_id AND window_days = :window_days
ORDER BY as_of_date DESC
LIMIT 1

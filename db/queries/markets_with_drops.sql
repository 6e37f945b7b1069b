-- Markets in which a drop opened on any of these days.
-- in:  first_date, last_date (both included)
SELECT m.market_id
FROM markets m
WHERE EXISTS (
    SELECT FROM market_metrics d
    WHERE d.market_id = m.market_id AND d.metric_type = 'daily_totals'
      AND d.window_date BETWEEN :first_date AND :last_date)
ORDER BY m.market_id

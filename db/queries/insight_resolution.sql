-- How well a market's open times are known: what its latest windows were scored with.
-- in:  market_id
SELECT (
    SELECT resolution_seconds
    FROM venue_rolling_metrics r
    WHERE r.market_id = m.market_id
    ORDER BY as_of_date DESC
    LIMIT 1) AS resolution_seconds
FROM markets m
WHERE m.market_id = :market_id

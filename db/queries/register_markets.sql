-- in:  batch_id, default_timezone
INSERT INTO markets (market_id, name, timezone)
SELECT DISTINCT ON (coalesce(market_id, market)) coalesce(market_id, market), coalesce(market_id, market),
    coalesce(timezone, CAST(:default_timezone AS text))
FROM staged_venues
WHERE batch_id = :batch_id AND problem IS NULL AND coalesce(market_id, market) IS NOT NULL
ORDER BY coalesce(market_id, market), timezone IS NULL, row_number
ON CONFLICT DO NOTHING

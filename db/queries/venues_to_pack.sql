-- Every venue of a market or, where none is named, of all.
-- in:  market_id (or null)
SELECT venue_id
FROM venues
WHERE market_id = :market_id OR CAST(:market_id AS text) IS NULL
ORDER BY venue_id

-- The market's venues by name, to choose one from.
-- in:  market_id
SELECT venue_id, name, neighborhood FROM venues WHERE market_id = :market_id
ORDER BY lower(name), venue_id

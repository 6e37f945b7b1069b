-- in:  market_id
DELETE FROM venue_trends
WHERE market_id = :market_id

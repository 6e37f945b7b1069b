-- in:  market_id, after
DELETE FROM venue_trends
WHERE market_id = :market_id AND as_of_date > :after

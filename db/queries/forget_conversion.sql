-- in:  market_id
DELETE FROM conversion_metrics c
USING venues v
WHERE v.venue_id = c.venue_id AND v.market_id = :market_id

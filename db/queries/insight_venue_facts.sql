-- What is known of a market's venues, as readers of windows get it beside them.
-- in:  market_id
SELECT v.venue_id, v.name, v.neighborhood, v.cuisine, v.price, v.lists, m.is_simulated
FROM venues v
JOIN markets m USING (market_id)
WHERE v.market_id = :market_id

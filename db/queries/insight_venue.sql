-- in:  venue_id
SELECT v.venue_id, v.name, v.neighborhood, v.cuisine, v.price, v.lists, v.market_id,
    m.name AS market_name, m.timezone, m.is_simulated, m.prime_start_hour, m.prime_end_hour
FROM venues v
JOIN markets m USING (market_id)
WHERE v.venue_id = :venue_id

-- Every market with alerts, and what its conversion was last scored for.
SELECT m.market_id, m.timezone, m.prime_start_hour, m.prime_end_hour,
    k.scored_for, k.window_seconds, k.method_key
FROM markets m
LEFT JOIN conversion_scores k USING (market_id)
WHERE EXISTS (
    SELECT FROM venues v
    WHERE v.market_id = m.market_id AND EXISTS (SELECT FROM alerts a WHERE a.venue_id = v.venue_id))
ORDER BY m.market_id

-- Markets whose conversion was scored.
SELECT m.market_id, m.timezone, m.is_simulated, k.scored_for, k.window_seconds
FROM conversion_scores k
JOIN markets m USING (market_id)
ORDER BY m.market_id

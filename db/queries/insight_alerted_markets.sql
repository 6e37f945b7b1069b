-- Markets whose conversion was scored and that have alerts, with the days on which these were sent.
SELECT m.market_id, m.name, m.timezone, m.is_simulated, k.scored_for,
    min(c.sent_date) AS first_date, max(c.sent_date) AS last_date
FROM conversion_scores k
JOIN markets m USING (market_id)
JOIN venues v USING (market_id)
JOIN conversion_metrics c USING (venue_id)
GROUP BY m.market_id, m.name, m.timezone, m.is_simulated, k.scored_for
ORDER BY m.is_simulated, m.market_id

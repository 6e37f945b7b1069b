-- How far a market's data reach: first event, the last look taken in, and what it was scored for.
-- in:  market_id
SELECT m.timezone, s.first_event_at, k.seen_until, k.scored_for, k.computed_at
FROM markets m
LEFT JOIN market_spans s USING (market_id)
LEFT JOIN market_scores k USING (market_id)
WHERE m.market_id = :market_id

-- A venue that was never seen before belongs to the default market until somebody says otherwise.
-- in:  venue_ids, default_market_id
INSERT INTO venues (venue_id, market_id, name)
SELECT venue_id, CAST(:default_market_id AS text), venue_id
FROM unnest(CAST(:venue_ids AS text[])) AS venue_id
ORDER BY venue_id
ON CONFLICT DO NOTHING

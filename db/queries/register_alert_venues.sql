-- A venue that was never seen before belongs to the default market until somebody says otherwise.
-- in:  batch_id, default_market_id
INSERT INTO venues (venue_id, market_id, name)
SELECT DISTINCT venue_id, CAST(:default_market_id AS text), venue_id
FROM staged_alerts s
WHERE batch_id = :batch_id AND problem IS NULL
  AND NOT EXISTS (SELECT FROM venues v WHERE v.venue_id = s.venue_id)
ORDER BY venue_id
ON CONFLICT DO NOTHING

-- Waits for deliveries of events of these venues, and of others in their markets, and keeps new ones
-- waiting: a venue's market decides the local dates of its events.
-- in:  batch_id
SELECT 1
FROM venues
WHERE venue_id IN (SELECT venue_id FROM staged_venues WHERE batch_id = :batch_id)
   OR market_id IN (SELECT coalesce(market_id, market) FROM staged_venues WHERE batch_id = :batch_id)
ORDER BY venue_id
FOR UPDATE

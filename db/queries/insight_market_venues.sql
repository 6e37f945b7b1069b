-- in:  market_id, neighborhood (NULL: any)
SELECT venue_id
FROM venues
WHERE market_id = :market_id
  AND (CAST(:neighborhood AS text) IS NULL OR neighborhood = :neighborhood)
ORDER BY venue_id

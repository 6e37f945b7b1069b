-- The latest revision of every edition, the newest week first.
-- in:  market_id (NULL: all), audience
SELECT DISTINCT ON (first_date, market_id, iso_week) *
FROM digests
WHERE audience = :audience
  AND (CAST(:market_id AS text) IS NULL OR market_id = :market_id)
ORDER BY first_date DESC, market_id, iso_week, revision DESC

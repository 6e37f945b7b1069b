-- Revisions of earlier weeks that no later edition has listed among its corrections, oldest first.
-- in:  market_id, audience, first_date (of the edition that is being made)
SELECT d.*
FROM digests d
WHERE d.market_id = :market_id AND d.audience = :audience AND d.revision > 1
  AND d.first_date < :first_date
  AND NOT EXISTS (
    SELECT
    FROM digests later
    CROSS JOIN LATERAL jsonb_array_elements(later.facts -> 'corrections') AS told
    WHERE later.market_id = d.market_id AND later.audience = d.audience
      AND told ->> 'iso_week' = d.iso_week AND (told ->> 'revision')::int = d.revision)
ORDER BY d.first_date, d.revision

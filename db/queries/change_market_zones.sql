-- A market without events takes the zone it is now said to have.
-- in:  batch_id, default_market_id
UPDATE markets
SET timezone = said.timezone
FROM (
    SELECT DISTINCT ON (1) coalesce(s.market_id, s.market, v.market_id, CAST(:default_market_id AS text)) AS market_id,
        s.timezone
    FROM staged_venues s
    LEFT JOIN venues v USING (venue_id)
    WHERE s.batch_id = :batch_id AND s.problem IS NULL AND s.timezone IS NOT NULL
    ORDER BY 1, s.row_number
) AS said
WHERE markets.market_id = said.market_id AND markets.timezone <> said.timezone

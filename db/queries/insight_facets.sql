-- What the market's venues can be filtered by: each neighborhood, cuisine and list with its venues.
-- in:  market_id
SELECT facet, value, count(*) AS venue_count
FROM (
    SELECT 'neighborhood' AS facet, neighborhood AS value FROM venues WHERE market_id = :market_id
    UNION ALL
    SELECT 'cuisine', cuisine FROM venues WHERE market_id = :market_id
    UNION ALL
    SELECT 'list', unnest(lists) FROM venues WHERE market_id = :market_id
) AS facets
WHERE value IS NOT NULL
GROUP BY facet, value
ORDER BY facet, value COLLATE "C"

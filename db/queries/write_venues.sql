-- Of each venue the last row stands; what it does not say stays as it was.
-- in:  batch_id, default_market_id
-- out: the venues that are new or were changed
INSERT INTO venues AS kept (venue_id, market_id, name, neighborhood, cuisine, price, lists)
SELECT DISTINCT ON (s.venue_id) s.venue_id,
    coalesce(s.market_id, s.market, v.market_id, CAST(:default_market_id AS text)),
    coalesce(s.name, v.name, s.venue_id), coalesce(s.neighborhood, v.neighborhood),
    coalesce(s.cuisine, v.cuisine), coalesce(s.price, v.price),
    CASE WHEN s.lists IS NULL THEN coalesce(v.lists, '{}')
        ELSE ARRAY(SELECT DISTINCT trim(item) FROM unnest(string_to_array(s.lists, ';')) AS item
            WHERE trim(item) <> '' ORDER BY 1) END
FROM staged_venues s
LEFT JOIN venues v USING (venue_id)
WHERE s.batch_id = :batch_id AND s.problem IS NULL
ORDER BY s.venue_id, s.row_number DESC
ON CONFLICT (venue_id) DO UPDATE
SET market_id = excluded.market_id, name = excluded.name, neighborhood = excluded.neighborhood,
    cuisine = excluded.cuisine, price = excluded.price, lists = excluded.lists
WHERE (kept.market_id, kept.name, kept.neighborhood, kept.cuisine, kept.price, kept.lists)
    IS DISTINCT FROM (excluded.market_id, excluded.name, excluded.neighborhood, excluded.cuisine,
        excluded.price, excluded.lists)
RETURNING venue_id

-- Facts about venues that came with the events: of each, the latest that was said.
-- in:  batch_id
UPDATE venues
SET name = coalesce(said.name, venues.name),
    neighborhood = coalesce(said.neighborhood, venues.neighborhood),
    cuisine = coalesce(said.cuisine, venues.cuisine),
    price = coalesce(said.price, venues.price)
FROM (
    SELECT venue_id,
        (array_agg(venue_name ORDER BY occurred_at DESC, row_number DESC) FILTER (WHERE venue_name IS NOT NULL))[1] AS name,
        (array_agg(neighborhood ORDER BY occurred_at DESC, row_number DESC) FILTER (WHERE neighborhood IS NOT NULL))[1] AS neighborhood,
        (array_agg(cuisine ORDER BY occurred_at DESC, row_number DESC) FILTER (WHERE cuisine IS NOT NULL))[1] AS cuisine,
        (array_agg(price ORDER BY occurred_at DESC, row_number DESC) FILTER (WHERE price IS NOT NULL))[1] AS price
    FROM staged_drops
    WHERE batch_id = :batch_id AND problem IS NULL
      AND (venue_name, neighborhood, cuisine, price) IS DISTINCT FROM (NULL, NULL, NULL, NULL)
    GROUP BY venue_id
) AS said
WHERE venues.venue_id = said.venue_id
  AND (venues.name, venues.neighborhood, venues.cuisine, venues.price) IS DISTINCT FROM (
      coalesce(said.name, venues.name), coalesce(said.neighborhood, venues.neighborhood),
      coalesce(said.cuisine, venues.cuisine), coalesce(said.price, venues.price))

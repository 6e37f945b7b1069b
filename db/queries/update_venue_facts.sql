-- Facts about venues that came with the events: of each, the latest that was said. The days of a venue
-- that is now said to be in another neighborhood are to be scored again.
-- in:  batch_id
WITH said AS (
    SELECT venue_id,
        (array_agg(venue_name ORDER BY occurred_at DESC, row_number DESC) FILTER (WHERE venue_name IS NOT NULL))[1] AS name,
        (array_agg(neighborhood ORDER BY occurred_at DESC, row_number DESC) FILTER (WHERE neighborhood IS NOT NULL))[1] AS neighborhood,
        (array_agg(cuisine ORDER BY occurred_at DESC, row_number DESC) FILTER (WHERE cuisine IS NOT NULL))[1] AS cuisine,
        (array_agg(price ORDER BY occurred_at DESC, row_number DESC) FILTER (WHERE price IS NOT NULL))[1] AS price
    FROM staged_drops
    WHERE batch_id = :batch_id AND problem IS NULL
      AND (venue_name, neighborhood, cuisine, price) IS DISTINCT FROM (NULL, NULL, NULL, NULL)
    GROUP BY venue_id
), moved AS (
    INSERT INTO unscored_venue_days (venue_id, opened_date)
    SELECT DISTINCT r.venue_id, r.opened_date
    FROM said
    JOIN venues v USING (venue_id)
    JOIN drop_rollup r USING (venue_id)
    WHERE said.neighborhood <> coalesce(v.neighborhood, '')
    ORDER BY r.venue_id, r.opened_date
    -- Touched, or a tick that runs meanwhile would take the mark away without having seen the change.
    ON CONFLICT (venue_id, opened_date) DO UPDATE SET opened_date = excluded.opened_date
)
UPDATE venues
SET name = coalesce(said.name, venues.name),
    neighborhood = coalesce(said.neighborhood, venues.neighborhood),
    cuisine = coalesce(said.cuisine, venues.cuisine),
    price = coalesce(said.price, venues.price)
FROM said
WHERE venues.venue_id = said.venue_id
  AND (venues.name, venues.neighborhood, venues.cuisine, venues.price) IS DISTINCT FROM (
      coalesce(said.name, venues.name), coalesce(said.neighborhood, venues.neighborhood),
      coalesce(said.cuisine, venues.cuisine), coalesce(said.price, venues.price))

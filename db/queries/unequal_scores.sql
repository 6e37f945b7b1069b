-- Venue-days whose derived row does not hold the drops of the rollup, though nothing waits to be
-- scored there.
WITH rollup AS (
    SELECT venue_id, opened_date, sum(cardinality(opened_minutes)) AS openings,
        sum(cardinality(closed_seconds)) AS closings
    FROM drop_rollup
    GROUP BY venue_id, opened_date
)
SELECT venue_id, opened_date,
    format('the rollup holds %s drops, %s of them closed; venue_metrics %s and %s',
        openings, closings, new_drop_count, closed_count) AS problem
FROM rollup r
FULL JOIN (
    SELECT venue_id, window_date AS opened_date, new_drop_count, closed_count FROM venue_metrics
) AS m USING (venue_id, opened_date)
WHERE (openings, closings) IS DISTINCT FROM (new_drop_count, closed_count)
  AND NOT EXISTS (
    SELECT FROM unscored_venue_days u
    WHERE u.venue_id = coalesce(r.venue_id, m.venue_id)
      AND u.opened_date = coalesce(r.opened_date, m.opened_date))
ORDER BY opened_date, venue_id
LIMIT 10

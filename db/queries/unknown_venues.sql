-- Venues that nobody registered, but that have cells: no day's proof would look at those.
SELECT DISTINCT venue_id
FROM drop_rollup r
WHERE NOT EXISTS (SELECT FROM venues v WHERE v.venue_id = r.venue_id)
ORDER BY venue_id
LIMIT 10

-- The market's venues with a drop on a date or later.
-- in:  market_id, since
SELECT v.venue_id
FROM venues v
WHERE v.market_id = :market_id
  AND EXISTS (SELECT FROM drop_rollup r WHERE r.venue_id = v.venue_id AND r.opened_date >= :since)
ORDER BY v.venue_id

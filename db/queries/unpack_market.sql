-- All venue-days of the market are to be packed and scored anew.
-- in:  market_id
WITH forgotten AS (
    DELETE FROM venue_day_drops d
    USING venues v
    WHERE v.venue_id = d.venue_id AND v.market_id = :market_id
)
INSERT INTO unscored_venue_days (venue_id, opened_date)
SELECT DISTINCT r.venue_id, r.opened_date
FROM venues v
JOIN drop_rollup r USING (venue_id)
WHERE v.market_id = :market_id
ON CONFLICT DO NOTHING

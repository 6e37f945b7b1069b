-- Which venue-days of a market pack_days.sql is to pack: those whose rollup changed.
-- in:  market_id
-- out: days_to_pack, of this transaction
CREATE TEMPORARY TABLE days_to_pack AS
SELECT u.venue_id, u.opened_date
FROM unscored_venue_days u
JOIN venues v USING (venue_id)
WHERE v.market_id = :market_id

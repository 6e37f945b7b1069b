-- Which venue-days of a market are to be packed (pack_days.sql): those whose rollup changed.
-- in:  market_id
SELECT u.venue_id, u.opened_date
FROM unscored_venue_days u
JOIN venues v USING (venue_id)
WHERE v.market_id = :market_id

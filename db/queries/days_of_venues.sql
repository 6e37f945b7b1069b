-- Which venue-days pack_days.sql is to pack: all that these venues have.
-- in:  venue_ids
-- out: days_to_pack, of this transaction
CREATE TEMPORARY TABLE days_to_pack AS
SELECT DISTINCT venue_id, opened_date
FROM drop_rollup
WHERE venue_id = ANY (CAST(:venue_ids AS text[]))

-- Which venue-days are to be packed (pack_days.sql): all that these venues have.
-- in:  venue_ids
SELECT DISTINCT venue_id, opened_date
FROM drop_rollup
WHERE venue_id = ANY (CAST(:venue_ids AS text[]))

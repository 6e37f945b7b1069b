-- One row a venue: its packed days one after the other (pack_days.sql), which days they are (counted
-- from `first_date`), and how many bytes of each day's.
-- in:  venue_ids, first_date, last_date
SELECT venue_id,
    array_agg(opened_date - CAST(:first_date AS date) ORDER BY opened_date) AS days,
    array_agg(octet_length(endings) ORDER BY opened_date) AS endings_sizes,
    string_agg(endings, '' ORDER BY opened_date) AS endings,
    array_agg(octet_length(unended) ORDER BY opened_date) AS unended_sizes,
    string_agg(unended, '' ORDER BY opened_date) AS unended
FROM venue_day_drops
WHERE venue_id = ANY (CAST(:venue_ids AS text[]))
  AND opened_date BETWEEN CAST(:first_date AS date) AND CAST(:last_date AS date)
GROUP BY venue_id
ORDER BY venue_id

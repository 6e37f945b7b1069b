-- in:  venue_ids, as_of_dates
DELETE FROM venue_trends
WHERE venue_id = ANY (CAST(:venue_ids AS text[])) AND as_of_date = ANY (CAST(:as_of_dates AS date[]))

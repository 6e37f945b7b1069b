-- in:  venue_ids, dates
DELETE FROM venue_metrics
WHERE venue_id = ANY (CAST(:venue_ids AS text[])) AND window_date = ANY (CAST(:dates AS date[]))

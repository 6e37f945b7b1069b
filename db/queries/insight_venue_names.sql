-- in:  venue_ids
SELECT venue_id, name FROM venues WHERE venue_id = ANY (CAST(:venue_ids AS text[]))

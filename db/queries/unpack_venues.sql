-- in:  venue_ids
DELETE FROM venue_day_drops
WHERE venue_id = ANY (CAST(:venue_ids AS text[]))

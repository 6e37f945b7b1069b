-- in:  venue_ids, first_dates (of each venue), as_of_dates, new_dates (whatever the venue's first)
DELETE FROM venue_rolling_metrics m
USING unnest(CAST(:venue_ids AS text[]), CAST(:first_dates AS date[])) AS touched (venue_id, first_date)
WHERE m.venue_id = touched.venue_id AND m.as_of_date = ANY (CAST(:as_of_dates AS date[]))
  AND (m.as_of_date >= touched.first_date OR m.as_of_date = ANY (CAST(:new_dates AS date[])))

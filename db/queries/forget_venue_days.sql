-- in:  venue_ids, first_dates, last_dates (of each venue, both included)
DELETE FROM venue_metrics m
USING unnest(CAST(:venue_ids AS text[]), CAST(:first_dates AS date[]), CAST(:last_dates AS date[]))
    AS touched (venue_id, first_date, last_date)
WHERE m.venue_id = touched.venue_id
  AND m.window_date BETWEEN touched.first_date AND touched.last_date

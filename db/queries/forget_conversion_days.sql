-- in:  venue_ids and sent_dates (of the same length)
DELETE FROM conversion_metrics c
USING unnest(CAST(:venue_ids AS text[]), CAST(:sent_dates AS date[])) AS d (venue_id, sent_date)
WHERE c.venue_id = d.venue_id AND c.sent_date = d.sent_date

-- in:  batch_id, open_dates
-- out: rows of this batch in drop_events, and the openings among them that nobody sent
SELECT count(*) AS rows_written, count(*) FILTER (WHERE is_implied) AS rows_implied
FROM drop_events
WHERE batch_id = :batch_id AND opened_date = ANY (CAST(:open_dates AS date[]))

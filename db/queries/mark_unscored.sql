-- in:  batch_ids, dates
INSERT INTO unscored_venue_days (venue_id, opened_date)
SELECT DISTINCT venue_id, opened_date
FROM drop_events
WHERE opened_date = ANY (CAST(:dates AS date[])) AND batch_id = ANY (CAST(:batch_ids AS bigint[]))
ON CONFLICT DO NOTHING

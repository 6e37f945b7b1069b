-- A scan is known by its market, bucket and time; the first that says so stands.
-- in:  batch_id
INSERT INTO scans (market_id, scanned_date, bucket_id, scanned_at, is_ok, available_slots, batch_id)
SELECT DISTINCT ON (market_id, bucket_id, scanned_at)
    market_id, (scanned_at AT TIME ZONE m.timezone)::date, bucket_id, scanned_at, ok,
    available_slots, batch_id
FROM staged_scans s
JOIN markets m USING (market_id)
WHERE s.batch_id = :batch_id AND s.problem IS NULL
ORDER BY market_id, bucket_id, scanned_at, row_number
ON CONFLICT DO NOTHING

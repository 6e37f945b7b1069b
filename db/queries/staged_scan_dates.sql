-- in:  batch_id
SELECT DISTINCT (s.scanned_at AT TIME ZONE m.timezone)::date
FROM staged_scans s
JOIN markets m USING (market_id)
WHERE s.batch_id = :batch_id AND s.problem IS NULL
ORDER BY 1

-- The days whose scans the batch holds, so that they are found when it is aggregated.
-- in:  batch_id, dates
INSERT INTO batch_days (opened_date, batch_id, market_id, openings, closings, expiries)
SELECT DISTINCT scanned_date, batch_id, market_id, 0, 0, 0
FROM scans
WHERE batch_id = :batch_id AND scanned_date = ANY (CAST(:dates AS date[]))

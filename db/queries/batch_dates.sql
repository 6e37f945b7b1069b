-- in:  batch_ids
SELECT DISTINCT opened_date
FROM batch_days
WHERE batch_id = ANY (CAST(:batch_ids AS bigint[]))
ORDER BY opened_date

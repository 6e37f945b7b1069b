-- in:  batch_ids, now
UPDATE batches
SET aggregated_at = :now
WHERE batch_id = ANY (CAST(:batch_ids AS bigint[])) AND aggregated_at IS NULL

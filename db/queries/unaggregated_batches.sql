-- Batches that no rollup holds yet, oldest first, kept from every other worker.
SELECT batch_id
FROM batches
WHERE aggregated_at IS NULL
ORDER BY batch_id
FOR UPDATE

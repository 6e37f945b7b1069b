-- Batches that no rollup holds yet, oldest first, kept from every other worker. What the seal infers is
-- of kind 'expiry'.
SELECT batch_id, kind
FROM batches
WHERE aggregated_at IS NULL
ORDER BY batch_id
FOR UPDATE

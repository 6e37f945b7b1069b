-- Batches that no rollup holds yet, oldest first, each with the days it wrote to.
SELECT b.batch_id, array_agg(DISTINCT d.opened_date) AS dates
FROM batches b
JOIN batch_days d USING (batch_id)
WHERE b.aggregated_at IS NULL
GROUP BY b.batch_id
ORDER BY b.batch_id

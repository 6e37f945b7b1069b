-- The rows refused last, with why.
-- in:  row_limit, batch_id (NULL: of any batch)
SELECT b.received_at, b.source, b.kind, r.batch_id, r.row_number, r.reason, r.payload
FROM rejected_events r
JOIN batches b USING (batch_id)
WHERE CAST(:batch_id AS bigint) IS NULL OR r.batch_id = :batch_id
ORDER BY r.batch_id DESC, r.row_number
LIMIT :row_limit

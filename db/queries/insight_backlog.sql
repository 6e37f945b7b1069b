-- What was accepted and is in no rollup yet, and what waits or was turned away.
SELECT
    (SELECT count(*) FROM batches WHERE aggregated_at IS NULL) AS batches,
    (SELECT coalesce(sum(rows_accepted + rows_implied + rows_settled), 0)
     FROM batches WHERE aggregated_at IS NULL) AS rows,
    (SELECT min(received_at) FROM batches WHERE aggregated_at IS NULL) AS oldest_received_at,
    (SELECT count(*) FROM pending_ends) AS pending_ends,
    (SELECT count(*) FROM late_events) AS late_events,
    (SELECT count(*) FROM rejected_events) AS rejected_events,
    pg_database_size(current_database()) AS database_bytes

-- in:  batch_id and the counts; a batch that wrote nothing has nothing to aggregate
UPDATE batches
SET rows_received = :rows_received, rows_accepted = :rows_accepted,
    rows_duplicate = :rows_duplicate, rows_pending = :rows_pending,
    rows_rejected = :rows_rejected, rows_late = :rows_late,
    rows_implied = :rows_implied, rows_settled = :rows_settled,
    aggregated_at = CASE WHEN :is_empty THEN received_at END
WHERE batch_id = :batch_id

-- Moves rows of an earlier batch from pending to where they came to rest.
-- in:  received_in, rows_settled, rows_written
UPDATE batches
SET rows_pending = rows_pending - :rows_settled,
    rows_accepted = rows_accepted + :rows_written,
    rows_duplicate = rows_duplicate + :rows_settled - :rows_written,
    rows_settled_later = rows_settled_later + :rows_written
WHERE batch_id = :received_in

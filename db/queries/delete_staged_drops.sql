-- in:  batch_id
DELETE FROM staged_drops WHERE batch_id = :batch_id

-- in:  batch_id
DELETE FROM staged_venues WHERE batch_id = :batch_id

-- in:  batch_id
DELETE FROM staged_alerts WHERE batch_id = :batch_id

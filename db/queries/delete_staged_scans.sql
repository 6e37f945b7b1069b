-- in:  batch_id
DELETE FROM staged_scans WHERE batch_id = :batch_id

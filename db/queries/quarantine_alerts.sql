-- Keeps every row that was refused, with its reason and what was sent, but not whose it was: pages show
-- these rows, and forgetting a user would have to find them.
-- in:  batch_id
INSERT INTO rejected_events (batch_id, row_number, reason, payload)
SELECT batch_id, row_number, problem,
    coalesce(payload, jsonb_strip_nulls(to_jsonb(staged_alerts) - 'batch_id' - 'row_number' - 'problem'))
        - 'user_key'
FROM staged_alerts
WHERE batch_id = :batch_id AND problem IS NOT NULL

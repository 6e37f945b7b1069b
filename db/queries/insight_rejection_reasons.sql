-- Why rows of a batch were refused, the most frequent reason first: how many, and the first of them.
-- Reasons that differ only in the value they quote ("slot_at 'noon' is not a time") count as one.
-- in:  batch_id, reason_limit
WITH reasons AS (
    SELECT count(*) AS row_count, min(row_number) AS row_number
    FROM rejected_events
    WHERE batch_id = :batch_id
    GROUP BY regexp_replace(reason, '^(\w+) (''.*''|\S+) (is|has|holds|differs)\M', '\1 … \3')
    ORDER BY row_count DESC, row_number
    LIMIT :reason_limit
)
SELECT r.row_count, r.row_number, e.reason
FROM reasons r
JOIN rejected_events e ON e.batch_id = :batch_id AND e.row_number = r.row_number
ORDER BY r.row_count DESC, r.row_number

-- The market-local days on which the batch's drops opened.
-- in:  batch_id
SELECT DISTINCT opened_date
FROM staged_calendar
WHERE batch_id = :batch_id AND opened_at IS NOT NULL
ORDER BY opened_date

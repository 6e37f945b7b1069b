-- Closings that waited for longer than raw events are kept will not find their opening any more.
-- in:  before
-- out: of each batch, how many of its rows were rejected
WITH gone AS (
    DELETE FROM pending_ends
    WHERE occurred_at < CAST(:before AS timestamptz)
    RETURNING *
), kept AS (
    INSERT INTO rejected_events (batch_id, row_number, reason, payload)
    SELECT batch_id, row_number,
        'no opening of the slot at or before occurred_at came in while events of that time were kept: '
          || 'send opened_at with the CLOSED, or the NEW_DROP in time',
        jsonb_strip_nulls(to_jsonb(gone) - 'batch_id' - 'row_number')
          || '{"event_type": "CLOSED"}'
    FROM gone
    RETURNING batch_id
), counted AS (
    SELECT batch_id, count(*) AS rows FROM kept GROUP BY batch_id
)
UPDATE batches b
SET rows_pending = rows_pending - c.rows, rows_rejected = rows_rejected + c.rows
FROM counted c
WHERE b.batch_id = c.batch_id
RETURNING b.batch_id, c.rows

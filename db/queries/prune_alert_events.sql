-- Some of the events received before an instant; none that no tick has seen yet.
-- in:  before
DELETE FROM alert_events
WHERE (venue_id, event_id) IN (
    SELECT venue_id, event_id
    FROM alert_events
    WHERE batch_id = ANY (ARRAY(
        SELECT batch_id
        FROM batches b
        WHERE b.kind = 'alerts' AND b.received_at < CAST(:before AS timestamptz)
          AND b.aggregated_at IS NOT NULL
          AND EXISTS (SELECT FROM alert_events e WHERE e.batch_id = b.batch_id)
        ORDER BY batch_id
        LIMIT 1000))
    LIMIT 20000
    FOR UPDATE SKIP LOCKED)

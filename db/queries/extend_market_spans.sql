-- First and latest event of each market, from what was delivered (what the seal infers is not seen).
-- in:  batch_ids, dates
INSERT INTO market_spans AS kept (market_id, first_event_at, last_event_at)
SELECT v.market_id, min(e.occurred_at), max(e.occurred_at)
FROM drop_events e
JOIN venues v USING (venue_id)
JOIN batches b USING (batch_id)
WHERE e.opened_date = ANY (CAST(:dates AS date[])) AND e.batch_id = ANY (CAST(:batch_ids AS bigint[]))
  AND b.kind <> 'expiry'
GROUP BY v.market_id
ON CONFLICT (market_id) DO UPDATE
SET first_event_at = least(kept.first_event_at, excluded.first_event_at),
    last_event_at = greatest(kept.last_event_at, excluded.last_event_at)

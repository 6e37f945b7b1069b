-- What the batches touched: the venue-days that must be scored again, and each market's first
-- opening and latest event, from what was delivered (what the seal infers is not seen).
-- in:  batch_ids, dates
WITH touched AS (
    SELECT venue_id, opened_date, batch_id, min(occurred_at) AS first_at, max(occurred_at) AS last_at
    FROM drop_events
    WHERE opened_date = ANY (CAST(:dates AS date[])) AND batch_id = ANY (CAST(:batch_ids AS bigint[]))
    GROUP BY venue_id, opened_date, batch_id
), marked AS (
    INSERT INTO unscored_venue_days (venue_id, opened_date)
    SELECT DISTINCT venue_id, opened_date FROM touched
    ON CONFLICT DO NOTHING
)
INSERT INTO market_spans AS kept (market_id, first_opened_at, last_event_at)
SELECT v.market_id, min(t.first_at), max(t.last_at)
FROM touched t
JOIN venues v USING (venue_id)
JOIN batches b USING (batch_id)
WHERE b.kind <> 'expiry'
GROUP BY v.market_id
ON CONFLICT (market_id) DO UPDATE
SET first_opened_at = least(kept.first_opened_at, excluded.first_opened_at),
    last_event_at = greatest(kept.last_event_at, excluded.last_event_at)

-- What the batches touched: the venue-days that must be scored again, and each market's first
-- opening and latest event, from what was delivered (what the seal infers is not seen).
WITH touched AS (
    SELECT venue_id, opened_date, min(first_at) AS first_at, max(last_at) AS last_at
    FROM added_cells
    GROUP BY venue_id, opened_date
), marked AS (
    INSERT INTO unscored_venue_days (venue_id, opened_date)
    SELECT venue_id, opened_date FROM touched
    ON CONFLICT DO NOTHING
)
INSERT INTO market_spans AS kept (market_id, first_opened_at, last_event_at)
SELECT v.market_id, min(t.first_at), max(t.last_at)
FROM touched t
JOIN venues v USING (venue_id)
WHERE t.first_at IS NOT NULL
GROUP BY v.market_id
ON CONFLICT (market_id) DO UPDATE
SET first_opened_at = least(kept.first_opened_at, excluded.first_opened_at),
    last_event_at = greatest(kept.last_event_at, excluded.last_event_at)

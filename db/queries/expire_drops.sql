-- Ends the day's drops that nobody took: their slot's time has passed, or their slot reopened. They
-- are censored where drops_to_score.sql censors them, so that sealing changes no number.
-- in:  day, batch_id, seen_until (JSON object: market_id to instant), now
INSERT INTO drop_events (venue_id, opened_date, slot_id, opened_at, is_end, event_type, occurred_at,
    slot_at, slot_date, opened_minute, slot_hour, party_size, open_seconds, is_implied, batch_id,
    bucket_id, event_id)
SELECT o.venue_id, o.opened_date, o.slot_id, o.opened_at, true, 'EXPIRED',
    least(o.slot_at, o.superseded_at),
    e.slot_at, e.slot_date, e.opened_minute, e.slot_hour, e.party_size,
    greatest(0, floor(date_part('epoch',
        least(o.slot_at, coalesce(o.superseded_at,
            (CAST(:seen_until AS jsonb) ->> v.market_id)::timestamptz)) - o.opened_at)))::int,
    false, :batch_id, NULL, NULL
FROM open_drops o
JOIN venues v USING (venue_id)
JOIN drop_events e
  ON e.venue_id = o.venue_id AND e.opened_date = o.opened_date AND e.slot_id = o.slot_id
 AND e.opened_at = o.opened_at AND NOT e.is_end
WHERE o.opened_date = :day AND e.opened_date = :day
  AND (o.superseded_at IS NOT NULL OR o.slot_at <= CAST(:now AS timestamptz))
ORDER BY o.venue_id, o.slot_id, o.opened_at

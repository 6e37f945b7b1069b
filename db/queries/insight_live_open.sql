-- Drops that are open at this moment, newest first: without an end, their slot still ahead.
-- in:  market_id, now, prime_only, row_limit
SELECT o.venue_id, v.name AS venue_name, v.neighborhood, o.slot_id, o.opened_at, o.slot_at,
    o.slot_date, o.slot_hour, nullif(o.party_size, 0) AS party_size, o.bucket_id, o.event_id,
    o.slot_hour >= m.prime_start_hour AND o.slot_hour < m.prime_end_hour AS is_prime,
    floor(date_part('epoch', CAST(:now AS timestamptz) - o.opened_at)) AS open_seconds
FROM open_drops o
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
WHERE m.market_id = :market_id AND o.superseded_at IS NULL
  AND NOT EXISTS (
    SELECT FROM open_drops later
    WHERE later.venue_id = o.venue_id AND later.slot_id = o.slot_id AND later.opened_at > o.opened_at)
  AND o.slot_at > :now AND o.opened_at <= :now
  AND (NOT CAST(:prime_only AS boolean)
    OR (o.slot_hour >= m.prime_start_hour AND o.slot_hour < m.prime_end_hour))
ORDER BY o.opened_at DESC, o.venue_id, o.slot_id
LIMIT :row_limit

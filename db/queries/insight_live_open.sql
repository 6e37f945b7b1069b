-- Drops that are open at this moment, newest first: without an end, their slot still ahead and not
-- opened again since, whether or not that drop has ended.
-- in:  market_id, now, prime_only, row_limit
WITH fresh AS MATERIALIZED (
    -- What no tick has seen yet; of all other openings `superseded_at` says whether the slot reopened.
    SELECT n.venue_id, n.slot_id, n.opened_at
    FROM batches b
    JOIN batch_days d ON d.batch_id = b.batch_id AND d.market_id = :market_id AND d.openings > 0
    JOIN drop_events n ON n.opened_date = d.opened_date AND n.batch_id = b.batch_id AND NOT n.is_end
    WHERE b.aggregated_at IS NULL
), reopened AS MATERIALIZED (
    SELECT DISTINCT o.venue_id, o.slot_id, o.opened_at
    FROM fresh n
    JOIN open_drops o ON o.venue_id = n.venue_id AND o.slot_id = n.slot_id
    WHERE o.slot_at > :now AND (
        o.opened_at < n.opened_at
        OR o.opened_at = n.opened_at AND EXISTS (
            SELECT FROM opened_days d
            JOIN drop_events later
              ON later.venue_id = o.venue_id AND later.opened_date = d.opened_date
             AND later.slot_id = o.slot_id AND later.opened_at > o.opened_at AND NOT later.is_end
            WHERE d.sealed_at IS NULL AND d.opened_date >= o.opened_date))
)
SELECT o.venue_id, v.name AS venue_name, v.neighborhood, o.slot_id, o.opened_at, o.slot_at,
    o.slot_date, o.slot_hour, nullif(o.party_size, 0) AS party_size, o.bucket_id, o.event_id,
    o.slot_hour >= m.prime_start_hour AND o.slot_hour < m.prime_end_hour AS is_prime,
    floor(date_part('epoch', CAST(:now AS timestamptz) - o.opened_at)) AS open_seconds
FROM open_drops o
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
WHERE m.market_id = :market_id AND o.superseded_at IS NULL
  AND NOT EXISTS (
    SELECT FROM reopened r
    WHERE r.venue_id = o.venue_id AND r.slot_id = o.slot_id AND r.opened_at = o.opened_at)
  AND o.slot_at > :now AND o.opened_at <= :now
  AND (NOT CAST(:prime_only AS boolean)
    OR (o.slot_hour >= m.prime_start_hour AND o.slot_hour < m.prime_end_hour))
ORDER BY o.opened_at DESC, o.venue_id, o.slot_id
LIMIT :row_limit

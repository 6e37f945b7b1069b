-- Drops that were taken a little while ago, the last one first, whenever they had opened. Reads of
-- each day that is kept only those rows, by an index.
-- in:  market_id, since, now, row_limit
SELECT e.venue_id, v.name AS venue_name, v.neighborhood, e.slot_id, e.opened_at,
    e.occurred_at AS closed_at, e.slot_at, e.slot_date, e.slot_hour, nullif(e.party_size, 0) AS party_size, e.bucket_id,
    n.event_id, e.slot_hour >= m.prime_start_hour AND e.slot_hour < m.prime_end_hour AS is_prime,
    e.open_seconds
FROM drop_events e
JOIN drop_events n
  ON n.venue_id = e.venue_id AND n.opened_date = e.opened_date AND n.slot_id = e.slot_id
 AND n.opened_at = e.opened_at AND NOT n.is_end
JOIN venues v ON v.venue_id = e.venue_id
JOIN markets m ON m.market_id = v.market_id
WHERE e.event_type = 'CLOSED' AND e.occurred_at > :since AND e.occurred_at <= :now
  AND m.market_id = :market_id
ORDER BY e.occurred_at DESC, e.venue_id, e.slot_id
LIMIT :row_limit

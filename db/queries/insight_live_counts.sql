-- Tables open at this moment by the night they are for. Which drops those are: insight_live_open.sql.
-- in:  market_id, now
SELECT o.slot_date,
    count(*) FILTER (WHERE o.slot_hour >= m.prime_start_hour AND o.slot_hour < m.prime_end_hour) AS prime,
    count(*) FILTER (WHERE o.slot_hour < m.prime_start_hour OR o.slot_hour >= m.prime_end_hour) AS off_peak
FROM open_drops o
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
WHERE m.market_id = :market_id AND o.superseded_at IS NULL
  AND NOT EXISTS (
    SELECT FROM open_drops later
    WHERE later.venue_id = o.venue_id AND later.slot_id = o.slot_id AND later.opened_at > o.opened_at)
  AND o.slot_at > :now AND o.opened_at <= :now
GROUP BY o.slot_date
ORDER BY o.slot_date

-- How many local days before its own day a table opened.
-- in:  market_id, start_date, end_date (of opening, both included)
SELECT r.slot_date - r.opened_date AS lead_days, sum(cardinality(r.opened_minutes))::bigint AS drops,
    coalesce(sum(cardinality(r.opened_minutes)) FILTER (
        WHERE r.slot_hour >= m.prime_start_hour AND r.slot_hour < m.prime_end_hour
    ), 0)::bigint AS prime_time_drops
FROM drop_rollup r
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
WHERE m.market_id = :market_id AND r.opened_date BETWEEN :start_date AND :end_date
GROUP BY lead_days
ORDER BY lead_days

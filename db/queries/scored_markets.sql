-- Every market that has drops, with what is needed to score it and what it was last scored for.
-- `first_event_at` is of what was sent, `first_opened_at` of any opening, said or implied.
-- `first_scan_at` is the hour of the first scan, good or not; null where nobody sends scans.
-- `last_ok_at` is the latest good one.
SELECT m.market_id, m.timezone, m.prime_start_hour, m.prime_end_hour, m.poll_interval_seconds,
    (SELECT min(first_event_at) FROM market_starts a WHERE a.market_id = m.market_id) AS first_event_at,
    s.first_opened_at, s.last_event_at,
    (SELECT min(hour_at) FROM scan_rollup r WHERE r.market_id = m.market_id) AS first_scan_at,
    (SELECT max(last_ok_at) FROM scan_rollup r WHERE r.market_id = m.market_id) AS last_ok_at,
    k.scored_for, k.seen_until, k.as_of_dates, k.method_key, k.reaction_seconds, k.computed_at
FROM markets m
JOIN market_spans s USING (market_id)
LEFT JOIN market_scores k USING (market_id)
ORDER BY m.market_id

-- How far a market's data reach: the first event that was sent, the last look taken in (an event or
-- a successful scan), and what it was scored for.
-- in:  market_id
SELECT m.timezone, k.scored_for, k.computed_at,
    (SELECT min(first_event_at) FROM market_starts a WHERE a.market_id = m.market_id) AS first_event_at,
    greatest(s.last_event_at, (
        SELECT max(r.last_ok_at)
        FROM scan_rollup r
        WHERE r.market_id = m.market_id AND r.hour_at >= k.seen_until - interval '1 hour'
    )) AS data_through
FROM markets m
LEFT JOIN market_spans s USING (market_id)
LEFT JOIN market_scores k USING (market_id)
WHERE m.market_id = :market_id

-- Hours in which we looked at the market, in any of its buckets, and in which minutes of them.
-- in:  market_id, first_at, last_at
SELECT date_part('epoch', hour_at)::bigint / 60 AS first_minute, bit_or(observed)::text AS minutes
FROM scan_rollup
WHERE market_id = :market_id AND hour_at >= :first_at AND hour_at < :last_at
GROUP BY hour_at
ORDER BY hour_at

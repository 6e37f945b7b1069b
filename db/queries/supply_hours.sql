-- What was to be had in each hour: the mean of available slots a good scan, summed over the anchors
-- that had one. The hour is put on the market's clock by its start.
-- in:  market_id, timezone, first_at, last_at
SELECT hour_at, (hour_at AT TIME ZONE :timezone)::date AS local_date,
    date_part('hour', hour_at AT TIME ZONE :timezone)::int AS hour,
    array_agg(anchor ORDER BY anchor) AS anchors,
    sum(available_slots_sum::float8 / scans_ok ORDER BY anchor) AS available_slots
FROM scan_rollup
WHERE market_id = :market_id AND hour_at >= :first_at AND hour_at < :last_at AND scans_ok > 0
GROUP BY hour_at
ORDER BY hour_at

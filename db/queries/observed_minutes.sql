-- Minutes of each local day in which we were looking at the market: in any of its buckets. A
-- 24-hour clock is not assumed: hours are kept in UTC and put into days here.
-- in:  market_id
SELECT (minute_at AT TIME ZONE m.timezone)::date AS local_date, count(*) AS minutes
FROM (
    SELECT market_id, hour_at, bit_or(observed) AS observed
    FROM scan_rollup
    WHERE market_id = :market_id
    GROUP BY market_id, hour_at
) AS hours
JOIN markets m USING (market_id),
    generate_series(0, 59) AS position,
    LATERAL (SELECT hour_at + make_interval(mins => position) AS minute_at) AS minutes
WHERE get_bit(observed, position) = 1
GROUP BY 1
ORDER BY 1

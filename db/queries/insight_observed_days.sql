-- Minutes of each market's local days in which somebody was looking, at whatever bucket. Minutes are
-- counted one by one because the hours of a zone that is off by 30 or 45 minutes straddle midnight.
-- in:  market_id (NULL: all), start_at, end_at (instants; the end not included)
SELECT market_id, (minute_at AT TIME ZONE timezone)::date AS local_date,
    count(*) AS observed_minutes
FROM (
    SELECT r.market_id, m.timezone, r.hour_at, bit_or(r.observed) AS observed
    FROM markets m
    JOIN scan_rollup r USING (market_id)
    WHERE (CAST(:market_id AS text) IS NULL OR m.market_id = :market_id)
      AND r.hour_at >= CAST(:start_at AS timestamptz) - interval '1 hour'
      AND r.hour_at < CAST(:end_at AS timestamptz)
    GROUP BY r.market_id, m.timezone, r.hour_at
) AS hours,
    generate_series(0, 59) AS position,
    LATERAL (SELECT hour_at + make_interval(mins => position) AS minute_at) AS minutes
WHERE get_bit(observed, position) = 1 AND minute_at >= :start_at AND minute_at < :end_at
GROUP BY 1, 2
ORDER BY 1, 2

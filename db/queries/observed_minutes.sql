-- Minutes of each local day in which we were looking at the market, in any of its buckets. Hours are
-- kept in UTC and put into local days here; an hour in which a local day begins (zones that are not
-- whole hours) is counted minute by minute.
-- in:  market_id, timezone, first_at, last_at
WITH hours AS (
    SELECT hour_at, bit_or(observed) AS observed,
        (hour_at AT TIME ZONE :timezone)::date AS first_date,
        ((hour_at + interval '59 minutes') AT TIME ZONE :timezone)::date AS last_date
    FROM scan_rollup
    WHERE market_id = :market_id AND hour_at >= :first_at AND hour_at < :last_at
    GROUP BY hour_at
)
SELECT local_date, sum(minutes)::int AS minutes
FROM (
    SELECT first_date AS local_date, bit_count(observed) AS minutes
    FROM hours
    WHERE first_date = last_date
    UNION ALL
    SELECT ((hour_at + make_interval(mins => position)) AT TIME ZONE :timezone)::date,
        get_bit(observed, position)
    FROM hours, generate_series(0, 59) AS position
    WHERE first_date <> last_date
) AS parts
GROUP BY local_date

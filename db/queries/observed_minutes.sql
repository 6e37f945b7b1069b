-- Minutes of each local day in which we were looking at the market, at whatever bucket. Hours are kept
-- in UTC; one that straddles midnight, in zones that are off by 30 or 45 minutes, is cut there. Days at
-- either end of the span may be incomplete.
-- in:  market_id, timezone, first_at, last_at (instants)
WITH hours AS (
    SELECT bit_or(observed) AS observed, hour_at AT TIME ZONE :timezone AS starts,
        (hour_at + interval '1 hour') AT TIME ZONE :timezone AS ends
    FROM scan_rollup
    WHERE market_id = :market_id
      AND hour_at > CAST(:first_at AS timestamptz) - interval '1 hour' AND hour_at < :last_at
    GROUP BY hour_at
)
SELECT part.local_date, sum(bit_count(part.minutes))::int AS minutes
FROM hours
CROSS JOIN LATERAL (
    SELECT CASE WHEN starts::date = ends::date THEN 0 ELSE date_part('minute', ends)::int END AS after
) AS midnight
CROSS JOIN LATERAL (
    VALUES (starts::date, substring(observed FROM 1 FOR 60 - after)),
        (ends::date, substring(observed FROM 61 - after))
) AS part (local_date, minutes)
GROUP BY part.local_date

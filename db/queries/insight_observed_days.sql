-- Minutes of each market's local days in which somebody was looking, at whatever bucket. An hour
-- that straddles midnight, in zones that are off by 30 or 45 minutes, is cut there. Days at either
-- end of the span may be incomplete.
-- in:  market_id (NULL: all), start_at, end_at (instants)
SELECT market_id, part.local_date, sum(bit_count(part.minutes))::bigint AS observed_minutes
FROM (
    SELECT r.market_id, bit_or(r.observed) AS observed,
        r.hour_at AT TIME ZONE m.timezone AS starts,
        (r.hour_at + interval '1 hour') AT TIME ZONE m.timezone AS ends
    FROM markets m
    JOIN scan_rollup r USING (market_id)
    WHERE (CAST(:market_id AS text) IS NULL OR m.market_id = :market_id)
      AND r.hour_at > CAST(:start_at AS timestamptz) - interval '1 hour'
      AND r.hour_at < CAST(:end_at AS timestamptz)
    GROUP BY r.market_id, m.timezone, r.hour_at
) AS hours
CROSS JOIN LATERAL (
    SELECT CASE WHEN starts::date = ends::date THEN 0 ELSE date_part('minute', ends)::int END AS after
) AS midnight
CROSS JOIN LATERAL (
    VALUES (starts::date, substring(observed FROM 1 FOR 60 - after)),
        (ends::date, substring(observed FROM 61 - after))
) AS part (local_date, minutes)
GROUP BY market_id, part.local_date
ORDER BY market_id, part.local_date

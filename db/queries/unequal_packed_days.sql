-- Venue-days whose packed drops are not what pack_days.sql makes of the rollup and the open drops,
-- though nothing waits to be scored there. (Open drops follow their events at once, so they are held
-- against a day's only where every batch of the day is aggregated.)
-- in:  day
WITH aggregated AS (
    SELECT NOT EXISTS (
        SELECT FROM batch_days d
        JOIN batches b USING (batch_id)
        WHERE d.opened_date = :day AND b.aggregated_at IS NULL) AS is_all
)
SELECT u.venue_id
FROM (
    SELECT DISTINCT r.venue_id, r.opened_date
    FROM venues v
    JOIN drop_rollup r USING (venue_id)
    WHERE r.opened_date = :day
    UNION
    SELECT d.venue_id, d.opened_date
    FROM venues v
    JOIN venue_day_drops d USING (venue_id)
    WHERE d.opened_date = :day
) AS u
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
CROSS JOIN aggregated
LEFT JOIN venue_day_drops kept ON kept.venue_id = u.venue_id AND kept.opened_date = u.opened_date
CROSS JOIN LATERAL (
    SELECT string_agg(opening, '' ORDER BY opening) AS openings,
        coalesce(string_agg(closed, '' ORDER BY closed), '')
          || coalesce(string_agg(expired, '' ORDER BY expired), '') AS endings
    FROM (
        SELECT int2send(((date_part('isodow', slot_date)::int * 24 + slot_hour) * 32
              + opened_minute / 60)::smallint) AS opening,
            int8send(((closed_after::bigint * 8 + class) << 32) | (closed_minute::bigint & 4294967295)) AS closed,
            int8send(((censored_after::bigint * 8 + 4 + class) << 32) | (censored_minute::bigint & 4294967295)) AS expired
        FROM (
            SELECT *, (party_size IN (0, 2))::int * 2
                + (slot_hour >= m.prime_start_hour AND slot_hour < m.prime_end_hour)::int AS class
            FROM drop_rollup
            WHERE venue_id = u.venue_id AND opened_date = u.opened_date
        ) AS cells,
            unnest(opened_minutes, closed_seconds, closed_minutes, censored_seconds, censored_minutes)
                AS of_cell (opened_minute, closed_after, closed_minute, censored_after, censored_minute)
    ) AS of_drop
) AS ended
CROSS JOIN LATERAL (
    SELECT coalesce(string_agg(packed, '' ORDER BY packed), '') AS drops
    FROM (
        SELECT int8send((extract(epoch FROM opened_at) * 1000000)::bigint)
            || int8send((extract(epoch FROM slot_at) * 1000000)::bigint)
            || int8send(coalesce((extract(epoch FROM superseded_at) * 1000000)::bigint, 9223372036854775807))
            || int2send(((party_size IN (0, 2))::int * 2
                + (slot_hour >= m.prime_start_hour AND slot_hour < m.prime_end_hour)::int)::smallint) AS packed
        FROM open_drops
        WHERE venue_id = u.venue_id AND opened_date = u.opened_date
    ) AS of_drop
) AS unended
WHERE ((ended.openings, ended.endings) IS DISTINCT FROM (kept.openings, kept.endings)
    OR (is_all AND unended.drops IS DISTINCT FROM kept.unended))
  AND NOT EXISTS (
    SELECT FROM unscored_venue_days w
    WHERE w.venue_id = u.venue_id AND w.opened_date = u.opened_date)
ORDER BY u.venue_id
LIMIT 10

-- Packs these venue-days: what the rollup and the open drops say of a day, as fixed-width big-endian
-- numbers in ascending order, in one row (db/packed_drops.py reads them).
--   openings: 2 bytes a drop, (weekday of the slot 1-7 * 24 + hour of the slot) * 32 + hour of opening
--   endings: 8 bytes a drop, seconds seen open * 8 + class, then the minute of the end (since 1970;
--     0 where a day was sealed before they were kept), 4 bytes each; class is 4 for EXPIRED + 2 for two or unknown + 1 for prime
--   unended: 26 bytes a drop, microseconds since 1970 of its opening, its slot and the slot's next
--     opening (the largest number for none), and its class
-- in:  venue_ids, opened_dates (side by side)
INSERT INTO venue_day_drops (venue_id, opened_date, openings, endings, unended)
SELECT u.venue_id, u.opened_date, ended.openings, ended.endings, coalesce(unended.drops, '')
FROM unnest(CAST(:venue_ids AS text[]), CAST(:opened_dates AS date[])) AS u (venue_id, opened_date)
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
CROSS JOIN LATERAL (
    -- Ordered as numbers, and only those that are there: a tenth faster than as bytes.
    SELECT string_agg(int2send(opening), '' ORDER BY opening) FILTER (WHERE opening IS NOT NULL) AS openings,
        coalesce(string_agg(int8send(closed), '' ORDER BY closed) FILTER (WHERE closed IS NOT NULL), '')
          || coalesce(string_agg(int8send(expired), '' ORDER BY expired) FILTER (WHERE expired IS NOT NULL), '') AS endings
    FROM (
        SELECT (slot_hour_of_week * 32 + opened_minute / 60)::smallint AS opening,
            ((closed_after::bigint * 8 + class) << 32) | (closed_minute::bigint & 4294967295) AS closed,
            ((censored_after::bigint * 8 + 4 + class) << 32) | (censored_minute::bigint & 4294967295) AS expired
        FROM (
            -- Arrays side by side, in the select list: a third faster than unnest(…, …) as a table.
            SELECT date_part('isodow', slot_date)::int * 24 + slot_hour AS slot_hour_of_week,
                (party_size IN (0, 2))::int * 2
                    + (slot_hour >= m.prime_start_hour AND slot_hour < m.prime_end_hour)::int AS class,
                unnest(opened_minutes) AS opened_minute,
                unnest(closed_seconds) AS closed_after, unnest(closed_minutes) AS closed_minute,
                unnest(censored_seconds) AS censored_after, unnest(censored_minutes) AS censored_minute
            FROM drop_rollup
            WHERE venue_id = u.venue_id AND opened_date = u.opened_date
        ) AS of_cell
    ) AS of_drop
) AS ended
LEFT JOIN LATERAL (
    SELECT string_agg(packed, '' ORDER BY packed) AS drops
    FROM (
        -- Exact: a float8 of seconds is off by a quarter of a microsecond at most, until 2106.
        SELECT opened_date, int8send((date_part('epoch', opened_at) * 1000000)::bigint)
            || int8send((date_part('epoch', slot_at) * 1000000)::bigint)
            || int8send(coalesce((date_part('epoch', superseded_at) * 1000000)::bigint, 9223372036854775807))
            || int2send(((party_size IN (0, 2))::int * 2
                + (slot_hour >= m.prime_start_hour AND slot_hour < m.prime_end_hour)::int)::smallint) AS packed
        FROM open_drops
        WHERE venue_id = u.venue_id AND opened_date = u.opened_date
    ) AS of_drop
    -- No row where there is no such drop: quicker than one about nothing.
    GROUP BY opened_date
) AS unended ON true
WHERE ended.openings IS NOT NULL
ON CONFLICT (venue_id, opened_date) DO UPDATE
SET openings = excluded.openings, endings = excluded.endings, unended = excluded.unended

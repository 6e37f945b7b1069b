-- One row a venue; one element a drop, in three arrays: the day it opened (counted from
-- `first_date`), the seconds it was seen open, and its class: kind (0 closed, 1 expired, 2 open)
-- * 4 + party of two or unknown * 2 + prime. Drops without an end come from `open_drops`: those
-- past their slot's time, or whose slot reopened, count as expired. `closed_minutes` are the minutes
-- of the closings (from 1970-01-01 UTC; 0 for others), where the market has scans to hold them against. See also expire_drops.sql,
-- which must treat them alike.
-- in:  venue_ids, first_date, last_date, prime_start_hour, prime_end_hour, now, seen_until, has_scans,
--      is_catchable_only (prime and for two or unknown)
WITH cells AS (
    SELECT venue_id, opened_date - CAST(:first_date AS date) AS day,
        (party_size IN (0, 2))::int * 2
          + (slot_hour >= :prime_start_hour AND slot_hour < :prime_end_hour)::int AS class,
        closed_seconds, closed_minutes, censored_seconds
    FROM drop_rollup
    WHERE venue_id = ANY (CAST(:venue_ids AS text[]))
      AND opened_date BETWEEN CAST(:first_date AS date) AND CAST(:last_date AS date)
      AND (NOT CAST(:is_catchable_only AS boolean) OR (party_size IN (0, 2)
        AND slot_hour >= :prime_start_hour AND slot_hour < :prime_end_hour))
), drops AS (
    SELECT venue_id, day, class, seconds, minute
    FROM cells, unnest(closed_seconds, closed_minutes) AS closed (seconds, minute)
    UNION ALL
    SELECT venue_id, day, 4 + class, seconds, 0
    FROM cells, unnest(censored_seconds) AS seconds
    UNION ALL
    SELECT venue_id, opened_date - CAST(:first_date AS date),
        CASE WHEN superseded_at IS NOT NULL OR slot_at <= CAST(:now AS timestamptz) THEN 4 ELSE 8 END
          + (party_size IN (0, 2))::int * 2
          + (slot_hour >= :prime_start_hour AND slot_hour < :prime_end_hour)::int,
        greatest(0, floor(date_part('epoch',
            least(slot_at, coalesce(superseded_at, CAST(:seen_until AS timestamptz))) - opened_at)))::int, 0
    FROM open_drops
    WHERE venue_id = ANY (CAST(:venue_ids AS text[]))
      AND opened_date BETWEEN CAST(:first_date AS date) AND CAST(:last_date AS date)
      AND (NOT CAST(:is_catchable_only AS boolean) OR (party_size IN (0, 2)
        AND slot_hour >= :prime_start_hour AND slot_hour < :prime_end_hour))
)
SELECT venue_id, array_agg(day) AS days, array_agg(seconds) AS seconds, array_agg(class) AS classes,
    array_agg(minute) FILTER (WHERE :has_scans) AS closed_minutes
FROM drops
GROUP BY venue_id

-- The proof: recomputes the days' rollup from their raw events and returns the cells that differ
-- from the one that is kept. Arrays are compared as multisets. No row means that they are equal.
-- in:  days
WITH raw AS (
    SELECT venue_id, opened_date, slot_date, slot_hour, party_size,
        coalesce(array_agg(opened_minute ORDER BY opened_minute) FILTER (WHERE event_type = 'NEW_DROP'), '{}') AS opened_minutes,
        coalesce(array_agg(open_seconds ORDER BY open_seconds) FILTER (WHERE event_type = 'CLOSED'), '{}') AS closed_seconds,
        coalesce(array_agg(floor(date_part('epoch', occurred_at) / 60)::int ORDER BY open_seconds, occurred_at) FILTER (WHERE event_type = 'CLOSED'), '{}') AS closed_minutes,
        coalesce(array_agg(open_seconds ORDER BY open_seconds) FILTER (WHERE event_type = 'EXPIRED'), '{}') AS censored_seconds,
        coalesce(array_agg(floor((floor(date_part('epoch', opened_at)) + open_seconds) / 60)::int ORDER BY open_seconds, opened_at) FILTER (WHERE event_type = 'EXPIRED'), '{}') AS censored_minutes
    FROM drop_events e
    WHERE opened_date = ANY (CAST(:days AS date[]))
      AND EXISTS (SELECT FROM batches b WHERE b.batch_id = e.batch_id AND b.aggregated_at IS NOT NULL)
    GROUP BY venue_id, opened_date, slot_date, slot_hour, party_size
), kept AS (
    SELECT venue_id, opened_date, slot_date, slot_hour, party_size,
        ARRAY(SELECT unnest(opened_minutes) ORDER BY 1) AS opened_minutes,
        ARRAY(SELECT unnest(closed_seconds) ORDER BY 1) AS closed_seconds,
        ARRAY(SELECT minute FROM unnest(closed_seconds, closed_minutes) AS c (seconds, minute) ORDER BY seconds, minute) AS closed_minutes,
        ARRAY(SELECT unnest(censored_seconds) ORDER BY 1) AS censored_seconds,
        ARRAY(SELECT minute FROM unnest(censored_seconds, censored_minutes) AS c (seconds, minute) ORDER BY seconds, minute) AS censored_minutes
    FROM venues
    JOIN drop_rollup USING (venue_id)
    WHERE opened_date = ANY (CAST(:days AS date[]))
)
SELECT venue_id, opened_date, slot_date, slot_hour, party_size,
    cardinality(raw.opened_minutes) AS raw_openings, cardinality(kept.opened_minutes) AS kept_openings,
    cardinality(raw.closed_seconds) AS raw_closings, cardinality(kept.closed_seconds) AS kept_closings,
    cardinality(raw.censored_seconds) AS raw_expiries, cardinality(kept.censored_seconds) AS kept_expiries
FROM raw
FULL JOIN kept USING (venue_id, opened_date, slot_date, slot_hour, party_size)
WHERE raw.opened_minutes IS DISTINCT FROM kept.opened_minutes
   OR raw.closed_seconds IS DISTINCT FROM kept.closed_seconds
   OR raw.closed_minutes IS DISTINCT FROM kept.closed_minutes
   OR raw.censored_seconds IS DISTINCT FROM kept.censored_seconds
   OR raw.censored_minutes IS DISTINCT FROM kept.censored_minutes
ORDER BY opened_date, venue_id, slot_date, slot_hour, party_size
LIMIT 10

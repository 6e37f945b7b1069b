-- The aggregate: adds whole batches to the rollup, each exactly once (mark_aggregated.sql, same
-- transaction). Cost follows the rows of these batches, not what is kept.
-- in:  batch_ids, dates (all days these batches wrote to)
INSERT INTO drop_rollup AS kept (venue_id, opened_date, slot_date, slot_hour, party_size,
    opened_minutes, closed_seconds, closed_minutes, censored_seconds)
SELECT venue_id, opened_date, slot_date, slot_hour, party_size,
    coalesce(array_agg(opened_minute) FILTER (WHERE event_type = 'NEW_DROP'), '{}'),
    coalesce(array_agg(open_seconds) FILTER (WHERE event_type = 'CLOSED'), '{}'),
    coalesce(array_agg(floor(date_part('epoch', occurred_at) / 60)::int) FILTER (WHERE event_type = 'CLOSED'), '{}'),
    coalesce(array_agg(open_seconds) FILTER (WHERE event_type = 'EXPIRED'), '{}')
FROM drop_events
WHERE opened_date = ANY (CAST(:dates AS date[])) AND batch_id = ANY (CAST(:batch_ids AS bigint[]))
GROUP BY venue_id, opened_date, slot_date, slot_hour, party_size
ON CONFLICT (venue_id, opened_date, slot_date, slot_hour, party_size) DO UPDATE
SET opened_minutes = kept.opened_minutes || excluded.opened_minutes,
    closed_seconds = kept.closed_seconds || excluded.closed_seconds,
    closed_minutes = kept.closed_minutes || excluded.closed_minutes,
    censored_seconds = kept.censored_seconds || excluded.censored_seconds

-- Groups the rows of whole batches into cells, in a table of this transaction: such a table is filled by
-- all cores, each taking days of its own (db/rollups.py lets them), where MERGE and INSERT read by one.
-- Cost follows the rows of these batches, not what is kept.
-- in:  batch_ids, dates (all days these batches wrote to), seen_batch_ids (those that somebody sent:
--      what the seal infers is not seen)
-- out: added_cells; first_at and last_at are of what was seen
CREATE TEMPORARY TABLE added_cells AS
SELECT venue_id, opened_date, slot_date, slot_hour, party_size,
    coalesce(array_agg(opened_minute) FILTER (WHERE event_type = 'NEW_DROP'), '{}') AS opened_minutes,
    coalesce(array_agg(open_seconds) FILTER (WHERE event_type = 'CLOSED'), '{}') AS closed_seconds,
    coalesce(array_agg(floor(date_part('epoch', occurred_at) / 60)::int) FILTER (WHERE event_type = 'CLOSED'), '{}') AS closed_minutes,
    coalesce(array_agg(open_seconds) FILTER (WHERE event_type = 'EXPIRED'), '{}') AS censored_seconds,
    coalesce(array_agg(floor((floor(date_part('epoch', opened_at)) + open_seconds) / 60)::int) FILTER (WHERE event_type = 'EXPIRED'), '{}') AS censored_minutes,
    min(occurred_at) FILTER (WHERE batch_id = ANY (CAST(:seen_batch_ids AS bigint[]))) AS first_at,
    max(occurred_at) FILTER (WHERE batch_id = ANY (CAST(:seen_batch_ids AS bigint[]))) AS last_at
FROM drop_events
WHERE opened_date = ANY (CAST(:dates AS date[])) AND batch_id = ANY (CAST(:batch_ids AS bigint[]))
GROUP BY venue_id, opened_date, slot_date, slot_hour, party_size

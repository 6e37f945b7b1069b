-- Every drop opens once. A CLOSED that names its opening implies it: the implied opening is written
-- unless a NEW_DROP says it, in this batch or before; a NEW_DROP that comes later is a duplicate, but for
-- what complete_implied_openings.sql takes from it.
-- in:  batch_id, open_dates (the batch's days that are not sealed)
INSERT INTO drop_events (venue_id, opened_date, slot_id, opened_at, is_end, event_type, occurred_at,
    slot_at, slot_date, opened_minute, slot_hour, party_size, open_seconds, is_implied, batch_id,
    bucket_id, event_id)
SELECT DISTINCT ON (opened_date, venue_id, slot_id, opened_at)
    venue_id, opened_date, slot_id, opened_at, false, 'NEW_DROP', opened_at,
    slot_at, slot_date, opened_minute, slot_hour, coalesce(party_size, 0), NULL,
    event_type = 'CLOSED', batch_id,
    bucket_id, CASE WHEN event_type = 'NEW_DROP' THEN event_id END
FROM staged_calendar
WHERE batch_id = :batch_id AND opened_date = ANY (CAST(:open_dates AS date[]))
ORDER BY opened_date, venue_id, slot_id, opened_at, event_type = 'CLOSED', row_number
ON CONFLICT DO NOTHING

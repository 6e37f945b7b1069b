-- Every drop ends at most once: the first accepted end stands. An end takes the slot's time and
-- party size from its opening, so that both fall into the same cell. A CLOSED at or after the
-- slot's time is EXPIRED: nobody took that table, and it is known to have been open until then.
-- in:  batch_id, open_dates
INSERT INTO drop_events (venue_id, opened_date, slot_id, opened_at, is_end, event_type, occurred_at,
    slot_at, slot_date, opened_minute, slot_hour, party_size, open_seconds, is_implied, batch_id,
    bucket_id, event_id)
SELECT s.venue_id, s.opened_date, s.slot_id, s.opened_at, true,
    CASE WHEN s.occurred_at < o.slot_at THEN 'CLOSED' ELSE 'EXPIRED' END, s.occurred_at,
    o.slot_at, o.slot_date, o.opened_minute, o.slot_hour, o.party_size,
    floor(date_part('epoch', least(s.occurred_at, o.slot_at) - s.opened_at)), false, s.batch_id,
    s.bucket_id, s.event_id
FROM staged_calendar s
JOIN drop_events o
  ON o.venue_id = s.venue_id AND o.opened_date = s.opened_date
 AND o.slot_id = s.slot_id AND o.opened_at = s.opened_at AND NOT o.is_end
WHERE s.batch_id = :batch_id AND s.event_type = 'CLOSED'
  AND s.opened_date = ANY (CAST(:open_dates AS date[]))
  AND o.opened_date = ANY (CAST(:open_dates AS date[]))
ORDER BY s.opened_date, s.venue_id, s.slot_id, s.opened_at, s.row_number
ON CONFLICT DO NOTHING

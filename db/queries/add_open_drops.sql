-- The batch's openings that the batch does not end. (An end is never written before its opening.)
-- in:  batch_id, open_dates
INSERT INTO open_drops (venue_id, slot_id, opened_at, opened_date, slot_at, slot_date, slot_hour,
    party_size, bucket_id, event_id)
SELECT o.venue_id, o.slot_id, o.opened_at, o.opened_date, o.slot_at, o.slot_date, o.slot_hour,
    o.party_size, o.bucket_id, o.event_id
FROM drop_events o
WHERE o.batch_id = :batch_id AND o.opened_date = ANY (CAST(:open_dates AS date[])) AND NOT o.is_end
  AND NOT EXISTS (
    SELECT FROM drop_events e
    WHERE e.venue_id = o.venue_id AND e.opened_date = o.opened_date AND e.slot_id = o.slot_id
      AND e.opened_at = o.opened_at AND e.is_end
      AND e.batch_id = :batch_id AND e.opened_date = ANY (CAST(:open_dates AS date[])))

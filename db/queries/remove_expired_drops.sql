-- in:  day, batch_id
DELETE FROM open_drops o
USING drop_events e
WHERE e.batch_id = :batch_id AND e.opened_date = :day AND e.is_end
  AND o.venue_id = e.venue_id AND o.slot_id = e.slot_id AND o.opened_at = e.opened_at

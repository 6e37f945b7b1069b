-- in:  batch_id, open_dates
DELETE FROM open_drops o
USING drop_events e
WHERE e.batch_id = :batch_id AND e.opened_date = ANY (CAST(:open_dates AS date[])) AND e.is_end
  AND o.venue_id = e.venue_id AND o.slot_id = e.slot_id AND o.opened_at = e.opened_at

-- Events of sealed days go to the ledger, once each, and into no metric.
-- in:  batch_id, received_at, sealed_dates
INSERT INTO late_events (venue_id, opened_date, slot_id, opened_at, event_type, occurred_at,
    slot_at, party_size, bucket_id, event_id, batch_id, row_number, received_at)
SELECT venue_id, opened_date, slot_id, opened_at, event_type, occurred_at,
    slot_at, party_size, bucket_id, event_id, batch_id, row_number, :received_at
FROM staged_calendar
WHERE batch_id = :batch_id AND opened_date = ANY (CAST(:sealed_dates AS date[]))
ORDER BY venue_id, opened_date, slot_id, opened_at, event_type, occurred_at, row_number
ON CONFLICT DO NOTHING

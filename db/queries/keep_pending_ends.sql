-- A CLOSED without `opened_at` waits here until the slot's latest opening not after it is known.
-- in:  batch_id
INSERT INTO pending_ends (venue_id, slot_id, occurred_at, slot_at, party_size, bucket_id, event_id,
    batch_id, row_number)
SELECT venue_id, slot_id, occurred_at, slot_at, party_size, bucket_id, event_id, batch_id, row_number
FROM staged_calendar
WHERE batch_id = :batch_id AND opened_at IS NULL
ORDER BY venue_id, slot_id, occurred_at, row_number
ON CONFLICT DO NOTHING

-- Until the batch is in, nobody moves its venues to another market (lock_staged_venues.sql); what
-- else is known of them may change meanwhile.
-- in:  batch_id
SELECT 1
FROM venues
WHERE venue_id IN (SELECT venue_id FROM staged_drops WHERE batch_id = :batch_id AND problem IS NULL)
ORDER BY venue_id
FOR KEY SHARE

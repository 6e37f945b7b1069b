-- Until the batch is in, nobody moves its venues to another market (lock_staged_venues.sql); what
-- else is known of them may change meanwhile.
-- in:  venue_ids
SELECT 1
FROM venues
WHERE venue_id = ANY (CAST(:venue_ids AS text[]))
ORDER BY venue_id
FOR KEY SHARE

-- Deliveries with venues that nobody registered yet, and loads of venues, take turns: neither sees
-- the venues that the other is about to add, and a venue with events keeps its market.
-- in:  batch_id
SELECT pg_advisory_xact_lock_shared(hashtext('tablestakes new venues'))
WHERE EXISTS (
    SELECT FROM staged_drops s
    WHERE s.batch_id = :batch_id AND s.problem IS NULL
      AND NOT EXISTS (SELECT FROM venues v WHERE v.venue_id = s.venue_id))

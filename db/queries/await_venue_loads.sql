-- Deliveries with venues that nobody registered yet, and loads of venues, take turns: neither sees
-- the venues that the other is about to add, and a venue with events keeps its market.
SELECT pg_advisory_xact_lock_shared(hashtext('tablestakes new venues'))

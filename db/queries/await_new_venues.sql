-- Waits for deliveries that register venues, and keeps new ones waiting (see await_venue_loads.sql).
SELECT pg_advisory_xact_lock(hashtext('tablestakes new venues'))

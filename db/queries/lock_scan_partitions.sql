-- Two deliveries that need the same new day make it one after the other.
SELECT pg_advisory_xact_lock(hashtext('tablestakes scan partitions'))

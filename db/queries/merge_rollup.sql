-- The aggregate: adds whole batches to the rollup, each exactly once (mark_aggregated.sql, same
-- transaction). Cost follows what group_batches.sql found in them, not what is kept. Nobody else writes
-- to the rollup meanwhile (db/work.py), so that cells are looked up once and not tried and confirmed, as
-- ON CONFLICT does for the sake of others.
MERGE INTO drop_rollup AS kept
USING added_cells AS added
ON kept.venue_id = added.venue_id AND kept.opened_date = added.opened_date
    AND kept.slot_date = added.slot_date AND kept.slot_hour = added.slot_hour
    AND kept.party_size = added.party_size
WHEN MATCHED THEN UPDATE
SET opened_minutes = kept.opened_minutes || added.opened_minutes,
    closed_seconds = kept.closed_seconds || added.closed_seconds,
    closed_minutes = kept.closed_minutes || added.closed_minutes,
    censored_seconds = kept.censored_seconds || added.censored_seconds,
    censored_minutes = kept.censored_minutes || added.censored_minutes
WHEN NOT MATCHED THEN INSERT (venue_id, opened_date, slot_date, slot_hour, party_size,
    opened_minutes, closed_seconds, closed_minutes, censored_seconds, censored_minutes)
VALUES (added.venue_id, added.opened_date, added.slot_date, added.slot_hour, added.party_size,
    added.opened_minutes, added.closed_seconds, added.closed_minutes, added.censored_seconds,
    added.censored_minutes)

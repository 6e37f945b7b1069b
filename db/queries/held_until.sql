-- The latest moment at which a drop of the day could still end; null if none can.
-- in:  day, now
SELECT max(slot_at)
FROM open_drops
WHERE opened_date = :day AND superseded_at IS NULL AND slot_at > CAST(:now AS timestamptz)

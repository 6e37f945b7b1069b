-- The venues that the batch's rows name. `is_new`: nobody registered it yet.
-- in:  batch_id
SELECT venue_id, NOT EXISTS (SELECT FROM venues v WHERE v.venue_id = named.venue_id) AS is_new
FROM (
    SELECT DISTINCT venue_id
    FROM staged_drops
    WHERE batch_id = :batch_id AND problem IS NULL
) AS named

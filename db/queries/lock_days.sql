-- Keeps the seal out of these days until the batch is in, and says which are sealed already.
-- Locked in date order, as everybody does. A batch with closings that name no opening may write
-- to any day that is not sealed, so it locks all of them.
-- in:  dates, has_unnamed
SELECT opened_date, sealed_at
FROM opened_days
WHERE opened_date = ANY (CAST(:dates AS date[])) OR (:has_unnamed AND sealed_at IS NULL)
ORDER BY opened_date
FOR SHARE

-- Scans of sealed days are refused: what they would add can no longer be held against raw scans.
-- in:  batch_id, sealed_dates
UPDATE staged_scans s
SET problem = 'the scan''s day was sealed: scans of it are not taken any more'
FROM markets m
WHERE s.batch_id = :batch_id AND s.problem IS NULL AND m.market_id = s.market_id
  AND (s.scanned_at AT TIME ZONE m.timezone)::date = ANY (CAST(:sealed_dates AS date[]))

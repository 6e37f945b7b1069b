-- Scans of hours that were scored already change what was seen then, for every venue of their market:
-- its derived rows are all computed anew.
-- in:  batch_ids, dates
UPDATE market_scores k
SET method_key = 'scans came in late'
WHERE EXISTS (
    SELECT FROM scans s
    WHERE s.scanned_date = ANY (CAST(:dates AS date[])) AND s.batch_id = ANY (CAST(:batch_ids AS bigint[]))
      AND s.market_id = k.market_id AND s.scanned_at < k.seen_until)

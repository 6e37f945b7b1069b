-- Receipts, the latest day first.
-- in:  row_limit
SELECT *
FROM day_receipts
ORDER BY opened_date DESC, market_id
LIMIT :row_limit

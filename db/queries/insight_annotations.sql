-- What editors wrote beside days of a market, or of all markets, the earliest days first.
-- in:  market_id (NULL: everything)
SELECT annotation_id, market_id, first_date, last_date, text, added_by, added_at
FROM annotations
WHERE CAST(:market_id AS text) IS NULL OR market_id IS NULL OR market_id = :market_id
ORDER BY first_date, last_date, annotation_id

-- in:  day
SELECT * FROM day_receipts WHERE opened_date = :day ORDER BY market_id

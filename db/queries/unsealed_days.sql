-- in:  through
SELECT opened_date
FROM opened_days
WHERE sealed_at IS NULL AND opened_date <= :through
ORDER BY opened_date

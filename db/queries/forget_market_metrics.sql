-- in:  market_id, metric_types, first_date, last_date (both included)
DELETE FROM market_metrics
WHERE market_id = :market_id AND metric_type = ANY (CAST(:metric_types AS text[]))
  AND window_date BETWEEN :first_date AND :last_date

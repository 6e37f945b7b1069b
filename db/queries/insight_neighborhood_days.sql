-- Tables of each neighborhood by the day they opened, from the stored daily rows.
-- in:  market_id, start_date, end_date (both included)
SELECT cell ->> 'neighborhood' AS neighborhood, window_date,
    (cell ->> 'new_drops')::bigint AS drops,
    (cell ->> 'prime_time_drops')::bigint AS prime_time_drops
FROM market_metrics
CROSS JOIN LATERAL jsonb_array_elements(value_json) AS cell
WHERE market_id = :market_id AND metric_type = 'by_neighborhood'
  AND window_date BETWEEN :start_date AND :end_date
ORDER BY 1, 2

-- A market's drops by day, from its daily totals; days without a drop are absent.
-- in:  market_id, first_date, last_date (both included)
SELECT window_date, (value_json ->> 'total_new_drops')::bigint AS new_drops,
    (value_json ->> 'prime_time_drops')::bigint AS prime,
    (value_json ->> 'off_peak_drops')::bigint AS off_peak
FROM market_metrics
WHERE market_id = :market_id AND metric_type = 'daily_totals'
  AND window_date BETWEEN :first_date AND :last_date
ORDER BY window_date

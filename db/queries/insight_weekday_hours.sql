-- A market's drops by weekday and hour of one clock over some days, from the days' own rows.
-- in:  market_id, clock (opened_hour or slot_hour), start_date, end_date (both included)
SELECT (cell ->> 'iso_weekday')::int AS iso_weekday, (cell ->> 'hour')::int AS hour,
    sum((cell ->> 'new_drops')::bigint)::bigint AS new_drops
FROM market_metrics m, jsonb_array_elements(m.value_json -> CAST(:clock AS text)) AS cell
WHERE m.market_id = :market_id AND m.metric_type = 'by_weekday_hour'
  AND m.window_date BETWEEN :start_date AND :end_date
GROUP BY 1, 2
ORDER BY 1, 2

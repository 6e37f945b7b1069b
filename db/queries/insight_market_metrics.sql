-- The published rows of market_metrics, newest first.
-- in:  market_ids, start_dates and end_dates (of the same length; both ends included),
--      metric_types (NULL: all)
SELECT d.market_id, m.is_simulated, d.window_date, d.metric_type, d.value_json AS value,
    d.formula_version, d.computed_at
FROM unnest(CAST(:market_ids AS text[]), CAST(:start_dates AS date[]), CAST(:end_dates AS date[]))
    AS scope (market_id, start_date, end_date)
JOIN market_metrics d
  ON d.market_id = scope.market_id AND d.window_date BETWEEN scope.start_date AND scope.end_date
JOIN markets m ON m.market_id = d.market_id
WHERE CAST(:metric_types AS text[]) IS NULL OR d.metric_type = ANY (CAST(:metric_types AS text[]))
ORDER BY d.window_date DESC, d.market_id, d.metric_type

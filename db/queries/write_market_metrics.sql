-- in:  market_id, rows (JSON array of {"window_date", "metric_type", "value"}), formula_version, now
INSERT INTO market_metrics (market_id, window_date, metric_type, value_json, formula_version, computed_at)
SELECT :market_id, window_date, metric_type, value, :formula_version, :now
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS computed (window_date date, metric_type text, value jsonb)
ON CONFLICT (market_id, window_date, metric_type) DO UPDATE
SET value_json = excluded.value_json, formula_version = excluded.formula_version,
    computed_at = excluded.computed_at

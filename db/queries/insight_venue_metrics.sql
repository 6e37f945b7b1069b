-- The published rows of venue_metrics: scarcest first, nulls last, then the newest;
-- with how much of the day was watched.
-- in:  market_ids, start_dates and end_dates (of the same length; both ends included),
--      venue_id and neighborhood (NULL: any), row_limit
SELECT d.venue_id, v.name AS venue_name, v.neighborhood, v.cuisine, d.market_id, m.is_simulated,
    d.window_date, d.new_drop_count, d.closed_count, d.expired_count, d.open_count,
    d.prime_time_drops, d.off_peak_drops, d.avg_drop_duration_seconds,
    d.median_drop_duration_seconds, d.catchable_per_week, d.catchable_lower, d.catchable_upper,
    d.scarcity_score, d.volatility_score, d.formula_version, d.computed_at,
    (c.value_json ->> 'coverage_rate')::float8 AS coverage_rate,
    (c.value_json ->> 'is_coverage_assumed')::boolean AS is_coverage_assumed
FROM unnest(CAST(:market_ids AS text[]), CAST(:start_dates AS date[]), CAST(:end_dates AS date[]))
    AS scope (market_id, start_date, end_date)
JOIN venue_metrics d
  ON d.market_id = scope.market_id AND d.window_date BETWEEN scope.start_date AND scope.end_date
JOIN venues v USING (venue_id)
JOIN markets m ON m.market_id = d.market_id
LEFT JOIN market_metrics c
  ON c.market_id = d.market_id AND c.window_date = d.window_date AND c.metric_type = 'coverage'
WHERE (CAST(:venue_id AS text) IS NULL OR d.venue_id = :venue_id)
  AND (CAST(:neighborhood AS text) IS NULL OR v.neighborhood = :neighborhood)
ORDER BY d.scarcity_score DESC NULLS LAST, d.window_date DESC, d.venue_id
LIMIT :row_limit

-- Each weekday's drops over the 28 days that end on a date, from the daily totals. `days`: how many of
-- them the market has had since its first; days on which nothing opened count, with zero. Dates between
-- the last one that has a row and the first one asked for are filled up: nothing opened on them.
-- in:  market_id, dates, first_date (the market's), formula_version, now
INSERT INTO market_metrics (market_id, window_date, metric_type, value_json, formula_version, computed_at)
SELECT :market_id, window_date, 'by_weekday',
    jsonb_build_object('window_days', 28, 'weekdays', jsonb_agg(jsonb_build_object(
        'iso_weekday', weekday, 'days', days, 'new_drops', drops, 'closed', closed,
        'prime_time_drops', prime, 'off_peak_drops', off_peak) ORDER BY weekday)),
    :formula_version, :now
FROM (
    SELECT d.window_date, date_part('isodow', day)::int AS weekday, count(*) AS days,
        coalesce(sum((t.value_json ->> 'total_new_drops')::bigint), 0) AS drops,
        coalesce(sum((t.value_json ->> 'total_closed')::bigint), 0) AS closed,
        coalesce(sum((t.value_json ->> 'prime_time_drops')::bigint), 0) AS prime,
        coalesce(sum((t.value_json ->> 'off_peak_drops')::bigint), 0) AS off_peak
    FROM (
        SELECT unnest(CAST(:dates AS date[]))
        UNION
        SELECT generate_series(
            (SELECT max(window_date) + 1 FROM market_metrics
             WHERE market_id = :market_id AND metric_type = 'by_weekday')::timestamp,
            (SELECT min(day) - 1 FROM unnest(CAST(:dates AS date[])) AS day)::timestamp,
            interval '1 day')::date
    ) AS d (window_date)
    CROSS JOIN LATERAL generate_series(
        greatest(d.window_date - 27, CAST(:first_date AS date))::timestamp, d.window_date::timestamp,
        interval '1 day') AS day
    LEFT JOIN market_metrics t
      ON t.market_id = :market_id AND t.metric_type = 'daily_totals' AND t.window_date = day::date
    GROUP BY 1, 2
) AS of_weekday
GROUP BY window_date
ON CONFLICT (market_id, window_date, metric_type) DO UPDATE
SET value_json = excluded.value_json, formula_version = excluded.formula_version,
    computed_at = excluded.computed_at

-- Each weekday's drops over the 28 days that end on a date, from the daily totals. Dates between the
-- last one that has a row and the first one asked for are filled up: nothing opened on them.
-- in:  market_id, dates, formula_version, now
INSERT INTO market_metrics (market_id, window_date, metric_type, value_json, formula_version, computed_at)
SELECT :market_id, window_date, 'by_weekday',
    jsonb_build_object('window_days', 28, 'weekdays', jsonb_agg(jsonb_build_object(
        'iso_weekday', weekday, 'days', days, 'new_drops', drops, 'closed', closed,
        'prime_time_drops', prime, 'off_peak_drops', off_peak) ORDER BY weekday)),
    :formula_version, :now
FROM (
    SELECT d.window_date, date_part('isodow', t.window_date)::int AS weekday, count(*) AS days,
        sum((t.value_json ->> 'total_new_drops')::bigint) AS drops,
        sum((t.value_json ->> 'total_closed')::bigint) AS closed,
        sum((t.value_json ->> 'prime_time_drops')::bigint) AS prime,
        sum((t.value_json ->> 'off_peak_drops')::bigint) AS off_peak
    FROM (
        SELECT unnest(CAST(:dates AS date[]))
        UNION
        SELECT generate_series(
            (SELECT max(window_date) + 1 FROM market_metrics
             WHERE market_id = :market_id AND metric_type = 'by_weekday')::timestamp,
            (SELECT min(day) - 1 FROM unnest(CAST(:dates AS date[])) AS day)::timestamp,
            interval '1 day')::date
    ) AS d (window_date)
    JOIN market_metrics t
      ON t.market_id = :market_id AND t.metric_type = 'daily_totals'
     AND t.window_date BETWEEN d.window_date - 27 AND d.window_date
    GROUP BY 1, 2
) AS of_weekday
GROUP BY window_date
ON CONFLICT (market_id, window_date, metric_type) DO UPDATE
SET value_json = excluded.value_json, formula_version = excluded.formula_version,
    computed_at = excluded.computed_at

-- The market's own numbers of single days, from the rollup: all of them additive counts, so that
-- any window is a sum, but for the average and the median, which are of the day's closed drops.
-- `open_count` and `expired_count` come from the venues' rows of the same day.
-- in:  market_id, dates, prime_start_hour, prime_end_hour, formula_version, now
WITH cells AS (
    SELECT r.*, v.neighborhood,
        r.slot_hour >= :prime_start_hour AND r.slot_hour < :prime_end_hour AS is_prime
    FROM drop_rollup r
    JOIN venues v USING (venue_id)
    WHERE v.market_id = :market_id AND r.opened_date = ANY (CAST(:dates AS date[]))
), counts AS (
    SELECT m.window_date, coalesce(v.neighborhood, '') AS neighborhood,
        sum(m.new_drop_count) AS drops, sum(m.closed_count) AS closed,
        sum(m.expired_count) AS expired, sum(m.open_count) AS open,
        sum(m.prime_time_drops) AS prime, sum(m.off_peak_drops) AS off_peak,
        count(*) AS venues
    FROM venue_metrics m
    JOIN venues v USING (venue_id)
    WHERE m.market_id = :market_id AND m.window_date = ANY (CAST(:dates AS date[]))
    GROUP BY 1, 2
), durations AS (
    SELECT opened_date, coalesce(neighborhood, '') AS neighborhood, seconds
    FROM cells, unnest(closed_seconds) AS seconds
), daily_totals AS (
    SELECT window_date, 'daily_totals' AS metric_type, jsonb_build_object(
        'total_new_drops', sum(drops), 'total_closed', sum(closed),
        'total_expired', sum(expired), 'total_open', sum(open),
        'prime_time_drops', sum(prime), 'off_peak_drops', sum(off_peak),
        'venue_count', sum(venues),
        'avg_drop_duration_seconds', (
            SELECT avg(seconds)::float8 FROM durations WHERE opened_date = window_date),
        'median_drop_duration_seconds', (
            SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)
            FROM durations WHERE opened_date = window_date)) AS value_json
    FROM counts
    GROUP BY window_date
), by_neighborhood AS (
    SELECT window_date, 'by_neighborhood' AS metric_type, jsonb_agg(jsonb_build_object(
        'neighborhood', nullif(neighborhood, ''), 'new_drops', drops, 'closed', closed,
        'expired', expired, 'open', open, 'prime_time_drops', prime, 'off_peak_drops', off_peak,
        'venue_count', venues) ORDER BY neighborhood) AS value_json
    FROM counts
    GROUP BY window_date
), hours AS (
    SELECT opened_date, 'opened_hour' AS clock, date_part('isodow', opened_date)::int AS weekday,
        minute / 60 AS hour, count(*) AS drops,
        count(*) FILTER (WHERE is_prime) AS prime
    FROM cells, unnest(opened_minutes) AS minute
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT opened_date, 'slot_hour', date_part('isodow', slot_date)::int, slot_hour,
        sum(cardinality(opened_minutes)),
        sum(cardinality(opened_minutes)) FILTER (WHERE is_prime)
    FROM cells
    GROUP BY 1, 2, 3, 4
), by_hour AS (
    SELECT opened_date AS window_date, 'by_hour' AS metric_type,
        jsonb_object_agg(clock, per_hour) AS value_json
    FROM (
        SELECT opened_date, clock, jsonb_agg(jsonb_build_object(
            'hour', hour, 'new_drops', drops, 'prime_time_drops', coalesce(prime, 0))
            ORDER BY hour) AS per_hour
        FROM (
            SELECT opened_date, clock, hour, sum(drops) AS drops, sum(prime) AS prime
            FROM hours
            GROUP BY 1, 2, 3
        ) AS of_hour
        GROUP BY 1, 2
    ) AS of_clock
    GROUP BY 1
), by_weekday_hour AS (
    SELECT opened_date AS window_date, 'by_weekday_hour' AS metric_type,
        jsonb_object_agg(clock, per_cell) AS value_json
    FROM (
        SELECT opened_date, clock, jsonb_agg(jsonb_build_object(
            'iso_weekday', weekday, 'hour', hour, 'new_drops', drops) ORDER BY weekday, hour) AS per_cell
        FROM hours
        GROUP BY 1, 2
    ) AS of_clock
    GROUP BY 1
)
INSERT INTO market_metrics (market_id, window_date, metric_type, value_json, formula_version, computed_at)
SELECT :market_id, window_date, metric_type, value_json, :formula_version, :now
FROM (
    SELECT * FROM daily_totals
    UNION ALL SELECT * FROM by_neighborhood
    UNION ALL SELECT * FROM by_hour
    UNION ALL SELECT * FROM by_weekday_hour
) AS computed
ON CONFLICT (market_id, window_date, metric_type) DO UPDATE
SET value_json = excluded.value_json, formula_version = excluded.formula_version,
    computed_at = excluded.computed_at

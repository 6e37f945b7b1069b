-- Adds whole batches of scans to the hours. A good scan marks its minute and those until the next is
-- due; marks are merged by OR, so order and repetition do not matter for coverage.
-- in:  batch_ids, dates, poll_interval_seconds (of markets that set none)
WITH due AS (
    SELECT s.market_id, split_part(s.bucket_id, '_', 2) AS anchor, s.scanned_at, s.is_ok,
        s.available_slots,
        ceil(coalesce(m.poll_interval_seconds, :poll_interval_seconds) / 60.0)::int AS minutes
    FROM scans s
    JOIN markets m USING (market_id)
    WHERE s.scanned_date = ANY (CAST(:dates AS date[])) AND s.batch_id = ANY (CAST(:batch_ids AS bigint[]))
), marks AS (
    SELECT market_id, anchor, date_trunc('minute', scanned_at) + make_interval(mins => ahead) AS minute_at,
        scanned_at, is_ok, available_slots, ahead = 0 AS is_scan
    FROM due, generate_series(0, CASE WHEN is_ok THEN minutes - 1 ELSE 0 END) AS ahead
)
INSERT INTO scan_rollup AS kept (market_id, anchor, hour_at, scans_ok, scans_failed, observed,
    available_slots_sum, last_ok_at)
SELECT market_id, anchor, date_trunc('hour', minute_at),
    count(*) FILTER (WHERE is_scan AND is_ok), count(*) FILTER (WHERE is_scan AND NOT is_ok),
    coalesce(bit_or(set_bit(repeat('0', 60)::bit(60), date_part('minute', minute_at)::int, 1))
        FILTER (WHERE is_ok), repeat('0', 60)::bit(60)),
    coalesce(sum(available_slots) FILTER (WHERE is_scan AND is_ok), 0),
    max(scanned_at) FILTER (WHERE is_ok)
FROM marks
GROUP BY 1, 2, 3
ON CONFLICT (market_id, anchor, hour_at) DO UPDATE
SET scans_ok = kept.scans_ok + excluded.scans_ok,
    scans_failed = kept.scans_failed + excluded.scans_failed,
    observed = kept.observed | excluded.observed,
    available_slots_sum = kept.available_slots_sum + excluded.available_slots_sum,
    last_ok_at = greatest(kept.last_ok_at, excluded.last_ok_at)

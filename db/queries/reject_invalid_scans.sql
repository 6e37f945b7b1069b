-- Judges each staged scan by itself; the first thing that is wrong becomes its `problem`.
-- in:  batch_id, received_at, is_simulated (sent by the simulator itself)
UPDATE staged_scans
SET problem = judged.problem
FROM (
    SELECT s.batch_id, s.row_number,
        CASE
            WHEN coalesce(s.market_id, '') = '' THEN 'market_id is missing'
            WHEN m.market_id IS NULL THEN
                'market ' || left(s.market_id, 40) || ' is unknown: load its venues first'
            WHEN coalesce(bucket_id, '') = '' THEN 'bucket_id is missing'
            WHEN bucket_id !~ '^\d{4}-\d{2}-\d{2}_\d{2}:\d{2}$' THEN
                'bucket_id ' || left(bucket_id, 40) || ' is not YYYY-MM-DD_HH:MM'
            WHEN scanned_at IS NULL THEN 'scanned_at is missing'
            WHEN scanned_at > CAST(:received_at AS timestamptz) + interval '5 minutes' THEN
                'scanned_at is more than 5 minutes in the future: check the sender''s clock'
            WHEN scanned_at < '2000-01-01Z' THEN
                'scanned_at is before the year 2000: check the sender''s clock'
            WHEN ok IS NULL THEN 'ok is missing: send true or false'
            WHEN available_slots < 0 THEN 'available_slots is below 0'
            WHEN m.is_simulated AND NOT :is_simulated THEN
                'market ' || m.market_id || ' is simulated: real scans do not go there'
            WHEN :is_simulated AND NOT m.is_simulated THEN
                'market ' || m.market_id || ' is real: simulated scans do not go there'
        END AS problem
    FROM staged_scans s
    LEFT JOIN markets m USING (market_id)
    WHERE s.batch_id = :batch_id AND s.problem IS NULL
) AS judged
WHERE staged_scans.batch_id = :batch_id
  AND staged_scans.row_number = judged.row_number
  AND judged.problem IS NOT NULL

-- Days that are neither sealed nor have all of their partitions.
-- in:  days, tables (the partitioned ones)
SELECT DISTINCT day
FROM unnest(CAST(:days AS date[])) AS day, unnest(CAST(:tables AS text[])) AS partitioned
WHERE to_regclass(partitioned || '_' || to_char(day, 'YYYYMMDD')) IS NULL
  AND NOT EXISTS (SELECT FROM opened_days d WHERE d.opened_date = day AND d.sealed_at IS NOT NULL)
ORDER BY day

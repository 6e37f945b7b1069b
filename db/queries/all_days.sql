-- Every day anything was written to, and when it was sealed. A day may have been emptied of its row.
SELECT opened_date, max(sealed_at) AS sealed_at
FROM (
    SELECT opened_date, sealed_at FROM opened_days
    UNION ALL SELECT opened_date, NULL::timestamptz FROM batch_days
    UNION ALL SELECT DISTINCT opened_date, NULL::timestamptz FROM drop_rollup
) AS days
GROUP BY opened_date
ORDER BY opened_date

-- The last run of each job, and when it last succeeded.
SELECT jobs.job, last.due_key, last.started_at, last.finished_at, last.status, last.error,
    last.detail, succeeded.finished_at AS succeeded_at
FROM (
    WITH RECURSIVE named AS (
        (SELECT job FROM job_runs ORDER BY job LIMIT 1)
        UNION ALL
        SELECT (SELECT r.job FROM job_runs r WHERE r.job > named.job ORDER BY r.job LIMIT 1)
        FROM named
        WHERE named.job IS NOT NULL
    )
    SELECT job FROM named WHERE job IS NOT NULL
) AS jobs
CROSS JOIN LATERAL (
    SELECT * FROM job_runs r WHERE r.job = jobs.job ORDER BY r.started_at DESC LIMIT 1
) AS last
LEFT JOIN LATERAL (
    SELECT finished_at FROM job_runs r
    WHERE r.job = jobs.job AND r.status = 'succeeded'
    ORDER BY r.started_at DESC
    LIMIT 1
) AS succeeded ON true
ORDER BY jobs.job

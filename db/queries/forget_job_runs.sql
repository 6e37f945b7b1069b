-- Good ticks are kept for a while only; everything else stays on record. The last of each job stays.
-- in:  before
DELETE FROM job_runs r
WHERE r.job = 'tick' AND r.status = 'succeeded' AND r.started_at < CAST(:before AS timestamptz)
  AND EXISTS (SELECT FROM job_runs n WHERE n.job = r.job AND n.job_run_id > r.job_run_id)

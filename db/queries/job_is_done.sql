-- Whether the job has succeeded for this, or failed so lately that it should rest first.
-- in:  job, due_key, rest_since
SELECT EXISTS (
    SELECT FROM job_runs
    WHERE job = :job AND due_key = :due_key
      AND (status = 'succeeded' OR (status <> 'running' AND started_at > CAST(:rest_since AS timestamptz))))

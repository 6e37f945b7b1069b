-- Runs that never said how they ended: their process is gone, for its lock is ours.
-- in:  now
UPDATE job_runs
SET status = 'interrupted', finished_at = :now, error = 'the process stopped before the job ended'
WHERE status = 'running' AND due_key <> 'by hand'

-- Whether nothing was accepted for the day since an instant.
-- in:  day, since
SELECT NOT EXISTS (
    SELECT FROM batch_days d JOIN batches b USING (batch_id)
    WHERE d.opened_date = :day AND b.received_at > :since AND b.source <> 'internal')

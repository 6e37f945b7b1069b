-- Messages that were being handed over when their sender died: whether they arrived is not known,
-- so they are not sent again.
-- in:  before, now
UPDATE digest_sends
SET state = 'unknown', finished_at = :now,
    error = 'The sender stopped while the message was being handed over: it may have arrived.'
WHERE state = 'handing over' AND claimed_at < :before

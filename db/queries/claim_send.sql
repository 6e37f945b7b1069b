-- Claims the next subscriber who is still to get an edition: one without a row, one whose message
-- failed and has rested, or one whose claim was left before the message was handed over. Two workers
-- never claim the same one.
-- in:  market_id, iso_week, audience, now, first_made_at (the edition's; who subscribed later waits
--      for the next), abandoned_before, most_attempts, rest_seconds (doubled with every attempt)
WITH next AS (
    SELECT s.subscriber_id
    FROM digest_subscribers s
    LEFT JOIN digest_sends d ON d.subscriber_id = s.subscriber_id AND d.iso_week = :iso_week
    WHERE s.market_id = :market_id AND s.audience = :audience
      AND s.unsubscribed_at IS NULL AND s.subscribed_at <= :first_made_at
      AND (d.subscriber_id IS NULL
        OR (d.state = 'failed' AND d.attempts < :most_attempts
          AND d.finished_at <= CAST(:now AS timestamptz)
            - make_interval(secs => :rest_seconds * 2 ^ (d.attempts - 1)))
        OR (d.state = 'claimed' AND d.claimed_at < :abandoned_before))
    ORDER BY s.subscriber_id
    LIMIT 1
    FOR UPDATE OF s SKIP LOCKED
), claimed AS (
    INSERT INTO digest_sends AS d (subscriber_id, iso_week, state, attempts, claimed_at)
    SELECT subscriber_id, :iso_week, 'claimed', 1, :now FROM next
    ON CONFLICT (subscriber_id, iso_week) DO UPDATE
    SET state = 'claimed', attempts = d.attempts + 1, claimed_at = excluded.claimed_at,
        finished_at = NULL, error = NULL
    WHERE d.state IN ('failed', 'claimed')
    RETURNING subscriber_id, attempts
)
SELECT c.subscriber_id, c.attempts, s.email, s.token
FROM claimed c
JOIN digest_subscribers s USING (subscriber_id)

-- Editions that somebody is still to get, of weeks that began in the last fortnight: older ones are
-- read on the page. Who that is: claim_send.sql.
-- in:  now, since (a date), abandoned_before, most_attempts, rest_seconds
SELECT DISTINCT e.market_id, e.iso_week, e.audience
FROM digests e
JOIN digest_subscribers s ON s.market_id = e.market_id AND s.audience = e.audience
LEFT JOIN digest_sends d ON d.subscriber_id = s.subscriber_id AND d.iso_week = e.iso_week
WHERE e.revision = 1 AND e.first_date >= :since
  AND s.unsubscribed_at IS NULL AND s.subscribed_at <= e.created_at
  AND (d.subscriber_id IS NULL
    OR (d.state = 'failed' AND d.attempts < :most_attempts
      AND d.finished_at <= CAST(:now AS timestamptz)
        - make_interval(secs => :rest_seconds * 2 ^ (d.attempts - 1)))
    OR (d.state = 'claimed' AND d.claimed_at < :abandoned_before))
ORDER BY e.iso_week, e.market_id, e.audience

-- What became of the mails of each edition, the newest week first.
-- in:  since (a date; of editions' first days)
SELECT s.market_id, s.audience, d.iso_week,
    count(*) FILTER (WHERE d.state = 'sent') AS sent,
    count(*) FILTER (WHERE d.state IN ('claimed', 'handing over')) AS under_way,
    count(*) FILTER (WHERE d.state = 'failed') AS failed,
    count(*) FILTER (WHERE d.state = 'unknown') AS unknown,
    max(d.finished_at) AS last_at,
    (array_agg(d.error ORDER BY d.finished_at DESC) FILTER (WHERE d.error IS NOT NULL))[1] AS last_error
FROM digest_sends d
JOIN digest_subscribers s USING (subscriber_id)
JOIN digests e ON e.market_id = s.market_id AND e.audience = s.audience
  AND e.iso_week = d.iso_week AND e.revision = 1
WHERE e.first_date >= :since
GROUP BY s.market_id, s.audience, d.iso_week
ORDER BY d.iso_week DESC, s.market_id, s.audience

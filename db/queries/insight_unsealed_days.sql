-- Days whose raw events are still kept, oldest first: the drops among them that could still end, the
-- last slot of those without an end, and, of days past retention, when the last event for them came.
-- in:  now, last_day (the last one past retention)
SELECT d.opened_date, count(o.slot_at) FILTER (WHERE o.slot_at > :now) AS open_drops,
    max(o.slot_at) AS latest_slot_at,
    (
        SELECT max(b.received_at)
        FROM batch_days bd
        JOIN batches b USING (batch_id)
        WHERE bd.opened_date = d.opened_date AND d.opened_date <= :last_day
          AND b.source <> 'internal'
    ) AS last_received_at
FROM opened_days d
LEFT JOIN open_drops o ON o.opened_date = d.opened_date AND o.superseded_at IS NULL
WHERE d.sealed_at IS NULL
GROUP BY d.opened_date
ORDER BY d.opened_date

-- Batches whose rows do not add up, or whose ledgers do not hold what they say.
WITH ledgers AS (
    SELECT b.*,
        b.kind IN ('drops', 'expiry', 'settle') AS has_drops,
        (SELECT count(*) FROM rejected_events r WHERE r.batch_id = b.batch_id) AS kept_rejected,
        (SELECT count(*) FROM late_events l WHERE l.batch_id = b.batch_id) AS kept_late,
        (SELECT count(*) FROM pending_ends p WHERE p.batch_id = b.batch_id) AS kept_pending,
        (SELECT coalesce(sum(openings + closings + expiries), 0)
         FROM batch_days d WHERE d.batch_id = b.batch_id) AS written
    FROM batches b
), judged AS (
    SELECT batch_id, source,
        CASE
            WHEN rows_received <> rows_accepted + rows_duplicate + rows_pending + rows_rejected + rows_late
                THEN format('received %s, but accepted %s + duplicate %s + pending %s + rejected %s + late %s',
                    rows_received, rows_accepted, rows_duplicate, rows_pending, rows_rejected, rows_late)
            WHEN least(rows_accepted, rows_duplicate, rows_pending, rows_rejected, rows_late) < 0
                THEN 'a count is negative'
            WHEN kept_rejected <> rows_rejected
                THEN format('rejected %s, but the quarantine holds %s', rows_rejected, kept_rejected)
            WHEN kept_late <> rows_late
                THEN format('late %s, but the late ledger holds %s', rows_late, kept_late)
            WHEN kept_pending <> rows_pending
                THEN format('pending %s, but %s closings are waiting', rows_pending, kept_pending)
            WHEN has_drops AND written <> rows_accepted - rows_settled_later + rows_implied + rows_settled
                THEN format('accepted %s, settled later %s, implied %s, settled here %s, but %s rows were written',
                    rows_accepted, rows_settled_later, rows_implied, rows_settled, written)
        END AS problem
    FROM ledgers
)
SELECT batch_id, source, problem
FROM judged
WHERE problem IS NOT NULL
ORDER BY batch_id
LIMIT 10

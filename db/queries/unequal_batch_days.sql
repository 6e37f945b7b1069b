-- Days that are not sealed on which a batch's raw rows are not those of its ledger.
WITH raw AS (
    SELECT e.opened_date, e.batch_id, v.market_id,
        count(*) FILTER (WHERE event_type = 'NEW_DROP') AS openings,
        count(*) FILTER (WHERE event_type = 'CLOSED') AS closings,
        count(*) FILTER (WHERE event_type = 'EXPIRED') AS expiries
    FROM drop_events e
    JOIN venues v USING (venue_id)
    GROUP BY 1, 2, 3
), ledger AS (
    SELECT d.*
    FROM batch_days d
    JOIN opened_days o USING (opened_date)
    WHERE o.sealed_at IS NULL AND openings + closings + expiries > 0
)
SELECT opened_date, batch_id, market_id,
    format('raw events %s opened, %s closed, %s expired; ledger %s, %s, %s',
        coalesce(raw.openings, 0), coalesce(raw.closings, 0), coalesce(raw.expiries, 0),
        coalesce(ledger.openings, 0), coalesce(ledger.closings, 0), coalesce(ledger.expiries, 0)) AS problem
FROM raw
FULL JOIN ledger USING (opened_date, batch_id, market_id)
WHERE (raw.openings, raw.closings, raw.expiries)
    IS DISTINCT FROM (ledger.openings, ledger.closings, ledger.expiries)
ORDER BY opened_date, batch_id, market_id
LIMIT 10

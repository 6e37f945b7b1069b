-- Where the batch tells of an earlier time than all before it. A row more for each market, seldom
-- more than once: nothing waits for anything, and the earliest is the same in any order.
-- in:  batch_id, market_ids, first_event_ats
INSERT INTO market_starts (market_id, batch_id, first_event_at)
SELECT told.market_id, :batch_id, min(told.first_event_at)
FROM unnest(CAST(:market_ids AS text[]), CAST(:first_event_ats AS timestamptz[]))
    AS told (market_id, first_event_at)
GROUP BY told.market_id
HAVING min(told.first_event_at) < ALL (
    SELECT k.first_event_at FROM market_starts k WHERE k.market_id = told.market_id)
ORDER BY told.market_id

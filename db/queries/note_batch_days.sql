-- What the batch wrote, by day and market: the ledger that raw rows and rollups are held against.
-- in:  batch_id, open_dates
INSERT INTO batch_days (opened_date, batch_id, market_id, openings, closings, expiries)
SELECT e.opened_date, e.batch_id, v.market_id,
    count(*) FILTER (WHERE e.event_type = 'NEW_DROP'),
    count(*) FILTER (WHERE e.event_type = 'CLOSED'),
    count(*) FILTER (WHERE e.event_type = 'EXPIRED')
FROM drop_events e
JOIN venues v USING (venue_id)
WHERE e.batch_id = :batch_id AND e.opened_date = ANY (CAST(:open_dates AS date[]))
GROUP BY e.opened_date, e.batch_id, v.market_id

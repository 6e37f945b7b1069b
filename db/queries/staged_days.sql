-- The market-local days on which the batch's drops opened, and from when on the batch tells of each
-- day's market: of an opening when it opened, of a closing when it closed, though the opening that it
-- implies may lie long before anybody looked. `opened_date` is null for closings that name no opening.
-- in:  batch_id
SELECT opened_date, market_id,
    min(CASE WHEN event_type = 'NEW_DROP' THEN opened_at ELSE occurred_at END) AS first_event_at
FROM staged_calendar
WHERE batch_id = :batch_id
GROUP BY opened_date, market_id
ORDER BY opened_date, market_id

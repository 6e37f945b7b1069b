-- Judges each staged row by itself. The first thing that is wrong becomes its `problem`, in words
-- that say how to mend it. Rows that could not be parsed carry theirs already. A venue that nobody knows
-- will be in the default market, a real one.
-- in:  batch_id, received_at, max_lead_days, is_simulated (sent by the simulator itself)
UPDATE staged_drops
SET problem = judged.problem
FROM (
    SELECT batch_id, row_number,
        CASE
            WHEN event_type IS NULL THEN 'event_type is missing: send NEW_DROP or CLOSED'
            WHEN event_type NOT IN ('NEW_DROP', 'CLOSED') THEN
                'event_type ' || left(event_type, 40) || ' is unknown: send NEW_DROP or CLOSED'
            WHEN coalesce(venue_id, '') = '' THEN 'venue_id is missing'
            WHEN coalesce(slot_id, '') = '' THEN 'slot_id is missing'
            WHEN slot_at IS NULL THEN 'slot_at is missing'
            WHEN occurred_at IS NULL THEN 'occurred_at is missing'
            WHEN event_type = 'NEW_DROP' AND opened_at IS NULL THEN
                'opened_at is missing: a NEW_DROP opens at its opened_at'
            WHEN event_type = 'NEW_DROP' AND opened_at <> occurred_at THEN
                'occurred_at differs from opened_at: a NEW_DROP occurs when it opens'
            WHEN occurred_at < opened_at THEN 'occurred_at is before opened_at'
            WHEN greatest(occurred_at, opened_at) > CAST(:received_at AS timestamptz) + interval '5 minutes' THEN
                'occurred_at is more than 5 minutes in the future: check the sender''s clock'
            WHEN least(occurred_at, opened_at) < '2000-01-01Z' THEN
                'occurred_at or opened_at is before the year 2000: check the sender''s clock'
            WHEN slot_at <= opened_at THEN 'slot_at is not after opened_at'
            WHEN slot_at > coalesce(opened_at, occurred_at) + make_interval(days => :max_lead_days) THEN
                'slot_at is more than ' || CAST(:max_lead_days AS int) || ' days ahead'
            WHEN party_size NOT BETWEEN 1 AND 100 THEN
                'party_size ' || party_size || ' is not between 1 and 100'
            WHEN m.is_simulated AND NOT :is_simulated THEN
                'venue ' || venue_id || ' is of the simulated market ' || market_id
                || ': real events do not go there, send them with the id of a real venue'
            WHEN :is_simulated AND NOT coalesce(m.is_simulated, false) THEN
                'venue ' || venue_id || ' is of no simulated market: simulated events do not go there'
        END AS problem
    FROM staged_drops
    LEFT JOIN venues v USING (venue_id)
    LEFT JOIN markets m USING (market_id)
    WHERE batch_id = :batch_id AND problem IS NULL
) AS judged
WHERE staged_drops.batch_id = :batch_id
  AND staged_drops.row_number = judged.row_number
  AND judged.problem IS NOT NULL

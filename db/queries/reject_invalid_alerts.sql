-- Judges each staged alert event by itself; the first thing that is wrong becomes its `problem`.
-- in:  batch_id, received_at, is_simulated (sent by the simulator itself)
UPDATE staged_alerts
SET problem = judged.problem
FROM (
    SELECT batch_id, row_number,
        CASE
            WHEN coalesce(event_id, '') = '' THEN 'event_id is missing: repeats are known by it'
            WHEN coalesce(alert_id, '') = '' THEN 'alert_id is missing'
            WHEN event_type IS NULL THEN
                'event_type is missing: send alert_sent, alert_opened, tap_to_reserve or booking_confirmed'
            WHEN event_type NOT IN ('alert_sent', 'alert_opened', 'tap_to_reserve', 'booking_confirmed') THEN
                'event_type ' || left(event_type, 40)
                || ' is unknown: send alert_sent, alert_opened, tap_to_reserve or booking_confirmed'
            WHEN coalesce(venue_id, '') = '' THEN 'venue_id is missing'
            WHEN user_key IS NULL THEN 'user_id is missing'
            WHEN occurred_at IS NULL THEN 'occurred_at is missing'
            WHEN occurred_at > CAST(:received_at AS timestamptz) + interval '5 minutes' THEN
                'occurred_at is more than 5 minutes in the future: check the sender''s clock'
            WHEN occurred_at < '2000-01-01Z' THEN
                'occurred_at is before the year 2000: check the sender''s clock'
            WHEN slot_id IS NOT NULL AND opened_at IS NULL THEN
                'slot_id comes without opened_at: a drop is told by both'
            WHEN opened_at IS NOT NULL AND slot_id IS NULL THEN
                'opened_at comes without slot_id: a drop is told by both'
            WHEN opened_at < '2000-01-01Z' OR opened_at > CAST(:received_at AS timestamptz) + interval '5 minutes' THEN
                'opened_at is before the year 2000 or in the future'
            WHEN m.is_simulated AND NOT :is_simulated THEN
                'venue ' || venue_id || ' is of the simulated market ' || market_id
                || ': real alerts do not go there, send them with the id of a real venue'
            WHEN :is_simulated AND NOT coalesce(m.is_simulated, false) THEN
                'venue ' || venue_id || ' is of no simulated market: simulated alerts do not go there'
        END AS problem
    FROM staged_alerts
    LEFT JOIN venues v USING (venue_id)
    LEFT JOIN markets m USING (market_id)
    WHERE batch_id = :batch_id AND problem IS NULL
) AS judged
WHERE staged_alerts.batch_id = :batch_id
  AND staged_alerts.row_number = judged.row_number
  AND judged.problem IS NOT NULL

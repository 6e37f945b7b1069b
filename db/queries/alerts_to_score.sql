-- One row a cell, with one element an alert in each array (as text, in one order): whole seconds from
-- the local day's start to the sending, from the sending to each step (rounded up, so that a step is
-- within a window if and only if its seconds are), and to the closing of the drop's table. What
-- NEVER and NOT_KNOWN stand for, and the grace, is said in metrics/conversion.py. A user's number is
-- the first 32 bits of the key (a keyed hash), 0 where that was erased.
-- in:  venue_ids, sent_dates and start_ats (of the same length; a day's first instant), timezone,
--      prime_start_hour, prime_end_hour, never, not_known, grace_seconds, longest_seconds
WITH days AS (
    SELECT *
    FROM unnest(CAST(:venue_ids AS text[]), CAST(:sent_dates AS date[]), CAST(:start_ats AS timestamptz[]))
        AS d (venue_id, sent_date, start_at)
), sent AS (
    SELECT a.*, d.sent_date, d.start_at
    FROM days d
    JOIN alerts a
      ON a.venue_id = d.venue_id
     AND a.alert_sent_at >= d.start_at - interval '3 hours'
     AND a.alert_sent_at < d.start_at + interval '28 hours'
     AND (a.alert_sent_at AT TIME ZONE CAST(:timezone AS text))::date = d.sent_date
), known AS (
    SELECT s.*, coalesce(d.slot_hour, n.slot_hour) AS slot_hour,
        coalesce(d.slot_at, n.slot_at) AS slot_at, coalesce(d.end_type, n.end_type) AS end_type,
        coalesce(d.ended_at, n.ended_at) AS ended_at,
        coalesce(d.superseded_at, n.superseded_at) AS superseded_at
    FROM sent s
    LEFT JOIN alerted_drops d
      ON d.venue_id = s.venue_id AND d.slot_id = s.slot_id AND d.opened_at = s.opened_at
    LEFT JOIN LATERAL (
        SELECT *
        FROM alerted_drops e
        WHERE s.slot_id IS NULL AND e.venue_id = s.venue_id AND e.event_id = s.drop_event_id
        ORDER BY e.slot_id, e.opened_at
        LIMIT 1
    ) AS n ON true
), waits AS (
    SELECT *,
        extract(epoch FROM alert_opened_at - alert_sent_at) AS to_opened,
        extract(epoch FROM tap_to_reserve_at - alert_sent_at) AS to_tapped,
        extract(epoch FROM booking_confirmed_at - alert_sent_at) AS to_booked
    FROM known
), seconds AS (
    SELECT venue_id, sent_date,
        CASE WHEN slot_hour IS NULL THEN 'unknown'
            WHEN slot_hour >= :prime_start_hour AND slot_hour < :prime_end_hour THEN 'prime'
            ELSE 'off_peak' END AS daypart,
        coalesce(goal_match::text, '') AS goal_match, coalesce(channel, '') AS channel,
        coalesce(message_variant, '') AS message_variant,
        floor(extract(epoch FROM alert_sent_at - start_at))::int AS sent,
        CASE WHEN to_opened BETWEEN -:grace_seconds AND :longest_seconds
            THEN greatest(0, ceil(to_opened))::int ELSE :never END AS opened,
        CASE WHEN to_tapped BETWEEN -:grace_seconds AND :longest_seconds
            THEN greatest(0, ceil(to_tapped))::int ELSE :never END AS tapped,
        CASE WHEN to_booked BETWEEN -:grace_seconds AND :longest_seconds
            THEN greatest(0, ceil(to_booked))::int ELSE :never END AS booked,
        CASE WHEN slot_at IS NULL THEN CAST(:not_known AS bigint)
            WHEN end_type = 'CLOSED' THEN greatest(CAST(:not_known AS bigint) + 1,
                least(CAST(:never AS bigint) - 1, floor(extract(epoch FROM ended_at - alert_sent_at))))
            -- Ended by the slot's next opening: when its table went is not known.
            WHEN ended_at < slot_at OR superseded_at IS NOT NULL THEN CAST(:not_known AS bigint)
            ELSE :never END::int AS closed,
        coalesce(('x' || left(user_key, 8))::bit(32)::int, 0) AS user_number
    FROM waits
)
SELECT venue_id, sent_date, daypart, goal_match, channel, message_variant, count(*) AS alerts,
    array_agg(sent ORDER BY sent, opened, tapped, booked, closed, user_number)::text AS sent_seconds,
    array_agg(opened ORDER BY sent, opened, tapped, booked, closed, user_number)::text AS opened_seconds,
    array_agg(tapped ORDER BY sent, opened, tapped, booked, closed, user_number)::text AS tapped_seconds,
    array_agg(booked ORDER BY sent, opened, tapped, booked, closed, user_number)::text AS booked_seconds,
    array_agg(closed ORDER BY sent, opened, tapped, booked, closed, user_number)::text AS closed_seconds,
    array_agg(user_number ORDER BY sent, opened, tapped, booked, closed, user_number)::text AS user_numbers
FROM seconds
GROUP BY venue_id, sent_date, daypart, goal_match, channel, message_variant
ORDER BY venue_id, sent_date, daypart, goal_match, channel, message_variant

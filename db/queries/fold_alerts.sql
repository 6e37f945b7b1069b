-- Keeps each event once (the first accepted stands) and folds those that are new into their alerts: of
-- each step the earliest time by the sender's clock and by ours, of each fact the least value. Both
-- are written in the order of their keys, as everybody does.
-- in:  batch_id, received_at
-- out: how many events were new
WITH written AS (
    INSERT INTO alert_events (venue_id, event_id, alert_id, event_type, occurred_at, received_at,
        user_key, drop_event_id, slot_id, opened_at, goal_match, channel, message_variant,
        time_to_action_seconds, batch_id)
    SELECT DISTINCT ON (venue_id, event_id)
        venue_id, event_id, alert_id, event_type, occurred_at, CAST(:received_at AS timestamptz),
        user_key, drop_event_id, slot_id, opened_at, goal_match, channel, message_variant,
        time_to_action_seconds, batch_id
    FROM staged_alerts
    WHERE batch_id = :batch_id AND problem IS NULL
    ORDER BY venue_id, event_id, row_number
    ON CONFLICT DO NOTHING
    RETURNING *
), folded AS (
    INSERT INTO alerts AS kept (venue_id, alert_id, alert_sent_at, alert_sent_received_at,
        alert_opened_at, alert_opened_received_at, tap_to_reserve_at, tap_to_reserve_received_at,
        booking_confirmed_at, booking_confirmed_received_at, slot_id, opened_at, drop_event_id,
        goal_match, channel, message_variant, user_key)
    SELECT venue_id, alert_id,
        min(occurred_at) FILTER (WHERE event_type = 'alert_sent'),
        min(received_at) FILTER (WHERE event_type = 'alert_sent'),
        min(occurred_at) FILTER (WHERE event_type = 'alert_opened'),
        min(received_at) FILTER (WHERE event_type = 'alert_opened'),
        min(occurred_at) FILTER (WHERE event_type = 'tap_to_reserve'),
        min(received_at) FILTER (WHERE event_type = 'tap_to_reserve'),
        min(occurred_at) FILTER (WHERE event_type = 'booking_confirmed'),
        min(received_at) FILTER (WHERE event_type = 'booking_confirmed'),
        min(slot_id), min(opened_at), min(drop_event_id),
        bool_or(goal_match), min(channel), min(message_variant), min(user_key)
    FROM written
    GROUP BY venue_id, alert_id
    ORDER BY venue_id, alert_id
    ON CONFLICT (venue_id, alert_id) DO UPDATE
    SET alert_sent_at = least(kept.alert_sent_at, excluded.alert_sent_at),
        alert_sent_received_at = least(kept.alert_sent_received_at, excluded.alert_sent_received_at),
        alert_opened_at = least(kept.alert_opened_at, excluded.alert_opened_at),
        alert_opened_received_at = least(kept.alert_opened_received_at, excluded.alert_opened_received_at),
        tap_to_reserve_at = least(kept.tap_to_reserve_at, excluded.tap_to_reserve_at),
        tap_to_reserve_received_at = least(kept.tap_to_reserve_received_at, excluded.tap_to_reserve_received_at),
        booking_confirmed_at = least(kept.booking_confirmed_at, excluded.booking_confirmed_at),
        booking_confirmed_received_at = least(kept.booking_confirmed_received_at, excluded.booking_confirmed_received_at),
        slot_id = least(kept.slot_id, excluded.slot_id),
        opened_at = least(kept.opened_at, excluded.opened_at),
        drop_event_id = least(kept.drop_event_id, excluded.drop_event_id),
        goal_match = greatest(kept.goal_match, excluded.goal_match),
        channel = least(kept.channel, excluded.channel),
        message_variant = least(kept.message_variant, excluded.message_variant),
        user_key = CASE WHEN kept.forgotten_at IS NULL THEN least(kept.user_key, excluded.user_key) END
)
SELECT count(*) FROM written

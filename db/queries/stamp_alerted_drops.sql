-- Keeps of every drop that alerts are about what is known of it, and of its end, before its raw events
-- are pruned: for drops that alerts of these batches name, and for drops that these batches opened
-- or ended and alerts name. The events of a user who was forgotten are gone: what they named is read off
-- their alerts, whose days are marked. Repeating it changes nothing.
-- in:  batch_ids, dates (all days these batches wrote drops to)
WITH named AS (
    SELECT venue_id, slot_id, opened_at, drop_event_id
    FROM alert_events
    WHERE batch_id = ANY (CAST(:batch_ids AS bigint[]))
      AND (slot_id IS NOT NULL OR drop_event_id IS NOT NULL)
    UNION
    SELECT a.venue_id, a.slot_id, a.opened_at, a.drop_event_id
    FROM unscored_alert_days u
    JOIN venues v USING (venue_id)
    JOIN markets m USING (market_id)
    JOIN alerts a
      ON a.venue_id = u.venue_id AND (a.alert_sent_at AT TIME ZONE m.timezone)::date = u.sent_date
    WHERE a.forgotten_at IS NOT NULL AND (a.slot_id IS NOT NULL OR a.drop_event_id IS NOT NULL)
), written AS (
    SELECT venue_id, opened_date, slot_id, opened_at, event_id, is_end
    FROM drop_events
    WHERE opened_date = ANY (CAST(:dates AS date[])) AND batch_id = ANY (CAST(:batch_ids AS bigint[]))
), alerted AS (
    SELECT o.venue_id, o.opened_date, o.slot_id, o.opened_at
    FROM named n
    JOIN venues v USING (venue_id)
    JOIN markets m USING (market_id)
    JOIN drop_events o
      ON o.venue_id = n.venue_id AND o.opened_date = (n.opened_at AT TIME ZONE m.timezone)::date
     AND o.slot_id = n.slot_id AND o.opened_at = n.opened_at AND NOT o.is_end
    UNION
    SELECT o.venue_id, o.opened_date, o.slot_id, o.opened_at
    FROM named n
    JOIN drop_events o ON o.venue_id = n.venue_id AND o.event_id = n.drop_event_id AND NOT o.is_end
    WHERE n.slot_id IS NULL
    UNION
    SELECT w.venue_id, w.opened_date, w.slot_id, w.opened_at
    FROM written w
    JOIN alerts a
      ON a.venue_id = w.venue_id AND a.slot_id = w.slot_id AND a.opened_at = w.opened_at
    UNION
    SELECT w.venue_id, w.opened_date, w.slot_id, w.opened_at
    FROM written w
    JOIN alerts a ON a.venue_id = w.venue_id AND a.drop_event_id = w.event_id
    WHERE NOT w.is_end
    UNION
    SELECT w.venue_id, w.opened_date, w.slot_id, w.opened_at
    FROM written w
    JOIN alerted_drops d USING (venue_id, slot_id, opened_at)
    WHERE w.is_end
), stamped AS (
    INSERT INTO alerted_drops AS kept (venue_id, slot_id, opened_at, event_id, slot_at, slot_hour,
        end_type, ended_at)
    SELECT a.venue_id, a.slot_id, a.opened_at, o.event_id, o.slot_at, o.slot_hour,
        e.event_type, e.occurred_at
    FROM alerted a
    JOIN drop_events o
      ON o.venue_id = a.venue_id AND o.opened_date = a.opened_date AND o.slot_id = a.slot_id
     AND o.opened_at = a.opened_at AND NOT o.is_end
    LEFT JOIN drop_events e
      ON e.venue_id = a.venue_id AND e.opened_date = a.opened_date AND e.slot_id = a.slot_id
     AND e.opened_at = a.opened_at AND e.is_end
    ON CONFLICT (venue_id, slot_id, opened_at) DO UPDATE
    SET event_id = excluded.event_id, end_type = excluded.end_type, ended_at = excluded.ended_at
    WHERE (kept.event_id, kept.end_type, kept.ended_at)
        IS DISTINCT FROM (excluded.event_id, excluded.end_type, excluded.ended_at)
    RETURNING venue_id, slot_id, opened_at, event_id
)
INSERT INTO unscored_alert_days (venue_id, sent_date)
SELECT DISTINCT s.venue_id, (s.alert_sent_at AT TIME ZONE m.timezone)::date
FROM (
    SELECT a.venue_id, a.alert_sent_at
    FROM stamped d
    JOIN alerts a ON a.venue_id = d.venue_id AND a.slot_id = d.slot_id AND a.opened_at = d.opened_at
    UNION ALL
    SELECT a.venue_id, a.alert_sent_at
    FROM stamped d
    JOIN alerts a ON a.venue_id = d.venue_id AND a.drop_event_id = d.event_id
) AS s
JOIN venues v USING (venue_id)
JOIN markets m USING (market_id)
WHERE s.alert_sent_at IS NOT NULL
ORDER BY 1, 2
ON CONFLICT DO NOTHING

-- Drops of alerts whose slot reopened while they had no end: when their table went is not known.
WITH stamped AS (
    UPDATE alerted_drops d
    SET superseded_at = o.superseded_at
    FROM open_drops o
    WHERE o.superseded_at IS NOT NULL
      AND d.venue_id = o.venue_id AND d.slot_id = o.slot_id AND d.opened_at = o.opened_at
      AND d.superseded_at IS DISTINCT FROM o.superseded_at
    RETURNING d.venue_id, d.slot_id, d.opened_at, d.event_id
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

-- A NEW_DROP that comes after the CLOSED that implied its opening says what no CLOSED knows: the event's
-- id and, where it was not said, the bucket. Party size and slot stay as they were implied, for the
-- rollup may hold them by now. Alerts that name the drop by that id find it here: no later aggregation
-- will meet the opening again, and an implied opening has its end from the start.
-- in:  batch_id, open_dates
-- out: how many openings were completed
WITH said AS (
    SELECT DISTINCT ON (opened_date, venue_id, slot_id, opened_at)
        opened_date, venue_id, slot_id, opened_at, event_id, bucket_id
    FROM staged_calendar
    WHERE batch_id = :batch_id AND opened_date = ANY (CAST(:open_dates AS date[]))
      AND event_type = 'NEW_DROP' AND (event_id IS NOT NULL OR bucket_id IS NOT NULL)
    ORDER BY opened_date, venue_id, slot_id, opened_at, row_number
), implied AS MATERIALIZED (
    SELECT o.opened_date, o.venue_id, o.slot_id, o.opened_at, s.event_id, s.bucket_id
    FROM said s
    JOIN drop_events o
      ON o.venue_id = s.venue_id AND o.opened_date = s.opened_date AND o.slot_id = s.slot_id
     AND o.opened_at = s.opened_at AND NOT o.is_end
    WHERE o.opened_date = ANY (CAST(:open_dates AS date[])) AND o.is_implied
      AND (o.event_id IS NULL AND s.event_id IS NOT NULL
        OR o.bucket_id IS NULL AND s.bucket_id IS NOT NULL)
    ORDER BY o.opened_date, o.venue_id, o.slot_id, o.opened_at
    FOR UPDATE OF o
), completed AS (
    UPDATE drop_events o
    SET event_id = coalesce(o.event_id, i.event_id), bucket_id = coalesce(o.bucket_id, i.bucket_id)
    FROM implied i
    WHERE o.venue_id = i.venue_id AND o.opened_date = i.opened_date AND o.slot_id = i.slot_id
      AND o.opened_at = i.opened_at AND NOT o.is_end
      AND o.opened_date = ANY (CAST(:open_dates AS date[]))
    RETURNING o.venue_id, o.opened_date, o.slot_id, o.opened_at, o.event_id, o.slot_at, o.slot_hour
), stamped AS (
    INSERT INTO alerted_drops AS kept (venue_id, slot_id, opened_at, event_id, slot_at, slot_hour,
        end_type, ended_at)
    SELECT c.venue_id, c.slot_id, c.opened_at, c.event_id, c.slot_at, c.slot_hour,
        e.event_type, e.occurred_at
    FROM completed c
    JOIN drop_events e
      ON e.venue_id = c.venue_id AND e.opened_date = c.opened_date AND e.slot_id = c.slot_id
     AND e.opened_at = c.opened_at AND e.is_end
    WHERE e.opened_date = ANY (CAST(:open_dates AS date[])) AND EXISTS (
        SELECT FROM alerts a WHERE a.venue_id = c.venue_id AND a.drop_event_id = c.event_id)
    ORDER BY c.venue_id, c.slot_id, c.opened_at
    ON CONFLICT (venue_id, slot_id, opened_at) DO UPDATE
    SET event_id = excluded.event_id, end_type = excluded.end_type, ended_at = excluded.ended_at
    RETURNING venue_id, event_id
), marked AS (
    INSERT INTO unscored_alert_days (venue_id, sent_date)
    SELECT DISTINCT a.venue_id, (a.alert_sent_at AT TIME ZONE m.timezone)::date
    FROM stamped d
    JOIN alerts a ON a.venue_id = d.venue_id AND a.drop_event_id = d.event_id
    JOIN venues v ON v.venue_id = a.venue_id
    JOIN markets m USING (market_id)
    WHERE a.alert_sent_at IS NOT NULL
    ORDER BY 1, 2
    -- Touched, or a tick that runs meanwhile would take the mark away without having seen the change.
    ON CONFLICT (venue_id, sent_date) DO UPDATE SET sent_date = excluded.sent_date
)
SELECT count(*) FROM completed

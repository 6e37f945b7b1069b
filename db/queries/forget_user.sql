-- Takes the user's key out of their alerts and erases those alerts' raw events. The days of the alerts
-- are noted: no tick will see the events any more.
-- in:  user_key, now
-- out: alerts, events: how many
WITH anonymous AS (
    UPDATE alerts
    SET user_key = NULL, forgotten_at = CAST(:now AS timestamptz)
    WHERE user_key = :user_key
    RETURNING venue_id, alert_id, alert_sent_at
), erased AS (
    DELETE FROM alert_events e
    WHERE e.user_key = :user_key
       OR (e.venue_id, e.alert_id) IN (SELECT venue_id, alert_id FROM anonymous)
    RETURNING 1
), marked AS (
    INSERT INTO unscored_alert_days (venue_id, sent_date)
    SELECT DISTINCT a.venue_id, (a.alert_sent_at AT TIME ZONE m.timezone)::date
    FROM anonymous a
    JOIN venues v USING (venue_id)
    JOIN markets m USING (market_id)
    WHERE a.alert_sent_at IS NOT NULL
    ORDER BY 1, 2
    -- Touched, or a tick that runs meanwhile would take the mark away without having seen the change.
    ON CONFLICT (venue_id, sent_date) DO UPDATE SET sent_date = excluded.sent_date
)
SELECT (SELECT count(*) FROM anonymous) AS alerts, (SELECT count(*) FROM erased) AS events

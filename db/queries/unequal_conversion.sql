-- Venue-days of sending whose rows of conversion_metrics do not hold the alerts that were sent then, though
-- nothing waits to be scored there.
WITH sent AS (
    SELECT a.venue_id, (a.alert_sent_at AT TIME ZONE m.timezone)::date AS sent_date, count(*) AS alerts
    FROM alerts a
    JOIN venues v USING (venue_id)
    JOIN markets m USING (market_id)
    WHERE a.alert_sent_at IS NOT NULL
    GROUP BY 1, 2
), scored AS (
    SELECT venue_id, sent_date, sum(cardinality(sent_seconds)) AS alerts
    FROM conversion_metrics
    GROUP BY venue_id, sent_date
), waiting AS (
    SELECT venue_id, sent_date
    FROM unscored_alert_days
    UNION
    SELECT a.venue_id, (a.alert_sent_at AT TIME ZONE m.timezone)::date
    FROM batches b
    JOIN alert_events e USING (batch_id)
    JOIN alerts a USING (venue_id, alert_id)
    JOIN venues v USING (venue_id)
    JOIN markets m USING (market_id)
    WHERE b.aggregated_at IS NULL
)
SELECT venue_id, sent_date,
    format('%s alerts were sent; conversion_metrics holds %s', coalesce(sent.alerts, 0),
        coalesce(scored.alerts, 0)) AS problem
FROM sent
FULL JOIN scored USING (venue_id, sent_date)
WHERE sent.alerts IS DISTINCT FROM scored.alerts
  AND (venue_id, sent_date) NOT IN (SELECT venue_id, sent_date FROM waiting WHERE sent_date IS NOT NULL)
ORDER BY sent_date, venue_id
LIMIT 10

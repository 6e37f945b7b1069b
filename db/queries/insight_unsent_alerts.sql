-- How many alerts have steps but no sending, so that no number holds them: one row a market with any.
-- A probe of the index a venue, however many alerts there are.
SELECT v.market_id, sum(a.alerts)::bigint AS alerts
FROM venues v
CROSS JOIN LATERAL (
    SELECT count(*) AS alerts
    FROM alerts a
    WHERE a.venue_id = v.venue_id AND a.alert_sent_at IS NULL
) AS a
GROUP BY v.market_id
HAVING sum(a.alerts) > 0
ORDER BY v.market_id

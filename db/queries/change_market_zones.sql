-- A market without events takes the zone it is now said to have. The days that its alerts had, and those
-- that they have now, are to be scored again.
-- in:  batch_id, default_market_id
WITH said AS (
    SELECT DISTINCT ON (1) coalesce(s.market_id, s.market, v.market_id, CAST(:default_market_id AS text)) AS market_id,
        s.timezone
    FROM staged_venues s
    LEFT JOIN venues v USING (venue_id)
    WHERE s.batch_id = :batch_id AND s.problem IS NULL AND s.timezone IS NOT NULL
    ORDER BY 1, s.row_number
), changed AS (
    UPDATE markets
    SET timezone = said.timezone
    FROM said
    WHERE markets.market_id = said.market_id AND markets.timezone <> said.timezone
    RETURNING markets.market_id, markets.timezone
)
INSERT INTO unscored_alert_days (venue_id, sent_date)
SELECT DISTINCT a.venue_id, (a.alert_sent_at AT TIME ZONE zone.timezone)::date
FROM (
    SELECT market_id, timezone FROM changed
    UNION ALL
    SELECT market_id, m.timezone FROM changed JOIN markets m USING (market_id)  -- as it was
) AS zone
JOIN venues v USING (market_id)
JOIN alerts a USING (venue_id)
WHERE a.alert_sent_at IS NOT NULL
ORDER BY 1, 2
ON CONFLICT (venue_id, sent_date) DO UPDATE SET sent_date = excluded.sent_date

-- What must be scored again in a market: venue-days whose alerts or whose drops' ends changed, and those
-- with alerts whose window passed between the instant scored for and `now`, whichever is later.
-- in:  market_id, timezone, scored_for, now, window_seconds
SELECT u.venue_id, u.sent_date
FROM unscored_alert_days u
JOIN venues v USING (venue_id)
WHERE v.market_id = :market_id
UNION
SELECT a.venue_id, (a.alert_sent_at AT TIME ZONE CAST(:timezone AS text))::date
FROM venues v
JOIN alerts a USING (venue_id)
WHERE v.market_id = :market_id
  AND a.alert_sent_at > least(CAST(:scored_for AS timestamptz), CAST(:now AS timestamptz))
      - make_interval(secs => :window_seconds)
  AND a.alert_sent_at <= greatest(CAST(:scored_for AS timestamptz), CAST(:now AS timestamptz))
      - make_interval(secs => :window_seconds)
ORDER BY 1, 2

-- What must be scored again in a market: venue-days whose rollup changed, and those with drops that
-- have no end where `now` or the last look moved past something.
-- in:  market_id, scored_for, now, seen_until, is_seen_until_new
SELECT u.venue_id, u.opened_date
FROM unscored_venue_days u
JOIN venues v USING (venue_id)
WHERE v.market_id = :market_id
UNION
SELECT o.venue_id, o.opened_date
FROM open_drops o
JOIN venues v USING (venue_id)
WHERE v.market_id = :market_id
  AND (:is_seen_until_new
    OR (o.slot_at > least(CAST(:scored_for AS timestamptz), CAST(:now AS timestamptz))
        AND o.slot_at <= greatest(CAST(:scored_for AS timestamptz), CAST(:now AS timestamptz))))

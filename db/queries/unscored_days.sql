-- What must be scored again in a market: venue-days whose rollup changed; those with drops that have no
-- end, where `now` moved past a slot's time; and where we have looked further since (`seen_until` is
-- not what it was): those with drops without an end, those of days that were not over, and, to hold
-- them against scans, those with ends in the hours that have been added (and in the poll interval after
-- them: what was watched before an end counts).
-- in:  market_id, scored_for, now, seen_before, seen_until, unfinished, has_scans, resolution_seconds
SELECT u.venue_id, u.opened_date
FROM unscored_venue_days u
JOIN venues v USING (venue_id)
WHERE v.market_id = :market_id
UNION
SELECT o.venue_id, o.opened_date
FROM open_drops o
JOIN venues v USING (venue_id)
WHERE v.market_id = :market_id
  AND (CAST(:seen_before AS timestamptz) <> CAST(:seen_until AS timestamptz)
    OR (o.slot_at > least(CAST(:scored_for AS timestamptz), CAST(:now AS timestamptz))
        AND o.slot_at <= greatest(CAST(:scored_for AS timestamptz), CAST(:now AS timestamptz))))
UNION
SELECT r.venue_id, r.opened_date
FROM venue_day_drops r
JOIN venues v USING (venue_id)
WHERE v.market_id = :market_id AND r.opened_date >= CAST(:unfinished AS date)
  AND CAST(:seen_before AS timestamptz) <> CAST(:seen_until AS timestamptz)
UNION
SELECT e.venue_id, e.opened_date
FROM drop_events e
JOIN venues v USING (venue_id)
WHERE :has_scans AND v.market_id = :market_id AND e.is_end
  AND least(e.occurred_at, e.slot_at) > CAST(:seen_before AS timestamptz)
  AND least(e.occurred_at, e.slot_at)
    <= CAST(:seen_until AS timestamptz) + make_interval(secs => :resolution_seconds + 120)

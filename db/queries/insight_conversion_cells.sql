-- The cells of some markets' days of sending, for comparing alerts with one another: one row a cell,
-- its arrays as texts and in one order.
-- in:  market_ids, start_dates and end_dates (of the same length; both ends included)
SELECT c.venue_id, c.daypart, c.goal_match, c.channel, c.message_variant, c.sent_date, m.timezone,
    k.scored_for,
    cardinality(c.sent_seconds) AS alerts, array_to_string(c.sent_seconds, ',') AS sent_seconds,
    array_to_string(c.booked_seconds, ',') AS booked_seconds,
    array_to_string(c.user_numbers, ',') AS user_numbers
FROM unnest(CAST(:market_ids AS text[]), CAST(:start_dates AS date[]), CAST(:end_dates AS date[]))
    AS scope (market_id, start_date, end_date)
JOIN markets m USING (market_id)
JOIN conversion_scores k USING (market_id)
JOIN venues v USING (market_id)
JOIN conversion_metrics c
  ON c.venue_id = v.venue_id AND c.sent_date BETWEEN scope.start_date AND scope.end_date
WHERE cardinality(c.sent_seconds) > 0
ORDER BY c.venue_id, c.sent_date

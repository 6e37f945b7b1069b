-- The alerts of some markets' days of sending, by what is asked: one row a key and day, in which the
-- arrays of all its cells stand one after the other, as texts and in one order.
-- in:  market_ids, start_dates and end_dates (of the same length; both ends included), grouping
--      ('' for none), with_users (whether the users' numbers are asked for)
SELECT CASE :grouping
        WHEN 'venue' THEN c.venue_id
        WHEN 'neighborhood' THEN v.neighborhood
        WHEN 'tier' THEN t.tier
        WHEN 'daypart' THEN c.daypart
        WHEN 'weekday' THEN date_part('isodow', c.sent_date)::text
        WHEN 'goal_match' THEN c.goal_match
        WHEN 'channel' THEN c.channel
        WHEN 'message_variant' THEN c.message_variant
        WHEN 'week' THEN to_char(c.sent_date, 'IYYY"-W"IW')
        ELSE '' END AS key,
    c.sent_date, m.timezone, k.scored_for,
    string_agg(array_to_string(c.sent_seconds, ','), ',') AS sent_seconds,
    string_agg(array_to_string(c.opened_seconds, ','), ',') AS opened_seconds,
    string_agg(array_to_string(c.tapped_seconds, ','), ',') AS tapped_seconds,
    string_agg(array_to_string(c.booked_seconds, ','), ',') AS booked_seconds,
    string_agg(array_to_string(c.closed_seconds, ','), ',') AS closed_seconds,
    string_agg(array_to_string(c.user_numbers, ','), ',') FILTER (WHERE :with_users) AS user_numbers,
    sum(cardinality(c.sent_seconds)) AS alerts
FROM unnest(CAST(:market_ids AS text[]), CAST(:start_dates AS date[]), CAST(:end_dates AS date[]))
    AS scope (market_id, start_date, end_date)
JOIN markets m USING (market_id)
JOIN conversion_scores k USING (market_id)
JOIN venues v USING (market_id)
LEFT JOIN LATERAL (
    SELECT r.tier
    FROM venue_rolling_metrics r
    WHERE :grouping = 'tier' AND r.venue_id = v.venue_id AND r.window_days = 28
      AND r.as_of_date <= scope.end_date
    ORDER BY r.as_of_date DESC
    LIMIT 1
) AS t ON true
JOIN conversion_metrics c
  ON c.venue_id = v.venue_id AND c.sent_date BETWEEN scope.start_date AND scope.end_date
GROUP BY 1, c.sent_date, m.timezone, k.scored_for
ORDER BY 1, c.sent_date

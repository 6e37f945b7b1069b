-- What was counted for the window that was scored for, by what is asked; see insight_conversion.sql.
-- in:  market_ids, start_dates and end_dates (of the same length; both ends included), grouping
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
    sum(sent_count)::bigint AS sent, sum(opened_count)::bigint AS opened,
    sum(tapped_count)::bigint AS tapped, sum(booked_count)::bigint AS booked,
    sum(unsettled_count)::bigint AS unsettled,
    sum(gone_before_opened_count)::bigint AS gone_before_opened,
    sum(gone_before_tap_count)::bigint AS gone_before_tap,
    sum(gone_before_confirm_count)::bigint AS gone_before_confirm,
    sum(still_there_count)::bigint AS still_there, sum(unknown_count)::bigint AS unknown
FROM unnest(CAST(:market_ids AS text[]), CAST(:start_dates AS date[]), CAST(:end_dates AS date[]))
    AS scope (market_id, start_date, end_date)
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
GROUP BY 1
ORDER BY 1

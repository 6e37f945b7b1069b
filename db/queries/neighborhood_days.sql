-- What each of a market's neighborhoods had on each day, from the venues' rows.
-- in:  market_id, dates
SELECT m.window_date, v.neighborhood,
    sum(m.new_drop_count)::bigint AS new_drops, sum(m.closed_count)::bigint AS closed,
    sum(m.expired_count)::bigint AS expired, sum(m.open_count)::bigint AS open,
    sum(m.prime_time_drops)::bigint AS prime_time_drops,
    sum(m.off_peak_drops)::bigint AS off_peak_drops, count(*) AS venue_count
FROM venue_metrics m
JOIN venues v USING (venue_id)
WHERE m.market_id = :market_id AND m.window_date = ANY (CAST(:dates AS date[]))
GROUP BY 1, 2
ORDER BY m.window_date, coalesce(v.neighborhood, '')

-- Each market's trends as of the last Sunday, not after its date, for which there are any. One date
-- for each market.
-- in:  market_ids and not_after (of the same length)
SELECT t.venue_id, v.name, v.neighborhood, t.market_id, t.as_of_date, t.weeks, t.tables,
    t.change_per_week, t.lower, t.upper, t.p_value, t.dispersion, t.theil_sen, t.mann_kendall_p
FROM unnest(CAST(:market_ids AS text[]), CAST(:not_after AS date[])) AS scope (market_id, not_after)
CROSS JOIN LATERAL (
    SELECT max(l.as_of_date) AS as_of_date
    FROM venue_trends l
    WHERE l.market_id = scope.market_id AND l.as_of_date <= scope.not_after
) AS latest
JOIN venue_trends t ON t.market_id = scope.market_id AND t.as_of_date = latest.as_of_date
JOIN venues v USING (venue_id)
ORDER BY t.market_id, t.venue_id

-- The windows of one length that end on one day, with the venues' facts. One day for each market.
-- in:  market_ids and as_of_dates (of the same length), window_days
SELECT r.*, v.name, v.neighborhood, v.cuisine, v.price, v.lists, m.is_simulated
FROM unnest(CAST(:market_ids AS text[]), CAST(:as_of_dates AS date[])) AS scope (market_id, as_of_date)
JOIN venue_rolling_metrics r USING (market_id, as_of_date)
JOIN venues v USING (venue_id)
JOIN markets m ON m.market_id = r.market_id
WHERE r.window_days = :window_days
ORDER BY r.venue_id

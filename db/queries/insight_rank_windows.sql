-- What ranks rest on, of a market's windows of one length that end on any of these days.
-- in:  market_id, as_of_dates, window_days
SELECT r.venue_id, r.market_id, r.as_of_date, r.scarcity_score, r.catchable_per_week, r.catchable_drops,
    r.catchable_squares, r.observed_days, r.watched_days, r.lasting_rate, r.lasting_log_variance
FROM venue_rolling_metrics r
WHERE r.market_id = :market_id AND r.as_of_date = ANY (CAST(:as_of_dates AS date[]))
  AND r.window_days = :window_days
ORDER BY r.as_of_date, r.venue_id

-- Dates that are no longer among the latest keep their Sundays' 28-day window and nothing else;
-- dates after the latest (`now` moved back) keep nothing.
-- in:  market_id, outdated_dates, latest
DELETE FROM venue_rolling_metrics
WHERE market_id = :market_id
  AND (as_of_date > :latest
    OR (as_of_date = ANY (CAST(:outdated_dates AS date[]))
        AND NOT (window_days = 28 AND date_part('isodow', as_of_date) = 7)))

-- Each venue's days with a drop over a span: how many days after its start, and how many drops.
-- in:  market_id, start_date, end_date (both included)
SELECT d.venue_id, v.name, v.neighborhood,
    array_agg(d.window_date - CAST(:start_date AS date) ORDER BY d.window_date) AS day_numbers,
    array_agg(d.new_drop_count ORDER BY d.window_date) AS drops
FROM venue_metrics d
JOIN venues v USING (venue_id)
WHERE d.market_id = :market_id
  AND d.window_date BETWEEN CAST(:start_date AS date) AND CAST(:end_date AS date)
GROUP BY d.venue_id, v.name, v.neighborhood
ORDER BY d.venue_id

-- Every market with the span of its data and its number of venues. The span is read off the ends of
-- the index on (market_id, window_date).
SELECT m.market_id, m.name, m.timezone, m.is_simulated, m.prime_start_hour, m.prime_end_hour,
    m.poll_interval_seconds,
    (SELECT min(window_date) FROM venue_metrics d WHERE d.market_id = m.market_id) AS first_date,
    (SELECT max(window_date) FROM venue_metrics d WHERE d.market_id = m.market_id) AS latest_date,
    (SELECT count(*) FROM venues v WHERE v.market_id = m.market_id) AS venue_count
FROM markets m
ORDER BY m.market_id

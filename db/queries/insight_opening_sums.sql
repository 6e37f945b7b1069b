-- All tables that each venue of a market opened on watched days, with the sum of the days' squares
-- over exposure, from which the dispersion follows (metrics/catchable.py).
-- in:  market_id, days and exposures (of the same length; a day's observed share, above 0)
SELECT m.venue_id, sum(m.new_drop_count) AS drops,
    sum(CAST(m.new_drop_count AS float8) * m.new_drop_count / d.exposure) AS squares
FROM unnest(CAST(:days AS date[]), CAST(:exposures AS float8[])) AS d (window_date, exposure)
JOIN venue_metrics m USING (window_date)
WHERE m.market_id = :market_id
GROUP BY m.venue_id

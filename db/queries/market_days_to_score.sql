-- The packed drops of all of a market's venues (pack_days.sql), one row a day.
-- in:  market_id, dates
SELECT opened_date, string_agg(openings, '') AS openings, string_agg(endings, '') AS endings
FROM venues v
JOIN venue_day_drops d USING (venue_id)
WHERE v.market_id = :market_id AND opened_date = ANY (CAST(:dates AS date[]))
GROUP BY opened_date
ORDER BY opened_date

-- in:  market_id
DELETE FROM unscored_alert_days u
USING venues v
WHERE v.venue_id = u.venue_id AND v.market_id = :market_id

-- Judges each staged venue. Of several rows about one market's zone the first stands, of several rows
-- about one venue the last (write_venues.sql). What already has events keeps its market and its zone:
-- their local dates depend on them.
-- Real venues stay out of simulated markets, and simulated ones out of real markets.
-- in:  batch_id, default_market_id, is_simulated (sent by the simulator itself)
UPDATE staged_venues
SET problem = judged.problem
FROM (
    SELECT s.batch_id, s.row_number,
        CASE
            WHEN coalesce(s.venue_id, '') = '' THEN 'venue_id is missing'
            WHEN s.market_id <> s.market THEN 'market and market_id differ: send one of them'
            WHEN (m.is_simulated OR known.is_simulated) AND NOT :is_simulated THEN
                'market ' || CASE WHEN m.is_simulated THEN m.market_id ELSE known.market_id END
                  || ' is simulated: real venues do not go there or come from there'
            WHEN :is_simulated AND NOT (coalesce(m.is_simulated, false)
                    AND coalesce(known.is_simulated, true)) THEN
                'venue ' || s.venue_id || ' is simulated: it does not go to a real market'
            WHEN s.timezone IS NOT NULL AND s.timezone <> first_value(s.timezone) OVER of_market THEN
                'timezone ' || s.timezone || ' differs from the one an earlier row gives this market'
            WHEN m.timezone <> s.timezone AND EXISTS (
                    SELECT FROM venues o WHERE o.market_id = m.market_id AND (
                        EXISTS (SELECT FROM drop_rollup r WHERE r.venue_id = o.venue_id)
                        OR EXISTS (SELECT FROM drop_events e WHERE e.venue_id = o.venue_id))) THEN
                'market ' || m.market_id || ' has events in zone ' || m.timezone
                  || ' and cannot change to ' || s.timezone
            WHEN v.market_id <> coalesce(s.market_id, s.market, v.market_id) AND (
                    EXISTS (SELECT FROM drop_rollup r WHERE r.venue_id = v.venue_id)
                    OR EXISTS (SELECT FROM drop_events e WHERE e.venue_id = v.venue_id)) THEN
                'venue ' || v.venue_id || ' has events in market ' || v.market_id
                  || ' and cannot move to ' || coalesce(s.market_id, s.market)
        END AS problem
    FROM staged_venues s
    LEFT JOIN venues v ON v.venue_id = s.venue_id
    LEFT JOIN markets known ON known.market_id = v.market_id
    LEFT JOIN markets m
      ON m.market_id = coalesce(s.market_id, s.market, v.market_id, CAST(:default_market_id AS text))
    WHERE s.batch_id = :batch_id AND s.problem IS NULL
    WINDOW of_market AS (
        PARTITION BY coalesce(s.market_id, s.market, v.market_id, CAST(:default_market_id AS text)), s.timezone IS NULL
        ORDER BY s.row_number)
) AS judged
WHERE staged_venues.batch_id = :batch_id
  AND staged_venues.row_number = judged.row_number
  AND judged.problem IS NOT NULL

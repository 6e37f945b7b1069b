-- Of each venue the last row stands; what it does not say stays as it was. The days of a venue that is
-- now said to be in another neighborhood are to be scored again, and so are the days of alerts of a venue
-- that goes to another market: those it had there, which may be none of its days any more, and those it has
-- here.
-- in:  batch_id, default_market_id
-- out: the venues that are new or were changed
WITH said AS (
    SELECT DISTINCT ON (s.venue_id) s.venue_id,
        coalesce(s.market_id, s.market, v.market_id, CAST(:default_market_id AS text)) AS market_id,
        coalesce(s.name, v.name, s.venue_id) AS name,
        coalesce(s.neighborhood, v.neighborhood) AS neighborhood,
        coalesce(s.cuisine, v.cuisine) AS cuisine, coalesce(s.price, v.price) AS price,
        CASE WHEN s.lists IS NULL THEN coalesce(v.lists, '{}')
            ELSE ARRAY(SELECT DISTINCT trim(item) FROM unnest(string_to_array(s.lists, ';')) AS item
                WHERE trim(item) <> '' ORDER BY 1) END AS lists
    FROM staged_venues s
    LEFT JOIN venues v USING (venue_id)
    WHERE s.batch_id = :batch_id AND s.problem IS NULL
    ORDER BY s.venue_id, s.row_number DESC
), moved AS (
    INSERT INTO unscored_venue_days (venue_id, opened_date)
    SELECT DISTINCT r.venue_id, r.opened_date
    FROM said
    JOIN venues v USING (venue_id)
    JOIN drop_rollup r USING (venue_id)
    WHERE said.neighborhood <> coalesce(v.neighborhood, '')
    ORDER BY r.venue_id, r.opened_date
    -- Touched, or a tick that runs meanwhile would take the mark away without having seen the change.
    ON CONFLICT (venue_id, opened_date) DO UPDATE SET opened_date = excluded.opened_date
), moving AS (
    SELECT v.venue_id, v.market_id AS from_market_id, said.market_id AS to_market_id
    FROM said
    JOIN venues v USING (venue_id)
    WHERE said.market_id <> v.market_id
), alert_days AS (
    INSERT INTO unscored_alert_days (venue_id, sent_date)
    SELECT a.venue_id, (a.alert_sent_at AT TIME ZONE m.timezone)::date
    FROM moving
    JOIN markets m ON m.market_id IN (from_market_id, to_market_id)
    JOIN alerts a USING (venue_id)
    WHERE a.alert_sent_at IS NOT NULL
    UNION
    SELECT venue_id, sent_date
    FROM moving
    JOIN conversion_metrics USING (venue_id)
    ORDER BY 1, 2
    ON CONFLICT (venue_id, sent_date) DO UPDATE SET sent_date = excluded.sent_date
)
INSERT INTO venues AS kept (venue_id, market_id, name, neighborhood, cuisine, price, lists)
SELECT venue_id, market_id, name, neighborhood, cuisine, price, lists
FROM said
ORDER BY venue_id
ON CONFLICT (venue_id) DO UPDATE
SET market_id = excluded.market_id, name = excluded.name, neighborhood = excluded.neighborhood,
    cuisine = excluded.cuisine, price = excluded.price, lists = excluded.lists
WHERE (kept.market_id, kept.name, kept.neighborhood, kept.cuisine, kept.price, kept.lists)
    IS DISTINCT FROM (excluded.market_id, excluded.name, excluded.neighborhood, excluded.cuisine,
        excluded.price, excluded.lists)
RETURNING venue_id

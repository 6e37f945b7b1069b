-- A day by market, three times over: what its raw events are, what the rollup holds (with a
-- checksum over its cells in order, arrays sorted), and what the batches' ledger says was written.
-- in:  day
WITH raw AS (
    SELECT v.market_id, count(*) AS rows,
        count(*) FILTER (WHERE event_type = 'NEW_DROP') AS openings,
        count(*) FILTER (WHERE event_type = 'CLOSED') AS closings,
        count(*) FILTER (WHERE event_type = 'EXPIRED') AS expiries
    FROM drop_events e
    JOIN venues v USING (venue_id)
    WHERE e.opened_date = :day
    GROUP BY v.market_id
), rollup AS (
    SELECT v.market_id, count(*) AS cells,
        sum(cardinality(opened_minutes)) AS openings,
        sum(cardinality(closed_seconds)) AS closings,
        sum(cardinality(censored_seconds)) AS expiries,
        md5(string_agg(md5(concat_ws('|', r.venue_id, slot_date, slot_hour, party_size,
            ARRAY(SELECT unnest(opened_minutes) ORDER BY 1),
            ARRAY(SELECT unnest(closed_seconds) ORDER BY 1),
            ARRAY(SELECT minute FROM unnest(closed_seconds, closed_minutes) AS c (seconds, minute) ORDER BY seconds, minute),
            ARRAY(SELECT unnest(censored_seconds) ORDER BY 1),
            -- Null where they were not kept yet, when the day was sealed: its checksum is without them.
            nullif(ARRAY(SELECT minute FROM unnest(censored_seconds, censored_minutes) AS c (seconds, minute) ORDER BY seconds, minute),
                array_fill(0, ARRAY[cardinality(censored_seconds)])))),
            '' ORDER BY r.venue_id, slot_date, slot_hour, party_size)) AS checksum
    FROM drop_rollup r
    JOIN venues v USING (venue_id)
    WHERE r.opened_date = :day
    GROUP BY v.market_id
), ledger AS (
    SELECT market_id, sum(openings) AS openings, sum(closings) AS closings, sum(expiries) AS expiries
    FROM batch_days d
    JOIN batches b USING (batch_id)
    WHERE d.opened_date = :day AND b.aggregated_at IS NOT NULL
    GROUP BY market_id
)
SELECT market_id,
    coalesce(raw.rows, 0) AS raw_rows, coalesce(raw.openings, 0) AS raw_openings,
    coalesce(raw.closings, 0) AS raw_closings, coalesce(raw.expiries, 0) AS raw_expiries,
    coalesce(cells, 0) AS rollup_cells, coalesce(rollup.openings, 0) AS rollup_openings,
    coalesce(rollup.closings, 0) AS rollup_closings, coalesce(rollup.expiries, 0) AS rollup_expiries,
    coalesce(checksum, md5('')) AS rollup_checksum,
    coalesce(ledger.openings, 0) AS ledger_openings, coalesce(ledger.closings, 0) AS ledger_closings,
    coalesce(ledger.expiries, 0) AS ledger_expiries
FROM raw
FULL JOIN rollup USING (market_id)
FULL JOIN ledger USING (market_id)
ORDER BY market_id

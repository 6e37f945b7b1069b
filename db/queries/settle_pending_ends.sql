-- Gives waiting closings their opening: the slot's latest one before them or, if there is none whose
-- drop can still end, the one at their very instant. (A slot that closes and reopens at one instant
-- closes first.) A drop that had ended before such a closing cannot be the one it closes, so that
-- closing goes on waiting; one that repeats or contradicts the drop's end is settled as a duplicate.
-- So is one that repeats an end of the slot's earlier drop: it ended that one before an opening
-- between the two came in.
-- Only who takes a closing out of `pending_ends` writes its end: two deliveries may both want it.
-- in:  batch_id, open_dates, is_sweep (look at all that wait, not only at what this batch concerns)
-- out: of each batch whose rows were settled: how many, and how many of them were written
WITH due AS (
    SELECT p.*, (p.occurred_at AT TIME ZONE m.timezone)::date AS occurred_date
    FROM pending_ends p
    JOIN venues v USING (venue_id)
    JOIN markets m USING (market_id)
    WHERE :is_sweep OR p.batch_id = :batch_id
       OR EXISTS (
            SELECT FROM drop_events n
            WHERE n.batch_id = :batch_id AND n.opened_date = ANY (CAST(:open_dates AS date[]))
              AND n.venue_id = p.venue_id AND n.slot_id = p.slot_id)
), repeated AS (
    SELECT p.venue_id, p.slot_id, p.occurred_at
    FROM due p
    WHERE EXISTS (
        SELECT FROM opened_days d
        JOIN drop_events e
          ON e.venue_id = p.venue_id AND e.opened_date = d.opened_date AND e.slot_id = p.slot_id
         AND e.is_end AND e.occurred_at = p.occurred_at
        WHERE d.sealed_at IS NULL AND d.opened_date <= p.occurred_date)
), openings AS (
    SELECT DISTINCT ON (p.venue_id, p.slot_id, p.occurred_at, o.opened_at = p.occurred_at)
        p.venue_id, p.slot_id, p.occurred_at, p.batch_id AS received_in, p.bucket_id, p.event_id,
        o.opened_date, o.opened_at, o.slot_at, o.slot_date, o.opened_minute, o.slot_hour, o.party_size
    FROM due p
    JOIN opened_days d ON d.sealed_at IS NULL AND d.opened_date <= p.occurred_date
    JOIN drop_events o
      ON o.venue_id = p.venue_id AND o.opened_date = d.opened_date AND o.slot_id = p.slot_id
     AND o.opened_at <= p.occurred_at AND NOT o.is_end
    ORDER BY p.venue_id, p.slot_id, p.occurred_at, o.opened_at = p.occurred_at, o.opened_at DESC
), judged AS (
    SELECT o.*, EXISTS (
        SELECT FROM drop_events e
        WHERE e.venue_id = o.venue_id AND e.opened_date = o.opened_date AND e.slot_id = o.slot_id
          AND e.opened_at = o.opened_at AND e.is_end AND e.occurred_at < o.occurred_at) AS had_ended
    FROM openings o
), latest AS (
    SELECT DISTINCT ON (venue_id, slot_id, occurred_at) *
    FROM judged
    ORDER BY venue_id, slot_id, occurred_at, had_ended, opened_at
), settled AS (
    SELECT *
    FROM latest
    WHERE opened_date = ANY (CAST(:open_dates AS date[])) AND NOT had_ended
), first_of_drop AS (
    SELECT DISTINCT ON (venue_id, slot_id, opened_at) *
    FROM settled
    WHERE (venue_id, slot_id, occurred_at) NOT IN (SELECT * FROM repeated)
    ORDER BY venue_id, slot_id, opened_at, occurred_at
), gone AS (
    DELETE FROM pending_ends p
    USING (
        SELECT venue_id, slot_id, occurred_at FROM first_of_drop
        UNION SELECT * FROM repeated
    ) AS f
    WHERE p.venue_id = f.venue_id AND p.slot_id = f.slot_id AND p.occurred_at = f.occurred_at
    RETURNING p.batch_id, p.venue_id, p.slot_id, p.occurred_at
), written AS (
    INSERT INTO drop_events (venue_id, opened_date, slot_id, opened_at, is_end, event_type,
        occurred_at, slot_at, slot_date, opened_minute, slot_hour, party_size, open_seconds,
        is_implied, batch_id, bucket_id, event_id)
    SELECT venue_id, opened_date, slot_id, opened_at, true,
        CASE WHEN occurred_at < slot_at THEN 'CLOSED' ELSE 'EXPIRED' END,
        occurred_at, slot_at, slot_date, opened_minute, slot_hour, party_size,
        floor(date_part('epoch', least(occurred_at, slot_at) - opened_at)),
        false, :batch_id, bucket_id, event_id
    FROM first_of_drop
    JOIN gone USING (venue_id, slot_id, occurred_at)
    ORDER BY opened_date, venue_id, slot_id, opened_at
    ON CONFLICT DO NOTHING
    RETURNING venue_id, slot_id, occurred_at
)
SELECT g.batch_id, count(*) AS rows_settled, count(w.venue_id) AS rows_written
FROM gone g
LEFT JOIN written w USING (venue_id, slot_id, occurred_at)
GROUP BY g.batch_id
ORDER BY g.batch_id

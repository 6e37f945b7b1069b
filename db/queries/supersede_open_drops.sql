-- A slot that reopens censors its earlier drops that have no end, at its next opening. Openings may
-- come in any order: the batches' openings are held against the open drops, and their own open drops
-- against the openings of batches before them. Done when batches are aggregated and not when they
-- come in: of two that come in at once, neither sees the other.
-- in:  batch_ids, dates
WITH same_slot AS MATERIALIZED (
    SELECT p.venue_id, p.slot_id, p.opened_date, p.opened_at, n.opened_at AS batch_opened_at
    FROM drop_events n
    JOIN open_drops p
      ON p.venue_id = n.venue_id AND p.slot_id = n.slot_id AND p.opened_at <= n.opened_at
    WHERE n.batch_id = ANY (CAST(:batch_ids AS bigint[])) AND n.opened_date = ANY (CAST(:dates AS date[]))
      AND NOT n.is_end
), days_of_others AS MATERIALIZED (
    SELECT opened_date
    FROM opened_days d
    WHERE sealed_at IS NULL AND EXISTS (
        SELECT FROM batch_days w
        WHERE w.opened_date = d.opened_date AND w.openings > 0
          AND w.batch_id <> ALL (CAST(:batch_ids AS bigint[])))
), later AS (
    SELECT venue_id, slot_id, opened_at, batch_opened_at AS next_opened_at
    FROM same_slot
    WHERE batch_opened_at > opened_at
    UNION ALL
    SELECT p.venue_id, p.slot_id, p.opened_at, n.opened_at
    FROM same_slot p
    JOIN days_of_others d ON d.opened_date >= p.opened_date,
        LATERAL (
            SELECT min(o.opened_at) AS opened_at
            FROM drop_events o
            WHERE o.venue_id = p.venue_id AND o.opened_date = d.opened_date
              AND o.slot_id = p.slot_id AND o.opened_at > p.opened_at AND NOT o.is_end) AS n
    WHERE p.batch_opened_at = p.opened_at AND n.opened_at IS NOT NULL
), superseded AS (
    UPDATE open_drops o
    SET superseded_at = next_opening.opened_at
    FROM (
        SELECT venue_id, slot_id, opened_at AS earlier_opened_at, min(next_opened_at) AS opened_at
        FROM later
        GROUP BY venue_id, slot_id, opened_at
    ) AS next_opening
    WHERE o.venue_id = next_opening.venue_id AND o.slot_id = next_opening.slot_id
      AND o.opened_at = next_opening.earlier_opened_at
      AND (o.superseded_at IS NULL OR o.superseded_at > next_opening.opened_at)
    RETURNING o.venue_id, o.opened_date
)
INSERT INTO unscored_venue_days (venue_id, opened_date)
SELECT DISTINCT venue_id, opened_date FROM superseded ORDER BY venue_id, opened_date
ON CONFLICT DO NOTHING

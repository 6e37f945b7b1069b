-- A slot that reopens censors its earlier drops that have no end, at its next opening. Openings may
-- come in any order: the batches' openings are held against the open drops, and their open drops
-- against every opening that is kept. Done when batches are aggregated and not when they come in:
-- of two that come in at once, neither sees the other.
-- in:  batch_ids, dates
WITH superseded AS (
UPDATE open_drops o
SET superseded_at = next_opening.opened_at
FROM (
    SELECT venue_id, slot_id, earlier_opened_at, min(opened_at) AS opened_at
    FROM (
        SELECT p.venue_id, p.slot_id, p.opened_at AS earlier_opened_at, n.opened_at
        FROM open_drops p
        JOIN drop_events n
          ON n.venue_id = p.venue_id AND n.slot_id = p.slot_id AND n.opened_at > p.opened_at
        WHERE n.batch_id = ANY (CAST(:batch_ids AS bigint[])) AND n.opened_date = ANY (CAST(:dates AS date[]))
          AND NOT n.is_end
        UNION ALL
        SELECT p.venue_id, p.slot_id, p.opened_at, n.opened_at
        FROM drop_events b
        JOIN open_drops p
          ON p.venue_id = b.venue_id AND p.slot_id = b.slot_id AND p.opened_at = b.opened_at
        JOIN opened_days d ON d.sealed_at IS NULL AND d.opened_date >= b.opened_date
        JOIN drop_events n
          ON n.venue_id = p.venue_id AND n.opened_date = d.opened_date AND n.slot_id = p.slot_id
         AND n.opened_at > p.opened_at AND NOT n.is_end
        WHERE b.batch_id = ANY (CAST(:batch_ids AS bigint[])) AND b.opened_date = ANY (CAST(:dates AS date[]))
          AND NOT b.is_end
    ) AS later
    GROUP BY venue_id, slot_id, earlier_opened_at
) AS next_opening
WHERE o.venue_id = next_opening.venue_id AND o.slot_id = next_opening.slot_id
  AND o.opened_at = next_opening.earlier_opened_at
  AND (o.superseded_at IS NULL OR o.superseded_at > next_opening.opened_at)
RETURNING o.venue_id, o.opened_date
)
INSERT INTO unscored_venue_days (venue_id, opened_date)
SELECT DISTINCT venue_id, opened_date FROM superseded ORDER BY venue_id, opened_date
ON CONFLICT DO NOTHING

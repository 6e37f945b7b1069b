-- Days whose raw events are still kept, oldest first, and the drops among them that could still end.
-- in:  now
SELECT d.opened_date, count(o.slot_at) AS open_drops, max(o.slot_at) AS latest_slot_at
FROM opened_days d
LEFT JOIN open_drops o
  ON o.opened_date = d.opened_date AND o.superseded_at IS NULL AND o.slot_at > :now
WHERE d.sealed_at IS NULL
GROUP BY d.opened_date
ORDER BY d.opened_date

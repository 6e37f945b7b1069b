-- in:  market_id, scored_for, window_seconds, method_key, now
INSERT INTO conversion_scores (market_id, scored_for, window_seconds, method_key, computed_at)
VALUES (:market_id, :scored_for, :window_seconds, :method_key, :now)
ON CONFLICT (market_id) DO UPDATE
SET scored_for = excluded.scored_for, window_seconds = excluded.window_seconds,
    method_key = excluded.method_key, computed_at = excluded.computed_at

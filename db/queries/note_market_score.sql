-- in:  market_id, scored_for, seen_until, as_of_dates, method_key, reaction_seconds, computed_at
INSERT INTO market_scores (market_id, scored_for, seen_until, as_of_dates, method_key, reaction_seconds,
    computed_at)
VALUES (:market_id, :scored_for, :seen_until, CAST(:as_of_dates AS date[]), :method_key, :reaction_seconds, :computed_at)
ON CONFLICT (market_id) DO UPDATE
SET scored_for = excluded.scored_for, seen_until = excluded.seen_until,
    as_of_dates = excluded.as_of_dates, method_key = excluded.method_key,
    reaction_seconds = excluded.reaction_seconds, computed_at = excluded.computed_at

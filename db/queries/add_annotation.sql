-- One annotation more.
-- in:  market_id (NULL: all markets), first_date, last_date, text, added_by, added_at
INSERT INTO annotations (market_id, first_date, last_date, text, added_by, added_at)
VALUES (:market_id, :first_date, :last_date, :text, :added_by, :added_at)
RETURNING annotation_id

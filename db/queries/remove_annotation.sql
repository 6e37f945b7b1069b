-- One annotation fewer; no row where it is gone already.
-- in:  annotation_id
DELETE FROM annotations WHERE annotation_id = :annotation_id RETURNING annotation_id

-- in:  day
INSERT INTO opened_days (opened_date) VALUES (:day) ON CONFLICT DO NOTHING

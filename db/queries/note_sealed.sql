-- in:  day, now
UPDATE opened_days SET sealed_at = :now WHERE opened_date = :day

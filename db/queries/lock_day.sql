-- Keeps everybody else from writing to the day.
-- in:  day
SELECT sealed_at FROM opened_days WHERE opened_date = :day FOR UPDATE

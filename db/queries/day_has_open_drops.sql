-- in:  day
SELECT EXISTS (SELECT FROM open_drops WHERE opened_date = :day)

-- Whether there is anything to stamp.
SELECT EXISTS (SELECT FROM alerts)

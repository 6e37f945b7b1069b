-- Weeks whose note is not the one that the latest revision of their edition carries.
SELECT DISTINCT n.market_id, n.iso_week
FROM digest_notes n
JOIN (
    SELECT DISTINCT ON (market_id, iso_week, audience) market_id, iso_week, facts ->> 'note' AS note
    FROM digests
    ORDER BY market_id, iso_week, audience, revision DESC
) AS latest USING (market_id, iso_week)
WHERE n.note <> coalesce(latest.note, '')
ORDER BY n.market_id, n.iso_week

"""Packing a day loses nothing: what is read is what the rollup and the open drops say."""

from datetime import UTC, date, datetime, timedelta
from math import floor

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from db.packed_drops import CLOSED, EXPIRED, OPEN, pack_changed, read_drops, read_market_days
from db.schema import drop_rollup, open_drops, unscored_venue_days, venue_day_drops
from tests.factories import deliver_venues

DAY = date(2026, 11, 16)
OPENED = datetime(2026, 11, 16, 14, tzinfo=UTC)
SEEN_UNTIL = OPENED + timedelta(hours=6)
NOW = SEEN_UNTIL + timedelta(hours=1)
PRIME = range(18, 21)

seconds = st.integers(0, 366 * 86_400)
# Times before 1970 are accepted, too: their minutes are negative.
endings = st.tuples(seconds, st.integers(-10_000_000, 80_000_000))
cells = st.dictionaries(
    st.tuples(st.integers(0, 13), st.integers(0, 23), st.integers(0, 4)),
    st.tuples(
        st.lists(st.integers(0, 1439), min_size=1, max_size=3),
        st.lists(endings, max_size=3),
        st.lists(endings, max_size=3),
    ),
    max_size=4,
)
microseconds = st.integers(1, 10 * 3600 * 10**6)
unended = st.lists(
    st.tuples(
        microseconds, microseconds, st.none() | st.integers(1, 10 * 3600 * 10**6), st.booleans()
    ),
    max_size=4,
)


def rows_of(engine, cells, unended):
    """What is read of a day that holds these, as sorted tuples, and the market's day."""
    with engine.connect() as connection:
        for table in (drop_rollup, open_drops, unscored_venue_days, venue_day_drops):
            connection.execute(delete(table))
        for (ahead, hour, party), (minutes, closed, censored) in cells.items():
            connection.execute(
                insert(drop_rollup).values(
                    venue_id="v",
                    opened_date=DAY,
                    slot_date=DAY + timedelta(days=ahead),
                    slot_hour=hour,
                    party_size=party,
                    opened_minutes=minutes,
                    closed_seconds=[one for one, _ in closed],
                    closed_minutes=[minute for _, minute in closed],
                    censored_seconds=[one for one, _ in censored],
                    censored_minutes=[minute for _, minute in censored],
                )
            )
        for number, (opened, slot, later, is_prime) in enumerate(unended):
            opened_at = OPENED + timedelta(microseconds=opened)
            connection.execute(
                insert(open_drops).values(
                    venue_id="v",
                    slot_id=str(number),
                    opened_at=opened_at,
                    opened_date=DAY,
                    slot_at=opened_at + timedelta(microseconds=slot + 1),
                    slot_date=DAY,
                    slot_hour=19 if is_prime else 12,
                    party_size=2,
                    superseded_at=later and opened_at + timedelta(microseconds=later),
                )
            )
        connection.execute(insert(unscored_venue_days).values(venue_id="v", opened_date=DAY))
        pack_changed(connection, "nyc")
        [drops] = read_drops(connection, ["v"], DAY, DAY, now=NOW, seen_until=SEEN_UNTIL)
        [market_day] = read_market_days(connection, "nyc", [DAY])
        connection.rollback()
    columns = (drops.kind, drops.seconds, drops.end_minute, drops.is_prime, drops.is_small)
    return sorted(zip(*(column.tolist() for column in columns), strict=True)), market_day


def expected(cells, unended):
    rows = []
    for (_, hour, party), (_, closed, censored) in cells.items():
        facts = (hour in PRIME, party in (0, 2))
        rows += [(CLOSED, after, minute, *facts) for after, minute in closed]
        rows += [(EXPIRED, after, minute, *facts) for after, minute in censored]
    for opened, slot, later, is_prime in unended:
        opened_at = OPENED + timedelta(microseconds=opened)
        slot_at = opened_at + timedelta(microseconds=slot + 1)
        next_at = opened_at + timedelta(microseconds=later) if later else None
        seen = min(slot_at, next_at or SEEN_UNTIL) - opened_at
        kind = EXPIRED if next_at or slot_at <= NOW else OPEN
        after = max(0, floor(seen.total_seconds()))
        minute = (floor(opened_at.timestamp()) + after) // 60
        rows.append((kind, after, minute, is_prime, True))
    return sorted(rows)


def test_a_day_is_read_as_it_was_packed(engine):
    deliver_venues(engine, {"venue_id": "v"})

    @given(cells.filter(bool), unended)
    @settings(max_examples=40)
    def holds(cells, unended):
        rows, market_day = rows_of(engine, cells, unended)
        assert rows == expected(cells, unended)
        openings = [
            ((DAY + timedelta(days=ahead)).isoweekday(), hour, minute // 60)
            for (ahead, hour, _), (minutes, _, _) in cells.items()
            for minute in minutes
        ]
        read = (market_day.slot_weekday, market_day.slot_hour, market_day.opened_hour)
        assert sorted(zip(*(part.tolist() for part in read), strict=True)) == sorted(openings)
        closed = [after for _, closed, _ in cells.values() for after, _ in closed]
        assert np.sort(market_day.closed_seconds).tolist() == sorted(closed)

    holds()

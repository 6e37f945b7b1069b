"""Drops as arrays, read from `venue_day_drops`: what scoring and the questions beside it work on.

`pack_days.sql` writes the rows and says what their bytes are. A venue's day is one row of a few
hundred bytes, so that 90 days of a venue are read in a millisecond, however many cells they have.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row

from db.queries import query, run

CLOSED, EXPIRED, OPEN = 0, 1, 2
DROPS_AT_ONCE = 150_000  # bounds the memory; a venue is never split
VENUES_A_FETCH = 20
VENUES_AT_ONCE = 20  # to pack
DAYS_AT_ONCE = 31

ENDING = np.dtype(">i8")
UNENDED = np.dtype(
    [("opened", ">i8"), ("slot", ">i8"), ("next_opened", ">i8"), ("drop_class", ">i2")]
)
OPENING = np.dtype(">i2")
NO_NEXT = np.iinfo(np.int64).max
MICROSECONDS = 1_000_000
EXPIRED_BIT = 4  # of an ending's class
MINUTE_BITS = 0xFFFFFFFF  # the lower half of an ending


@dataclass(frozen=True)
class Drops:
    """Drops of some venues, sorted by venue and day; all arrays have shape (drops,).

    venue: position in `venue_ids`. day: days since the first date asked for. seconds: seen open.
    kind: CLOSED, EXPIRED or OPEN. end_minute: of the closing, or of the last moment it was known to
    be open, in minutes since 1970-01-01 UTC. is_prime. is_small: a party of two or of unknown size.
    """

    venue_ids: tuple[str, ...]
    venue: NDArray[np.int64]
    day: NDArray[np.int64]
    seconds: NDArray[np.int64]
    kind: NDArray[np.int64]
    end_minute: NDArray[np.int64]
    is_prime: NDArray[np.bool_]
    is_small: NDArray[np.bool_]


@dataclass(frozen=True)
class MarketDay:
    """All drops of a market that opened on a local day.

    slot_weekday (ISO, 1-7), slot_hour, opened_hour: shape (drops,).
    closed_seconds: shape (closed,).
    """

    day: date
    slot_weekday: NDArray[np.int64]
    slot_hour: NDArray[np.int64]
    opened_hour: NDArray[np.int64]
    closed_seconds: NDArray[np.int64]


def venues_to_pack(connection: Connection, market_id: str | None = None) -> list[list[str]]:
    """The venues of a market or of all, some at a time: as many as are packed at once."""
    venue_ids = list(run(connection, "venues_to_pack", market_id=market_id).scalars())
    return [venue_ids[at : at + VENUES_AT_ONCE] for at in range(0, len(venue_ids), VENUES_AT_ONCE)]


def pack_venues(connection: Connection, venue_ids: Sequence[str]) -> None:
    """Packs all days of the venues anew."""
    run(connection, "unpack_venues", venue_ids=list(venue_ids))
    _pack(connection, run(connection, "days_of_venues", venue_ids=list(venue_ids)).all())


def pack_changed(connection: Connection, market_id: str) -> None:
    """Packs the market's venue-days that are marked as not scored yet."""
    _pack(connection, run(connection, "changed_days", market_id=market_id).all())


def _pack(connection: Connection, venue_days: Sequence[Row[Any]]) -> None:
    run(
        connection,
        "pack_days",
        venue_ids=[row.venue_id for row in venue_days],
        opened_dates=[row.opened_date for row in venue_days],
    )


def read_drops(
    connection: Connection,
    venue_ids: Sequence[str],
    first_date: date,
    last_date: date,
    *,
    now: datetime,
    seen_until: datetime,
) -> Iterator[Drops]:
    """The venues' drops that opened from `first_date` to `last_date`, some venues at a time.

    Venues without a drop are left out. Drops without an end are censored at their slot's next
    opening or, where there is none, at `seen_until`, and in any case at their slot's time; those
    whose slot reopened or whose slot's time is past count as expired (as in expire_drops.sql).
    """
    rows = connection.execute(
        query("drops_to_score"),
        {"venue_ids": list(venue_ids), "first_date": first_date, "last_date": last_date},
        execution_options={"yield_per": VENUES_A_FETCH},
    )
    part: list[Row[Any]] = []
    size = 0
    for row in rows:
        part.append(row)
        size += len(row.endings) // ENDING.itemsize + len(row.unended) // UNENDED.itemsize
        if size >= DROPS_AT_ONCE:
            yield _as_drops(part, now, seen_until)
            part, size = [], 0
    if part:
        yield _as_drops(part, now, seen_until)


def _as_drops(rows: Sequence[Row[Any]], now: datetime, seen_until: datetime) -> Drops:
    endings = np.frombuffer(b"".join(row.endings for row in rows), ENDING).astype(np.int64)
    endings_a_day = _drops_a_day((row.endings_sizes for row in rows), ENDING.itemsize)
    unended = np.frombuffer(b"".join(row.unended for row in rows), UNENDED)
    unended_a_day = _drops_a_day((row.unended_sizes for row in rows), UNENDED.itemsize)
    drops_a_day = endings_a_day + unended_a_day
    days = np.concatenate([np.asarray(row.days, dtype=np.int64) for row in rows])
    venues = np.repeat(np.arange(len(rows)), [len(row.days) for row in rows])

    opened, slot = unended["opened"].astype(np.int64), unended["slot"].astype(np.int64)
    next_opened = unended["next_opened"].astype(np.int64)
    has_next = next_opened != NO_NEXT
    seen = np.minimum(slot, np.where(has_next, next_opened, _microseconds(seen_until)))
    open_seconds = np.maximum((seen - opened) // MICROSECONDS, 0)
    is_over = has_next | (slot <= _microseconds(now))
    minute = (opened // MICROSECONDS + open_seconds) // 60
    # As an ending is packed, each day's behind the day's endings.
    ended_so = (open_seconds << 3) | (is_over * EXPIRED_BIT) | unended["drop_class"]
    behind = np.repeat(np.cumsum(endings_a_day), unended_a_day)
    code = np.insert(endings, behind, (ended_so << 32) | (minute & MINUTE_BITS))
    kind = (code >> 34) & 1
    kind[(behind + np.arange(len(behind)))[~is_over]] = OPEN
    return Drops(
        venue_ids=tuple(row.venue_id for row in rows),
        venue=np.repeat(venues, drops_a_day),
        day=np.repeat(days, drops_a_day),
        seconds=code >> 35,
        kind=kind,
        end_minute=code.astype(np.int32).astype(np.int64),
        is_prime=(code & (1 << 32)) != 0,
        is_small=(code & (2 << 32)) != 0,
    )


def _drops_a_day(sizes_of_venues: Iterable[Sequence[int]], bytes_a_drop: int) -> NDArray[np.int64]:
    """How many drops each packed day holds."""
    sizes = np.concatenate([np.asarray(sizes, dtype=np.int64) for sizes in sizes_of_venues])
    return sizes // bytes_a_drop


def _microseconds(instant: datetime) -> int:
    return round(instant.timestamp() * MICROSECONDS)


def read_market_days(
    connection: Connection, market_id: str, dates: Sequence[date]
) -> Iterator[MarketDay]:
    """The market's drops of each of the dates that had one."""
    for begin in range(0, len(dates), DAYS_AT_ONCE):
        rows = connection.execute(
            query("market_days_to_score"),
            {"market_id": market_id, "dates": list(dates[begin : begin + DAYS_AT_ONCE])},
            execution_options={"yield_per": 1},
        )
        for row in rows:
            opening = np.frombuffer(row.openings, OPENING).astype(np.int64)
            code = np.frombuffer(row.endings, ENDING).astype(np.int64) >> 32
            yield MarketDay(
                day=row.opened_date,
                slot_weekday=opening // 32 // 24,
                slot_hour=opening // 32 % 24,
                opened_hour=opening % 32,
                closed_seconds=code[(code & EXPIRED_BIT) == 0] >> 3,
            )

"""What `pipeline/score.py` reads and writes: drops as arrays in, rows of derived tables out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from psycopg import sql
from sqlalchemy import Connection, Row, Table

from db.intake import as_csv
from db.queries import run
from db.schema import venue_metrics, venue_rolling_metrics, venue_trends

CLOSED, EXPIRED, OPEN = 0, 1, 2
VENUES_AT_ONCE = 200  # bounds the memory, as does the next
DAYS_AT_ONCE = 31
DELIVERY_TIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Drops:
    """Drops of some venues, sorted by venue and day; all arrays have shape (drops,).

    venue: position in `venue_ids`. day: days since the first date asked for. seconds: seen open.
    kind: CLOSED, EXPIRED or OPEN. closed_minute: of the closing, minutes since 1970-01-01 UTC; 0
    for what is not closed and where the market has no scans. is_prime. is_small: a party of two or
    of unknown size.
    """

    venue_ids: tuple[str, ...]
    venue: NDArray[np.int64]
    day: NDArray[np.int64]
    seconds: NDArray[np.int64]
    kind: NDArray[np.int64]
    closed_minute: NDArray[np.int64]
    is_prime: NDArray[np.bool_]
    is_small: NDArray[np.bool_]


def scored_markets(connection: Connection) -> Sequence[Row[Any]]:
    """Every market with drops: its zone, hours and span, and what it was last scored for."""
    return run(connection, "scored_markets").all()


def seen_until(market: Row[Any]) -> datetime:
    """The full hour until which the market is known to have been looked at.

    Drops without an end are censored here. Of the full hour, so that not every event that comes in
    moves every open drop of its market; and only once deliveries of that hour had time to come in.
    """
    last_look: datetime = market.last_ok_at or market.last_event_at
    return full_hour(last_look - DELIVERY_TIME)


def full_hour(instant: datetime) -> datetime:
    """The start of the instant's hour, in UTC."""
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def venues_since(connection: Connection, market_id: str, since: date) -> list[str]:
    """The market's venues that had a drop on `since` or later."""
    return list(run(connection, "venues_since", market_id=market_id, since=since).scalars())


def unscored_days(
    connection: Connection,
    market_id: str,
    *,
    scored_for: datetime,
    now: datetime,
    seen_before: datetime,
    seen_until: datetime,
    unfinished: date,
    has_scans: bool,
) -> pd.DataFrame:
    """Venue-days (venue_id, opened_date) that have to be scored again.

    seen_before, seen_until: the last look then and now. unfinished: the day that was not over then.
    """
    rows = run(
        connection,
        "unscored_days",
        market_id=market_id,
        scored_for=scored_for,
        now=now,
        seen_before=seen_before,
        seen_until=seen_until,
        unfinished=unfinished,
        has_scans=has_scans,
    ).all()
    return pd.DataFrame(rows, columns=["venue_id", "opened_date"])


def observed_minutes(
    connection: Connection, market: Row[Any], first_at: datetime, last_at: datetime
) -> dict[date, int]:
    """Minutes observed of each local day between two instants; unwatched days are absent."""
    rows = run(
        connection,
        "observed_minutes",
        market_id=market.market_id,
        timezone=market.timezone,
        first_at=first_at,
        last_at=last_at,
    )
    return {row.local_date: row.minutes for row in rows}


@dataclass(frozen=True)
class Watch:
    """Which minutes a market was observed: one entry a minute from `first_minute` (since 1970)."""

    first_minute: int
    observed: NDArray[np.bool_]


def read_watch(
    connection: Connection, market: Row[Any], first_at: datetime, last_at: datetime
) -> Watch:
    """The market's observed minutes between two instants on full hours."""
    first_minute = int(first_at.timestamp()) // 60
    observed = np.zeros(int((last_at - first_at).total_seconds()) // 60, dtype=bool)
    for row in run(
        connection,
        "observed_hours",
        market_id=market.market_id,
        first_at=first_at,
        last_at=last_at,
    ):
        begin = row.first_minute - first_minute
        observed[begin : begin + 60] = np.frombuffer(row.minutes.encode(), dtype=np.uint8) == ord(
            "1"
        )
    return Watch(first_minute, observed)


def read_drops(
    connection: Connection,
    market: Row[Any],
    venue_ids: Sequence[str],
    first_date: date,
    last_date: date,
    *,
    now: datetime,
    seen_until: datetime,
    is_catchable_only: bool = False,
) -> Iterator[Drops]:
    """The venues' drops that opened from `first_date` to `last_date`, some venues at a time.

    is_catchable_only: prime drops for two or of unknown size.
    """
    for begin in range(0, len(venue_ids), VENUES_AT_ONCE):
        part = tuple(venue_ids[begin : begin + VENUES_AT_ONCE])
        rows = run(
            connection,
            "drops_to_score",
            venue_ids=list(part),
            first_date=first_date,
            last_date=last_date,
            prime_start_hour=market.prime_start_hour,
            prime_end_hour=market.prime_end_hour,
            now=now,
            seen_until=seen_until,
            has_scans=market.last_ok_at is not None,
            is_catchable_only=is_catchable_only,
        ).all()
        yield _as_drops(part, rows)


def _as_drops(venue_ids: tuple[str, ...], rows: Sequence[Row[Any]]) -> Drops:
    position = {venue_id: index for index, venue_id in enumerate(venue_ids)}
    sizes = [len(row.days) for row in rows]
    venue = np.repeat(np.array([position[row.venue_id] for row in rows], dtype=np.int64), sizes)

    def flat(name: str) -> NDArray[np.int64]:
        arrays = [
            np.zeros(size, dtype=np.int64)
            if getattr(row, name) is None
            else np.array(getattr(row, name), dtype=np.int64)
            for row, size in zip(rows, sizes, strict=True)
        ]
        return np.concatenate(arrays) if arrays else np.array([], dtype=np.int64)

    day, seconds, classes = flat("days"), flat("seconds"), flat("classes")
    minutes = flat("closed_minutes")
    # Within a day in one order, whatever the order of delivery: sums of floats depend on it.
    order = np.lexsort((minutes, classes, seconds, day, venue))
    venue, day, seconds, classes = venue[order], day[order], seconds[order], classes[order]
    return Drops(
        venue_ids=venue_ids,
        venue=venue,
        day=day,
        seconds=seconds,
        kind=classes >> 2,
        closed_minute=minutes[order],
        is_prime=(classes & 1) == 1,
        is_small=(classes & 2) == 2,
    )


def score_market_days(
    connection: Connection,
    market: Row[Any],
    dates: Sequence[date],
    weekday_dates: Sequence[date],
    *,
    formula_version: int,
    now: datetime,
) -> None:
    """Recomputes the market's rows of `dates`, and the 28-day weekdays of `weekday_dates`."""
    for begin in range(0, len(dates), DAYS_AT_ONCE):
        run(
            connection,
            "score_market_days",
            market_id=market.market_id,
            dates=list(dates[begin : begin + DAYS_AT_ONCE]),
            prime_start_hour=market.prime_start_hour,
            prime_end_hour=market.prime_end_hour,
            formula_version=formula_version,
            now=now,
        )
    run(
        connection,
        "score_market_weekdays",
        market_id=market.market_id,
        dates=list(weekday_dates),
        formula_version=formula_version,
        now=now,
    )


def finish_market(
    connection: Connection,
    market_id: str,
    *,
    scored_for: datetime,
    seen_until: datetime,
    as_of_dates: Sequence[date],
    outdated_dates: Sequence[date],
    method_key: str,
) -> None:
    """Notes what the market was scored for, and drops the windows of dates long past."""
    run(
        connection,
        "thin_venue_windows",
        market_id=market_id,
        outdated_dates=list(outdated_dates),
        latest=max(as_of_dates),
    )
    run(connection, "forget_unscored", market_id=market_id)
    run(
        connection,
        "note_market_score",
        market_id=market_id,
        scored_for=scored_for,
        seen_until=seen_until,
        as_of_dates=list(as_of_dates),
        method_key=method_key,
        now=scored_for,
    )


def replace_venue_days(
    connection: Connection, venue_ids: Sequence[str], dates: Sequence[date], rows: pd.DataFrame
) -> None:
    """Replaces the venues' rows of `venue_metrics` on these dates."""
    run(connection, "forget_venue_days", venue_ids=list(venue_ids), dates=list(dates))
    copy_rows(connection, venue_metrics, rows)


def replace_venue_windows(
    connection: Connection, venue_ids: Sequence[str], dates: Sequence[date], rows: pd.DataFrame
) -> None:
    """Replaces the venues' rows of `venue_rolling_metrics` as of these dates."""
    run(connection, "forget_venue_windows", venue_ids=list(venue_ids), as_of_dates=list(dates))
    copy_rows(connection, venue_rolling_metrics, rows)


def forget_trends(connection: Connection, market_id: str) -> None:
    """Removes the market's rows of `venue_trends`."""
    run(connection, "forget_trends", market_id=market_id)


def replace_venue_trends(
    connection: Connection, venue_ids: Sequence[str], dates: Sequence[date], rows: pd.DataFrame
) -> None:
    """Replaces the venues' rows of `venue_trends` as of these dates."""
    run(connection, "forget_venue_trends", venue_ids=list(venue_ids), as_of_dates=list(dates))
    copy_rows(connection, venue_trends, rows)


def copy_rows(connection: Connection, table: Table, rows: pd.DataFrame) -> None:
    """COPYs the rows; their columns are the table's."""
    if rows.empty:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, rows.columns))
    )
    driver_connection = connection.connection.driver_connection
    assert driver_connection is not None
    with driver_connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(as_csv(pa.Table.from_pandas(rows, preserve_index=False)))

"""What `pipeline/score.py` reads beside drops (`db/packed_drops.py`), and the rows it writes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from psycopg import sql
from sqlalchemy import Connection, Row, Table

from db.intake import as_csv
from db.queries import run
from db.schema import venue_metrics, venue_rolling_metrics, venue_trends

DELIVERY_TIME = timedelta(minutes=10)


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
    resolution_seconds: int,
) -> list[tuple[str, date]]:
    """Venue-days that have to be scored again.

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
        resolution_seconds=resolution_seconds,
    ).all()
    return [(row.venue_id, row.opened_date) for row in rows]


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


def neighborhood_days(
    connection: Connection, market_id: str, dates: Sequence[date]
) -> dict[date, list[dict[str, Any]]]:
    """What each neighborhood had on each of the dates, from the venues' rows."""
    found: dict[date, list[dict[str, Any]]] = defaultdict(list)
    for row in run(connection, "neighborhood_days", market_id=market_id, dates=list(dates)):
        cell = dict(row._mapping)
        found[cell.pop("window_date")].append(cell)
    return found


def score_market_weekdays(
    connection: Connection,
    market_id: str,
    dates: Sequence[date],
    *,
    first_date: date,
    formula_version: int,
    now: datetime,
) -> None:
    """Recomputes the market's 28-day weekdays as of these dates, from its daily totals.

    first_date: the market's first day.
    """
    run(
        connection,
        "score_market_weekdays",
        market_id=market_id,
        dates=list(dates),
        first_date=first_date,
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
    reaction_seconds: float,
    computed_at: datetime,
) -> None:
    """Notes what the market was scored for, and drops the windows of dates long past.

    computed_at: when any of its rows was last computed.
    """
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
        reaction_seconds=reaction_seconds,
        computed_at=computed_at,
    )


def forget_venue_windows(
    connection: Connection,
    first_dates: Mapping[str, date],
    as_of_dates: Sequence[date],
    new_dates: Sequence[date],
) -> None:
    """Removes the rows of `venue_rolling_metrics` as of these dates: of each venue those from its
    own first date on, and those of `new_dates` in any case."""
    run(
        connection,
        "forget_venue_windows",
        venue_ids=list(first_dates),
        first_dates=list(first_dates.values()),
        as_of_dates=list(as_of_dates),
        new_dates=list(new_dates),
    )


def forget_venue_days(
    connection: Connection,
    touched: Mapping[str, tuple[date, date]],
    last_dates: Mapping[str, date],
) -> None:
    """Removes each venue's rows of `venue_metrics` from its first touched day to its last date."""
    run(
        connection,
        "forget_venue_days",
        venue_ids=list(touched),
        first_dates=[first for first, _ in touched.values()],
        last_dates=[last_dates[venue_id] for venue_id in touched],
    )


def write_venue_windows(connection: Connection, rows: pa.Table) -> None:
    """Adds rows of `venue_rolling_metrics`."""
    copy_rows(connection, venue_rolling_metrics, rows)


def write_venue_days(connection: Connection, rows: pa.Table) -> None:
    """Adds rows of `venue_metrics`."""
    copy_rows(connection, venue_metrics, rows)


def forget_trends(connection: Connection, market_id: str) -> None:
    """Removes the market's rows of `venue_trends`."""
    run(connection, "forget_trends", market_id=market_id)


def forget_venue_trends(
    connection: Connection, venue_ids: Sequence[str], dates: Sequence[date]
) -> None:
    """Removes the venues' rows of `venue_trends` as of these dates."""
    run(connection, "forget_venue_trends", venue_ids=list(venue_ids), as_of_dates=list(dates))


def write_venue_trends(connection: Connection, rows: pa.Table) -> None:
    """Adds rows of `venue_trends`."""
    copy_rows(connection, venue_trends, rows)


def copy_rows(connection: Connection, table: Table, rows: pa.Table) -> None:
    """COPYs the rows; their columns are the table's."""
    if not rows.num_rows:
        return
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    )
    driver_connection = connection.connection.driver_connection
    assert driver_connection is not None
    with driver_connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(as_csv(rows))

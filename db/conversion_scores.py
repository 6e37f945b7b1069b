"""What `pipeline/conversion.py` reads and writes: alerts as arrays in, rows of
`conversion_metrics` out."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sqlalchemy import Connection, Row

from db.queries import run
from db.schema import conversion_metrics
from db.scores import copy_rows
from metrics.calendar import local_day_start
from metrics.conversion import (
    GRACE_SECONDS,
    LONGEST_WINDOW_SECONDS,
    NEVER,
    NOT_KNOWN,
    Alerts,
)

VENUE_DAYS_AT_ONCE = 2_000  # bounds the memory
CELL = ("venue_id", "sent_date", "daypart", "goal_match", "channel", "message_variant")
ARRAYS = (*(f"{name}_seconds" for name in Alerts._fields), "user_numbers")

VenueDay = tuple[str, date]
Columns = dict[str, Any]  # one array or list a column


def conversion_markets(connection: Connection) -> Sequence[Row[Any]]:
    """Every market with alerts: its zone and hours, and what it was last scored for."""
    return run(connection, "conversion_markets").all()


def all_alert_days(connection: Connection, market: Row[Any]) -> list[VenueDay]:
    """Every venue-day of sending of the market."""
    rows = run(
        connection, "all_alert_days", market_id=market.market_id, timezone=market.timezone
    ).all()
    return [(row.venue_id, row.sent_date) for row in rows]


def unscored_alert_days(
    connection: Connection, market: Row[Any], *, now: datetime, window_seconds: int
) -> list[VenueDay]:
    """Venue-days of sending that have to be scored again."""
    rows = run(
        connection,
        "unscored_alert_days",
        market_id=market.market_id,
        timezone=market.timezone,
        scored_for=market.scored_for,
        now=now,
        window_seconds=window_seconds,
    ).all()
    return [(row.venue_id, row.sent_date) for row in rows]


def read_cells(
    connection: Connection, market: Row[Any], days: Sequence[VenueDay]
) -> Iterator[tuple[Sequence[VenueDay], Columns]]:
    """The cells of these venue-days, some at a time: `CELL`, `alerts` (how many) and `ARRAYS`, the
    latter as PostgreSQL writes arrays."""
    for begin in range(0, len(days), VENUE_DAYS_AT_ONCE):
        part = days[begin : begin + VENUE_DAYS_AT_ONCE]
        # PostgreSQL's own midnight is the second one where clocks go back to it.
        starts = {day: local_day_start(day, market.timezone) for day in {day for _, day in part}}
        result = run(
            connection,
            "alerts_to_score",
            venue_ids=[venue_id for venue_id, _ in part],
            sent_dates=[day for _, day in part],
            start_ats=[starts[day] for _, day in part],
            timezone=market.timezone,
            prime_start_hour=market.prime_start_hour,
            prime_end_hour=market.prime_end_hour,
            never=NEVER,
            not_known=NOT_KNOWN,
            grace_seconds=GRACE_SECONDS,
            longest_seconds=LONGEST_WINDOW_SECONDS,
        )
        names = list(result.keys())
        rows = result.all()
        yield part, {name: [row[place] for row in rows] for place, name in enumerate(names)}


def alerts_of(cells: Columns) -> Alerts:
    """The alerts of all cells, one after the other."""
    return Alerts(*(numbers_of(cells[f"{name}_seconds"]) for name in Alerts._fields))


def numbers_of(arrays: Sequence[str]) -> NDArray[np.int64]:
    """What all the arrays hold, one after the other."""
    # One reading for all: an array's text between its braces is a list of numbers.
    text = ",".join(array.strip("{}") for array in arrays if array != "{}")
    return np.fromstring(text, dtype=np.int64, sep=",")


def forget_conversion(connection: Connection, market_id: str) -> None:
    """Empties the market's rows."""
    run(connection, "forget_conversion", market_id=market_id)


def replace_cells(connection: Connection, days: Sequence[VenueDay], cells: Columns) -> None:
    """Replaces the rows of these venue-days."""
    run(
        connection,
        "forget_conversion_days",
        venue_ids=[venue_id for venue_id, _ in days],
        sent_dates=[day for _, day in days],
    )
    copy_rows(connection, conversion_metrics, pa.table(cells))


def finish_conversion(
    connection: Connection, market_id: str, *, now: datetime, window_seconds: int, method_key: str
) -> None:
    """Notes what the market was scored for."""
    run(connection, "forget_unscored_alerts", market_id=market_id)
    run(
        connection,
        "note_conversion_score",
        market_id=market_id,
        scored_for=now,
        window_seconds=window_seconds,
        method_key=method_key,
        now=now,
    )

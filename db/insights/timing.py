"""When tables open, and for when: by weekday and hour, days ahead, and by a venue's own clock."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection

from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import progress
from db.insights.venues import venue
from db.insights.watched import watched_market
from db.queries import run
from db.watching import Market
from metrics.calendar import local_day_bounds, local_time
from metrics.release_clock import ReleaseClock
from metrics.release_clock import release_clock as clock_of

Clock = Literal["opened_hour", "slot_hour"]

# Offsets of zones are whole quarters of an hour.
QUARTER = timedelta(minutes=15)
CLOCK_DAYS = 90


@dataclass(frozen=True)
class WeekdayHours:
    """Drops by weekday (Monday first) and hour of the market's clock; arrays of shape (7, 24).

    clock: when the tables opened (`opened_hour`), or the time they are for (`slot_hour`).
    observed_hours: how long each cell was watched; None for slots, which have no watching of their
    own. is_coverage_assumed: no scans tell of some of it, which counts as watched.
    """

    clock: Clock
    new_drops: NDArray[np.int64]
    observed_hours: NDArray[np.float64] | None
    is_coverage_assumed: bool

    @property
    def per_hour(self) -> NDArray[np.float64] | None:
        """Drops per watched hour; `nan` for cells nobody watched."""
        if self.observed_hours is None:
            return None
        rate: NDArray[np.float64] = np.full((7, 24), np.nan)
        np.divide(self.new_drops, self.observed_hours, out=rate, where=self.observed_hours > 0)
        return rate


def weekday_hours(
    engine: Engine, market_id: str, first: date, last: date, clock: Clock, *, now: datetime
) -> WeekdayHours:
    """The market's drops that opened from `first` through `last`, by weekday and hour.

    Raises `UnknownMarketError`.
    """
    progress(engine, market_id)
    counts = np.zeros((7, 24), dtype=np.int64)
    with engine.connect() as connection:
        for row in run(
            connection,
            "insight_weekday_hours",
            market_id=market_id,
            clock=clock,
            start_date=first,
            end_date=last,
        ):
            counts[row.iso_weekday - 1, row.hour] = row.new_drops
        market = watched_market(connection, market_id, now)
        observed = None
        if clock == "opened_hour":
            observed = np.zeros((7, 24))
            if market is not None:
                observed = _observed_hours(connection, market, first, last)
    is_assumed = market is None or bool(market.assumed_days(first, last).any())
    return WeekdayHours(clock, counts, observed, is_assumed)


def opening_times(
    engine: Engine,
    market_id: str,
    slot_weekday: int,
    first: date,
    last: date,
    *,
    hours: tuple[int, int],
    neighborhood: str | None = None,
) -> pd.DataFrame:
    """When tables for one weekday open: "when do Friday-night tables open?".

    slot_weekday: 1 is Monday. hours: first and last hour of the tables' own time, both included.
    first, last: days of opening. Columns: opened_weekday, opened_hour, lead_days, new_drops.
    Raises `UnknownMarketError`.
    """
    progress(engine, market_id)
    return frame(
        engine,
        "insight_opening_times",
        market_id=market_id,
        neighborhood=neighborhood,
        slot_weekday=slot_weekday,
        first_hour=hours[0],
        last_hour=hours[1],
        start_date=first,
        end_date=last,
    )


def release_clock(
    engine: Engine, venue_id: str, as_of: date, days: int = CLOCK_DAYS
) -> ReleaseClock | None:
    """The venue's release clock over the days that end on `as_of`; None without a drop.

    Raises `UnknownVenueError`.
    """
    facts = venue(engine, venue_id)
    drops = frame(
        engine,
        "insight_openings",
        venue_id=venue_id,
        start_date=as_of - timedelta(days=days - 1),
        end_date=as_of,
    )
    with engine.connect() as connection:
        row = run(connection, "insight_resolution", market_id=facts.market_id).one()
    return clock_of(
        drops["opened_minute"].to_numpy(dtype=np.int64),
        np.array([day.toordinal() for day in drops["opened_date"]], dtype=np.int64),
        drops["lead_days"].to_numpy(dtype=np.int64),
        resolution_seconds=row.resolution_seconds,
    )


def _observed_hours(
    connection: Connection, market: Market, first: date, last: date
) -> NDArray[np.float64]:
    """Hours watched in each weekday and hour of these local days, shape (7, 24)."""
    zone = market.row.timezone
    start, end = local_day_bounds(first, zone)[0], local_day_bounds(last, zone)[1]
    observed = np.zeros(int((end - start) / timedelta(minutes=1)), dtype=bool)

    def minute(instant: datetime) -> int:
        return min(max(int((instant - start) / timedelta(minutes=1)), 0), observed.size)

    # As in `Market.exposure`.
    observed[minute(market.row.first_event_at) : minute(market.assumed_until)] = True
    watch = market.watch(connection, first)
    if watch is not None:
        ahead = watch.first_minute - int(start.timestamp()) // 60
        seen = watch.observed[max(-ahead, 0) :][: max(observed.size - max(ahead, 0), 0)]
        observed[max(ahead, 0) : max(ahead, 0) + seen.size] |= seen
    minutes = observed.reshape(-1, 15).sum(axis=1)
    found = np.zeros((7, 24))
    for quarter, watched in enumerate(minutes.tolist()):
        local = local_time(start + quarter * QUARTER, zone)
        found[local.weekday(), local.hour] += watched / 60
    return found

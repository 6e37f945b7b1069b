"""A market's days and hours: what it had, against what the same weekday or hour had before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Connection

from db.queries import run
from db.watching import Market, dates_between
from metrics.calendar import local_day_bounds
from metrics.compression import Tightness, supply_compression, tightness
from metrics.spikes import WeekdayComparison, day_against_weekday

SUPPLY_WEEKS = 26
SPIKE_WEEKS = 8
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class DailyDrops:
    """Drops and observed share of consecutive local days, and whether no scans told of all of it;
    arrays of shape (days,)."""

    first_date: date
    new_drops: NDArray[np.int64]
    prime: NDArray[np.int64]
    off_peak: NDArray[np.int64]
    exposure: NDArray[np.float64]
    is_assumed: NDArray[np.bool_]

    def at(self, day: date) -> int:
        """The day's position in the arrays."""
        return (day - self.first_date).days


@dataclass(frozen=True)
class SupplyHour:
    """What was to be had in a full hour, and where that stands among the same hours before.

    anchors: those that had a good scan. available_slots: mean a good scan, summed over them. usual:
    the median of the same hour of the week in the 26 weeks before, of hours with the same anchors.
    """

    hour_at: datetime
    local_date: date
    hour: int
    anchors: tuple[str, ...]
    available_slots: float
    usual_slots: float | None
    compression: float | None
    tightness: Tightness | None


def daily_drops(connection: Connection, market: Market, first: date, last: date) -> DailyDrops:
    """The market's days from `first` through `last`, as its daily totals have them."""
    days = len(dates_between(first, last))
    counts = np.zeros((3, days), dtype=np.int64)
    for row in run(
        connection,
        "daily_drops",
        market_id=market.row.market_id,
        first_date=first,
        last_date=last,
    ):
        counts[:, (row.window_date - first).days] = row.new_drops, row.prime, row.off_peak
    new_drops, prime, off_peak = counts
    exposure = market.exposure(connection, first, last)
    is_assumed = market.assumed_days(first, last)
    return DailyDrops(first, new_drops, prime, off_peak, exposure, is_assumed)


def against_weekday(drops: DailyDrops, day: date) -> WeekdayComparison | None:
    """A whole day against the same weekday of the 8 weeks before, which `drops` must hold."""
    at = drops.at(day)
    past = np.arange(at - 7, at - 7 * SPIKE_WEEKS - 1, -7)
    return day_against_weekday(
        int(drops.new_drops[at]),
        float(drops.exposure[at]),
        drops.new_drops[past],
        drops.exposure[past],
    )


def supply_hours(
    connection: Connection, market: Market, first: date, last: date
) -> list[SupplyHour]:
    """Every full hour of these local days in which we looked, oldest first; none without scans."""
    zone = market.row.timezone
    rows = run(
        connection,
        "supply_hours",
        market_id=market.row.market_id,
        timezone=zone,
        first_at=local_day_bounds(first - SUPPLY_WEEKS * WEEK, zone)[0],
        last_at=min(local_day_bounds(last, zone)[1], market.seen_until),
    )
    before: dict[tuple[Any, ...], list[tuple[date, float]]] = defaultdict(list)
    found = []
    for row in rows:
        alike = before[row.local_date.isoweekday(), row.hour, *row.anchors]
        if row.local_date >= first:
            since = row.local_date - SUPPLY_WEEKS * WEEK
            past = [slots for day, slots in alike if since <= day < row.local_date]
            found.append(
                SupplyHour(
                    hour_at=row.hour_at,
                    local_date=row.local_date,
                    hour=row.hour,
                    anchors=tuple(row.anchors),
                    available_slots=row.available_slots,
                    usual_slots=float(np.median(past)) if past else None,
                    compression=supply_compression(row.available_slots, past),
                    tightness=tightness(row.available_slots, past),
                )
            )
        alike.append((row.local_date, row.available_slots))
    return found


def last_hours(hours: Sequence[SupplyHour]) -> dict[date, SupplyHour]:
    """Of each local day the last hour in which every anchor of that day had a good scan."""
    anchors: dict[date, set[str]] = defaultdict(set)
    for hour in hours:
        anchors[hour.local_date].update(hour.anchors)
    return {
        hour.local_date: hour for hour in hours if set(hour.anchors) == anchors[hour.local_date]
    }


def replace_market_metrics(
    connection: Connection,
    market: Market,
    metric_type: str,
    first: date,
    last: date,
    values: Mapping[date, Mapping[str, object]],
    *,
    formula_version: int,
) -> None:
    """Replaces the market's rows of one type from `first` through `last`; infinity becomes null."""
    forget_market_metrics(connection, market.row.market_id, [metric_type], first, last)
    write_market_metrics(
        connection,
        market,
        [(day, metric_type, value) for day, value in values.items()],
        formula_version=formula_version,
    )


def write_market_metrics(
    connection: Connection,
    market: Market,
    rows: Iterable[tuple[date, str, object]],
    *,
    formula_version: int,
) -> None:
    """Writes the market's rows (date, type, value) over those that are there; infinity becomes
    null."""
    computed = [
        {"window_date": day, "metric_type": metric_type, "value": value}
        for day, metric_type, value in rows
    ]
    run(
        connection,
        "write_market_metrics",
        market_id=market.row.market_id,
        rows=orjson.dumps(computed, option=orjson.OPT_UTC_Z).decode(),
        formula_version=formula_version,
        now=market.now,
    )


def forget_market_metrics(
    connection: Connection, market_id: str, metric_types: Sequence[str], first: date, last: date
) -> None:
    """Removes the market's rows of these types from `first` through `last`."""
    run(
        connection,
        "forget_market_metrics",
        market_id=market_id,
        metric_types=list(metric_types),
        first_date=first,
        last_date=last,
    )

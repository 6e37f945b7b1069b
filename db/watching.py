"""When a market was being looked at: its exposure by day, its watch by minute, and from these how
long each drop was seen open. What scoring and reading (`db/insights`) count alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row

from db import scores
from db.packed_drops import CLOSED, Drops
from metrics.calendar import first_whole_day, local_date, local_day_bounds
from metrics.exposure import day_exposure
from metrics.gaps import cut_at_gaps

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Market:
    """A market as one scoring sees it: until when it was watched, and each day's exposure.

    first_date, latest_date: of its drops; the first may lie before anybody looked, where a closing
    implies an opening.
    """

    row: Any
    now: datetime
    resolution_seconds: int
    seen_until: datetime
    first_date: date
    latest_date: date
    today: date
    _exposures: dict[tuple[date, date], NDArray[np.float64]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def has_scans(self) -> bool:
        """Whether anybody ever sent a scan, good or not."""
        return bool(self.row.first_scan_at is not None)

    @property
    def assumed_until(self) -> datetime:
        """Up to here the market counts as watched from its first event on: no scan could tell."""
        instant: datetime = min(self.row.first_scan_at or self.seen_until, self.seen_until)
        return instant

    @property
    def first_whole_date(self) -> date:
        """The first local day that lies wholly after the first event or scan."""
        looks = [self.row.first_event_at, self.row.first_scan_at]
        return first_whole_day(min(look for look in looks if look), self.row.timezone)

    def complete_through(self, last_look: datetime | None = None) -> date:
        """The last local day that was over at the last look, this market's or an earlier one."""
        return local_date(last_look or self.seen_until, self.row.timezone) - timedelta(days=1)

    def exposure(self, connection: Connection, first: date, last: date) -> NDArray[np.float64]:
        """Observed share of each local day from first to last, shape (days,); not to be changed.

        Before the first scan, and where there is none, it is assumed from the first event on.
        """
        # Statements about hundreds of venues ask of the same few spans.
        if (first, last) not in self._exposures:
            self._exposures[first, last] = self._exposure(connection, first, last)
        return self._exposures[first, last]

    def _exposure(self, connection: Connection, first: date, last: date) -> NDArray[np.float64]:
        days = dates_between(first, last)
        bounds = [local_day_bounds(day, self.row.timezone) for day in days]
        assumed = [self._assumed_minutes(*of_day) for of_day in bounds]
        seen = {}
        if self.has_scans:
            until = min(bounds[-1][1], self.seen_until)
            seen = scores.observed_minutes(connection, self.row, bounds[0][0], until)
        watched = np.array(assumed) + [seen.get(day, 0) for day in days]
        lengths = [(end - start) / MINUTE for start, end in bounds]
        return day_exposure(np.minimum(watched, lengths), lengths)

    def assumed_days(self, first: date, last: date) -> NDArray[np.bool_]:
        """Of which local days, from first to last, the exposure is assumed at least in part."""
        days = np.arange(first.toordinal(), last.toordinal() + 1)
        if not self.has_scans:
            return np.ones(len(days), dtype=bool)
        if self.assumed_until <= self.row.first_event_at:
            return np.zeros(len(days), dtype=bool)
        begin, end = (
            local_date(instant, self.row.timezone).toordinal()
            for instant in (self.row.first_event_at, self.assumed_until - timedelta.resolution)
        )
        is_assumed: NDArray[np.bool_] = (begin <= days) & (days <= end)
        return is_assumed

    def _assumed_minutes(self, start: datetime, end: datetime) -> float:
        assumed = min(end, self.assumed_until) - max(start, self.row.first_event_at)
        return float(max(assumed / MINUTE, 0.0))

    def watch(self, connection: Connection, first: date) -> scores.Watch | None:
        """Observed minutes from a local day (or the first scan) on; `None` without scans."""
        if not self.has_scans:
            return None
        start = max(self.row.first_scan_at, local_day_bounds(first, self.row.timezone)[0])
        first_hour = scores.full_hour(start)
        return scores.read_watch(connection, self.row, first_hour, max(first_hour, self.seen_until))


def market_at(row: Row[Any], now: datetime, resolution_seconds: int) -> Market:
    """The market of a row of `scored_markets`, at `now`."""
    return Market(
        row=row,
        now=now,
        resolution_seconds=resolution_seconds,
        seen_until=scores.seen_until(row),
        first_date=local_date(row.first_opened_at, row.timezone),
        latest_date=local_date(row.last_event_at, row.timezone),
        today=local_date(now, row.timezone),
    )


def dates_between(first: date, last: date) -> list[date]:
    """All dates from first to last, both included."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def sundays_between(first: date, last: date) -> Sequence[date]:
    """The Sundays from first to last, both included."""
    return [day for day in dates_between(first, last) if day.isoweekday() == 7]


def seen_open(
    drops: Drops, watch: scores.Watch | None, resolution_seconds: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Seconds each drop was seen open, and whether it was seen to be taken, not lost in a gap."""
    is_closed = drops.kind == CLOSED
    if watch is None:
        return drops.seconds, is_closed
    seconds, is_cut = cut_at_gaps(
        drops.seconds,
        drops.end_minute,
        watch.observed,
        watch.first_minute,
        -(-resolution_seconds // 60),
    )
    return seconds, is_closed & ~is_cut

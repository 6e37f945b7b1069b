"""Score: from the rollup to every derived table, by the formulas of `metrics/`.

Packs the venue-days whose rollup changed (`db/packed_drops.py`), reads drops as arrays, asks
`metrics/` for all windows of many venues at once (`db/windows.py`), and writes
`venue_metrics`, `venue_rolling_metrics` and, with `pipeline/trends.py`, `pipeline/market_days.py`
and `pipeline/market_score.py`, `venue_trends` and `market_metrics`. Scored again is only what
changed: of each venue the days and windows from the first day on whose rollup did, and what `now`
or a later look moved. The rows are a pure function of rollup, open drops, scans, settings and
`now`: `rescore`, which rebuilds everything, gives the same (a test).

Windows are kept for the latest 14 dates; of the dates before, for Sundays those of 28 days.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from db import packed_drops, scores
from db.engine import Connection, Engine
from db.retry import retried
from db.watching import Market, dates_between, market_at, sundays_between
from db.windows import DAY_SCORE_WINDOW, LONGEST_WINDOW, Asked, WindowTable
from db.work import snapshot
from metrics.calendar import local_date
from metrics.catchable import effective_reaction_seconds
from metrics.version import FORMULA_VERSION
from pipeline.market_days import score_market_days
from pipeline.market_score import score_market
from pipeline.trends import score_trends
from settings import Settings

WINDOWS: tuple[int, ...] = (7, 14, 28, LONGEST_WINDOW)
SUNDAY_WINDOW = 28
LATEST_DATES = 14
PACKERS = 2  # as many cores as the smallest machine has

Windows = dict[date, tuple[int, ...]]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Touched:
    """Venues with the first and the last day that changed, and all days that did in any of them."""

    venues: dict[str, tuple[date, date]]
    days: list[date]

    @property
    def first(self) -> date:
        """The earliest day of all."""
        return self.days[0]

    @property
    def last(self) -> date:
        """The latest day of all."""
        return self.days[-1]


def score(
    connection: Connection, settings: Settings, now: datetime, *, everything: bool = False
) -> int:
    """Brings the derived tables up to date; returns the number of venues looked at anew.

    Runs in the caller's transaction, whose rollup must hold every batch that it can see.
    everything: compute all rows anew, from days that `pack_everything` packed anew before.
    """
    return sum(
        _score_market(connection, settings, row, now, everything=everything)
        for row in scores.scored_markets(connection)
    )


def pack_everything(engine: Engine) -> None:
    """Packs all days of all venues anew, some venues a transaction, on two connections at once.

    What is packed is a function of rollup, open drops and prime hours: who reads between two of
    these transactions finds what was there before. Days of batches that come in meanwhile are
    packed when those are scored. To be called with `db.work.exclusive` held.
    """

    def pack(venue_ids: list[str]) -> None:
        with snapshot(engine) as connection:
            packed_drops.pack_venues(connection, venue_ids)

    with engine.connect() as connection:
        parts = packed_drops.venues_to_pack(connection)
    with ThreadPoolExecutor(PACKERS) as pool:
        for _ in pool.map(lambda venue_ids: retried(lambda: pack(venue_ids)), parts):
            pass


def _score_market(
    connection: Connection, settings: Settings, row: Any, now: datetime, *, everything: bool
) -> int:
    resolution = row.poll_interval_seconds or settings.poll_interval_seconds
    reaction = effective_reaction_seconds(settings.reaction_seconds, resolution)
    method_key = (
        f"formulas {FORMULA_VERSION}, reaction {reaction} s, resolution {resolution} s, "
        f"prime {row.prime_start_hour}-{row.prime_end_hour}, first event {row.first_event_at}, "
        f"first scan {row.first_scan_at}"
    )
    market = market_at(row, now, resolution)
    as_of_dates = _latest_dates(market)
    known_dates = set(row.as_of_dates or ())
    if row.method_key != method_key and not everything:
        everything = True
        for venue_ids in packed_drops.venues_to_pack(connection, row.market_id):
            packed_drops.pack_venues(connection, venue_ids)
    else:
        packed_drops.pack_changed(connection, row.market_id)
    touched, new_dates = _to_score(connection, market, as_of_dates, everything=everything)
    _score_venues(connection, market, touched, as_of_dates, new_dates, reaction)
    seen_before = None if everything else row.seen_until
    score_trends(connection, market, touched.venues, reaction, seen_before=seen_before)
    span = None
    if touched.days:
        span = touched.first, touched.last
        score_market_days(connection, market, touched.days)
    score_market(connection, market, span, seen_before=seen_before)
    is_new = everything or bool(touched.venues or new_dates) or row.seen_until != market.seen_until
    scores.finish_market(
        connection,
        row.market_id,
        scored_for=now,
        seen_until=market.seen_until,
        as_of_dates=as_of_dates,
        outdated_dates=sorted(known_dates - set(as_of_dates)),
        method_key=method_key,
        reaction_seconds=reaction,
        computed_at=now if is_new else row.computed_at,
    )
    return len(touched.venues)


def _to_score(
    connection: Connection,
    market: Market,
    as_of_dates: list[date],
    *,
    everything: bool,
) -> tuple[Touched, Windows]:
    """What is to be scored anew, and the windows that are new for all venues."""
    row = market.row
    if everything:
        venue_ids = scores.venues_since(connection, row.market_id, date.min)
        days = dates_between(market.first_date, market.latest_date)
        return Touched(dict.fromkeys(venue_ids, (days[0], days[-1])), days), {}
    unfinished = local_date(min(row.seen_until, market.seen_until), row.timezone)
    touched = _touched(
        scores.unscored_days(
            connection,
            row.market_id,
            scored_for=row.scored_for,
            now=market.now,
            seen_before=row.seen_until,
            seen_until=market.seen_until,
            unfinished=unfinished,
            has_scans=market.has_scans,
            resolution_seconds=market.resolution_seconds,
        )
    )
    known = set(row.as_of_dates)
    new_dates: Windows = {day: WINDOWS for day in as_of_dates if day not in known}
    # Sundays that were never among the latest dates, because nothing ran meanwhile.
    first_new = max(known) + DAY
    if row.seen_until != market.seen_until:
        # Days that were not over when they were last scored have more exposure by now.
        first_new = min(first_new, unfinished)
        new_dates |= {day: WINDOWS for day in as_of_dates if day >= unfinished}
    new_dates |= {
        day: (SUNDAY_WINDOW,)
        for day in sundays_between(first_new, as_of_dates[-1])
        if day not in as_of_dates
    }
    return touched, new_dates


def _touched(venue_days: Sequence[tuple[str, date]]) -> Touched:
    venues: dict[str, tuple[date, date]] = {}
    for venue_id, day in venue_days:
        first, last = venues.get(venue_id, (day, day))
        venues[venue_id] = min(first, day), max(last, day)
    return Touched(venues, sorted({day for _, day in venue_days}))


def _latest_dates(market: Market) -> list[date]:
    """The 14 dates up to today and, where the data end elsewhere, the 14 up to its latest day."""
    dates = {
        end - timedelta(days=back)
        for end in (market.today, market.latest_date)
        for back in range(LATEST_DATES)
    }
    return sorted(
        day
        for day in dates
        if market.first_date <= day <= market.latest_date + LONGEST_WINDOW * DAY
    )


def _score_venues(
    connection: Connection,
    market: Market,
    touched: Touched,
    as_of_dates: list[date],
    new_dates: Windows,
    reaction: float,
) -> None:
    """Writes the touched venues' days and windows from their first touched day on, and all venues'
    windows of the new dates."""
    windows = dict(new_dates)
    if touched.days:
        windows |= {day: WINDOWS for day in as_of_dates if day >= touched.first}
        windows |= {
            day: (SUNDAY_WINDOW,)
            for day in sundays_between(touched.first, touched.last + LONGEST_WINDOW * DAY)
            if day < as_of_dates[-1] and day not in as_of_dates
        }
    since = {venue_id: first for venue_id, (first, _) in touched.venues.items()}
    if new_dates:
        oldest = max(market.first_date, min(new_dates) - LONGEST_WINDOW * DAY)
        for venue_id in scores.venues_since(connection, market.row.market_id, oldest):
            since.setdefault(venue_id, date.max)
    if not since:
        return
    # A day's scores are of the 14 days that end on it, so they reach that far past what changed.
    until = {
        venue_id: max(last, min(last + (DAY_SCORE_WINDOW - 1) * DAY, market.latest_date))
        for venue_id, (_, last) in touched.venues.items()
    }
    scores.forget_venue_windows(connection, since, sorted(windows), sorted(new_dates))
    scores.forget_venue_days(connection, touched.venues, until)

    ends = [*windows, *([touched.first, max(until.values())] if touched.days else [])]
    first_date = min(ends) - (LONGEST_WINDOW - 1) * DAY
    last_date = max(ends)
    exposure = market.exposure(connection, first_date, last_date)
    is_assumed = market.assumed_days(first_date, last_date)
    watch = market.watch(connection, first_date)
    pairs = [(day, size) for day in sorted(windows) for size in windows[day]]
    for drops in packed_drops.read_drops(
        connection,
        sorted(since),
        first_date,
        last_date,
        now=market.now,
        seen_until=market.seen_until,
    ):
        asked = Asked(
            ends=np.array([(day - first_date).days for day, _ in pairs], dtype=np.int64),
            sizes=np.array([size for _, size in pairs], dtype=np.int64),
            is_for_all=np.array([day in new_dates for day, _ in pairs], dtype=bool),
            since=np.array([(since[venue] - first_date).days for venue in drops.venue_ids]),
            until=np.array(
                [(until.get(venue, date.min) - first_date).days for venue in drops.venue_ids]
            ),
        )
        table = WindowTable(drops, exposure, is_assumed, watch, first_date, reaction, market)
        scores.write_venue_windows(connection, table.rolling_rows(asked))
        scores.write_venue_days(connection, table.day_rows(asked))

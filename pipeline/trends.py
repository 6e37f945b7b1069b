"""Trends: each venue's weekly tables over up to 26 weeks, as of the Sunday that ends each of them.

What counts is a prime drop for two (or unknown) that outlasts the reaction time. Weeks are ISO
weeks; one is complete if it begins after the first look and somebody looked after it was over. A
pass that touches only the week that is running costs nothing here. Labels are made on reading, for
they need all of the market's venues (`db/insights/trends.py`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from db import packed_drops, scores
from db.engine import Connection
from db.watching import Market, seen_open, sundays_between
from metrics.trend import outlasts, weekly_trends
from metrics.version import FORMULA_VERSION

WEEKS = 26
WEEK = timedelta(days=7)


def score_trends(
    connection: Connection,
    market: Market,
    touched: Mapping[str, tuple[date, date]],
    reaction_seconds: float,
    *,
    seen_before: datetime | None,
) -> None:
    """Brings `venue_trends` up to date: Sundays after touched days, and Sundays that are new.

    touched: venues with the first and the last day that changed. seen_before: the last look of the
    scoring before; `None` where everything is computed anew, and `touched` then holds every venue.
    """
    through = _sunday_on_or_before(market.complete_through())
    known = _sunday_on_or_before(market.complete_through(seen_before))
    if seen_before is None:
        scores.forget_trends(connection, market.row.market_id)
    by_first: dict[date, list[str]] = defaultdict(list)
    for venue_id, (first_day, _) in touched.items():
        by_first[_sunday_on_or_after(first_day)].append(venue_id)
    for first_sunday, venue_ids in by_first.items():
        last_day = max(touched[venue_id][1] for venue_id in venue_ids)
        last_sunday = _sunday_on_or_after(last_day) + (WEEKS - 1) * WEEK
        sundays = sundays_between(first_sunday, min(last_sunday, known))
        _score(connection, market, venue_ids, sundays, reaction_seconds)
    if new := sundays_between(known + WEEK, through):
        venue_ids = scores.venues_since(connection, market.row.market_id, _first_day(new[0]))
        _score(connection, market, venue_ids, new, reaction_seconds)


def _score(
    connection: Connection,
    market: Market,
    venue_ids: Sequence[str],
    sundays: Sequence[date],
    reaction_seconds: float,
) -> None:
    """Replaces the venues' rows as of these consecutive Sundays, all of complete weeks."""
    if not venue_ids or not sundays:
        return
    first, last = _first_day(sundays[0]), sundays[-1]
    observed_days = market.exposure(connection, first, last).reshape(-1, 7).sum(axis=1)
    # A week in which the looking began is no whole week, however much of it was watched.
    observed_days[: max(-((first - market.first_whole_date) // WEEK), 0)] = 0
    watch = market.watch(connection, first)
    scores.forget_venue_trends(connection, venue_ids, sundays)
    for drops in packed_drops.read_drops(
        connection, venue_ids, first, last, now=market.now, seen_until=market.seen_until
    ):
        seconds, is_taken = seen_open(drops, watch, market.resolution_seconds)
        is_catchable = drops.is_prime & drops.is_small
        is_counted = is_catchable & outlasts(seconds, is_taken, reaction_seconds)
        tables = _weekly(drops, is_counted, len(observed_days))
        rows = [
            row
            for index, sunday in enumerate(sundays)
            for row in _rows(
                drops.venue_ids,
                tables[:, index : index + WEEKS],
                observed_days[index : index + WEEKS],
                sunday,
                market,
            )
        ]
        scores.write_venue_trends(connection, pa.Table.from_pylist(rows))


def _weekly(
    drops: packed_drops.Drops, is_counted: NDArray[np.bool_], weeks: int
) -> NDArray[np.int64]:
    """Counted drops of each venue in each week, shape (venues, weeks)."""
    shape = (len(drops.venue_ids), weeks)
    key = drops.venue * weeks + drops.day // 7
    return np.bincount(key[is_counted], minlength=shape[0] * weeks).reshape(shape)


def _rows(
    venue_ids: Sequence[str],
    tables: NDArray[np.int64],
    observed_days: NDArray[np.float64],
    sunday: date,
    market: Market,
) -> list[dict[str, object]]:
    """Rows of `venue_trends`; none for a venue with too little to tell."""
    return [
        {
            "venue_id": venue_id,
            "as_of_date": sunday,
            "market_id": market.row.market_id,
            **vars(trend),
            "formula_version": FORMULA_VERSION,
            "computed_at": market.now,
        }
        for venue_id, trend in zip(venue_ids, weekly_trends(tables, observed_days), strict=True)
        if trend is not None
    ]


def _first_day(sunday: date) -> date:
    """The Monday on which the 26 weeks that end on a Sunday begin."""
    return sunday - WEEKS * WEEK + timedelta(days=1)


def _sunday_on_or_after(day: date) -> date:
    return day + timedelta(days=7 - day.isoweekday())


def _sunday_on_or_before(day: date) -> date:
    return day - timedelta(days=day.isoweekday() % 7)

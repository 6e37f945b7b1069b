"""The tightest and the loosest day of a week: by what was to be had, or by tables opened."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from db.engine import Engine
from db.insights.facts import About
from db.insights.supply import supply_days
from metrics.extreme_facts import opened_day_fact, supply_day_fact
from metrics.facts import Fact
from metrics.newsworthiness import FEWEST_COMPARABLE_DAYS, PAST_WEEKS, USUAL_WATCHING
from metrics.week_extremes import ComparedDay, by_supply, by_tables, ends

DAY = timedelta(days=1)
EXTREMES = ("tightest_day", "loosest_day")


def extremes(
    engine: Engine,
    about: About,
    place: str,
    days: pd.DataFrame,
    first: date,
    link: str,
    end_at: datetime,
) -> tuple[Fact | None, Fact | None]:
    """The facts on both, by what was to be had, by tables where that is not known; None where days
    are level. days: rows of `market_days` to the Sunday of the week that begins on `first`."""
    by_day = supply_compared(engine, str(about.market.row.market_id), first, end_at)
    if not by_day:
        return _by_tables(about, place, days, first, link)
    names = list(by_day)
    tight, loose = (
        supply_day_fact(
            kind,
            place,
            names[found.at],
            found,
            [names[at] for at in found.level_with],
            by_day[names[found.at]][1],
            replace(about.context(names[found.at], names[found.at]), permalink=link),
        )
        for kind, found in zip(EXTREMES, ends([found for found, _ in by_day.values()]), strict=True)
    )
    return tight, loose


def supply_compared(
    engine: Engine, market_id: str, first: date, end_at: datetime
) -> Mapping[date, tuple[ComparedDay, int]]:
    """What was to be had on each day of the week that begins on `first` against the same hours
    before, and how many hours that is of; empty where too little is known. Raises
    `UnknownMarketError`."""
    start, last = first - 7 * PAST_WEEKS * DAY, first + 6 * DAY
    by_day = supply_days(engine, market_id, start, last, now=end_at)
    grid = by_day.reindex([start + number * DAY for number in range(7 * (PAST_WEEKS + 1))])
    week, past = grid.iloc[-7:].dropna(), grid.iloc[:-7]
    found = by_supply(
        week["available_slots"],
        week["usual_slots"],
        past["available_slots"].to_numpy(dtype=float).reshape(-1, 7),
        past["usual_slots"].to_numpy(dtype=float).reshape(-1, 7),
    )
    hours = [int(number) for number in week["hours"]]
    return dict(zip(week.index, zip(found or (), hours, strict=False), strict=False))


def _by_tables(
    about: About, place: str, days: pd.DataFrame, first: date, link: str
) -> tuple[Fact | None, Fact | None]:
    """The same by how many tables opened, of the days watched whole. None where days are level, or
    where the little that was missed of one could make it another."""
    is_whole = days["coverage_rate"] >= USUAL_WATCHING
    whole = days[is_whole & (days["window_date"] >= first)]
    if len(whole) < FEWEST_COMPARABLE_DAYS:
        return None, None
    before = days[is_whole & (days["window_date"] < first)]
    weekdays = pd.Series([day.weekday() for day in before["window_date"]], index=before.index)
    drops = whole["drops"].to_numpy(dtype=np.int64)
    exposure = whole["coverage_rate"].to_numpy(dtype=float)
    rate = drops / exposure
    found = by_tables(
        drops.tolist(),
        exposure.tolist(),
        [
            (own["drops"].tolist(), own["coverage_rate"].tolist())
            for _, own in before.groupby(weekdays)
        ],
    )

    assert found is not None  # there are several days

    def told(kind: str, extreme: ComparedDay, by_rate: int) -> Fact | None:
        at = extreme.at
        if at != by_rate or (drops == drops[at]).sum() > 1:
            return None
        day = whole["window_date"].iloc[at]
        context = replace(about.context(day, day), permalink=link)
        level = [(whole["window_date"].iloc[k], int(drops[k])) for k in extreme.level_with]
        return opened_day_fact(kind, place, day, extreme, level, len(whole), context)

    fewest, most = EXTREMES
    return (
        told(fewest, found[0], int(rate.argmin())),
        told(most, found[1], int(rate.argmax())),
    )

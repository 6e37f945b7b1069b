"""Which weekday or hour brings more tables, as far as the days watched tell."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from db.engine import Engine
from db.insights.days import market_days
from db.insights.facts import About
from db.insights.frames import frame
from db.insights.market import markets_asked_for
from db.insights.watched import watched_market
from metrics.facts import Fact
from metrics.weekday_facts import opening_hour_fact, sides_fact, weekday_pattern_fact
from metrics.weekday_pattern import (
    BusiestCell,
    WeekdayPattern,
    busiest_cell,
    prime_against_off_peak,
    weekday_pattern,
)


@dataclass(frozen=True)
class Night:
    """The tables of one night: ISO weekday, first and last hour of their own time, both included;
    words as in "Friday-night"."""

    words: str
    iso_weekday: int
    hours: tuple[int, int]


def prime_pattern(days: pd.DataFrame) -> WeekdayPattern | None:
    """The weekday pattern of prime tables; days: consecutive rows of `market_days`."""
    if days.empty:
        return None
    return weekday_pattern(
        days["prime_time_drops"],
        days["coverage_rate"],
        first_weekday=days["window_date"].iloc[0].weekday(),
    )


def timing_facts(
    engine: Engine, market_id: str, first: date, last: date, night: Night, *, now: datetime
) -> list[Fact]:
    """What may be said of when a market's tables open: when those of one night do, which weekday
    brings most prime tables, and whether these are more than the others.

    Empty before the market's first scoring. Raises `UnknownMarketError`.
    """
    name = str(markets_asked_for(engine, market_id)["name"].iloc[0]).replace(" (simulated)", "")
    days = market_days(engine, market_id, first, last, now=now)
    with engine.connect() as connection:
        market = watched_market(connection, market_id, now)
    if market is None or days.empty:
        return []
    link = urlencode({"market": market_id, "days": (last - first).days + 1, "days_to": str(last)})
    context = About(engine, market, f"/timing?{link}").context(first, last)
    sides = prime_against_off_peak(
        days["prime_time_drops"],
        days["off_peak_drops"],
        days["coverage_rate"],
        first_weekday=days["window_date"].iloc[0].weekday(),
    )
    return [
        opening_hour_fact(night.words, _opening_hour(engine, market_id, days, night), context),
        weekday_pattern_fact(name, prime_pattern(days), context),
        sides_fact(name, sides, context),
    ]


def _opening_hour(
    engine: Engine, market_id: str, days: pd.DataFrame, night: Night
) -> BusiestCell | None:
    """The weekday and hour at which most tables of a night open."""
    first = days["window_date"].iloc[0]
    counts = np.zeros((len(days), 24))
    found = frame(
        engine,
        "insight_opening_days",
        market_id=market_id,
        slot_weekday=night.iso_weekday,
        first_hour=night.hours[0],
        last_hour=night.hours[1],
        start_date=first,
        end_date=days["window_date"].iloc[-1],
    )
    for row in found.itertuples():
        counts[(row.opened_date - first).days, row.opened_hour] = row.new_drops
    return busiest_cell(
        counts,
        days["coverage_rate"],
        first_weekday=first.weekday(),
    )

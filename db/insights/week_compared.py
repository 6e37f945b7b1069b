"""A week against the eight before it, as pages show it: the figures of an edition's sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import markets_asked_for
from db.insights.venues import venue
from db.insights.watched import watched_market
from db.insights.week_extremes import supply_compared
from db.insights.week_questions import WEEKS_READ, Asked, Questions
from db.insights.week_standing import first_seen_names
from db.market_days import daily_drops
from metrics.calendar import IsoWeek, iso_week_bounds, iso_week_end
from metrics.newsworthiness import PAST_WEEKS, Departure, against_past_weeks
from metrics.proportions import Proportion, proportion

DAY, WEEK = timedelta(days=1), timedelta(days=7)
COMPARED = ["tables", "usual", "ratio", "lower", "upper"]
SUPPLY = ["supply_change", "supply_lower", "supply_upper"]
UNKNOWN = (np.nan, np.nan)
LABELS = {"market_week": "All tables", "market_prime": "Prime tables"}


@dataclass(frozen=True)
class WeekCompared:
    """A market's week against its past.

    parts: `what` (all tables, prime ones, those of a part of the day or a neighborhood) with
    COMPARED (usual: how many the same weekdays of the 8 weeks before bring; ratio with its 95 %
    interval; `nan` where nothing can be compared), of the days asked for. days: each day of the
    week: local_date, COMPARED, and SUPPLY, what was to be had against the same hours before (`nan`
    where that is not known). prime: share of the week's tables for prime time. first_seen: venues
    whose first table ever seen opened in the week.
    """

    first_date: date
    last_date: date
    parts: pd.DataFrame
    days: pd.DataFrame
    prime: Proportion | None
    first_seen: Sequence[str]


def week_compared(
    engine: Engine, market_id: str, week: IsoWeek, days: Sequence[int] = range(7)
) -> WeekCompared | None:
    """The week, as of its end, as an edition reads it; None before the market's first scoring.

    days: of the week, 0 is Monday, for `parts`. Raises `UnknownMarketError`.
    """
    zone = str(markets_asked_for(engine, market_id)["timezone"].iloc[0])
    first, last = iso_week_bounds(week)
    end_at = iso_week_end(week, zone)
    with engine.connect() as connection:
        market = watched_market(connection, market_id, end_at)
        if market is None or last < market.first_date:
            return None
        drops = daily_drops(connection, market, first - (WEEKS_READ - 1) * WEEK, last)
    reader = Questions(engine, market, "", first, last, drops.exposure)
    totals = reader.totals(drops.new_drops, drops.prime, days)
    parts = [*totals[:2], *reader.dayparts(days), *reader.neighborhoods(days)]
    daily = pd.DataFrame(
        [_figures(one.found) for one in totals[2:]], columns=COMPARED, dtype="float64"
    )
    supply = supply_compared(engine, market_id, first, end_at)
    of_day = [first + number * DAY for number in range(7)]
    daily[SUPPLY] = [
        (supply[day][0].number, *(supply[day][0].interval or UNKNOWN))
        if day in supply
        else (np.nan, *UNKNOWN)
        for day in of_day
    ]
    daily.insert(0, "local_date", of_day)
    daily["tables"] = drops.new_drops[-7:]
    return WeekCompared(
        first_date=first,
        last_date=last,
        parts=pd.DataFrame(
            [(_label(one), *_figures(one.found)) for one in parts], columns=["what", *COMPARED]
        ),
        days=daily,
        prime=proportion(int(drops.prime[-7:].sum()), int(drops.new_drops[-7:].sum())),
        first_seen=first_seen_names(engine, market, first, last),
    )


def venue_week_compared(engine: Engine, venue_id: str, week: IsoWeek) -> Departure | None:
    """A venue's week against the eight before it; None where too little was watched, or nothing is
    usual there. Raises `UnknownVenueError`."""
    market_id = venue(engine, venue_id).market_id
    zone = str(markets_asked_for(engine, market_id)["timezone"].iloc[0])
    first, last = iso_week_bounds(week)
    start = first - PAST_WEEKS * WEEK
    with engine.connect() as connection:
        market = watched_market(connection, market_id, iso_week_end(week, zone))
        if market is None or last < market.first_date:
            return None
        exposure = market.exposure(connection, start, last)
    history = frame(
        engine, "insight_venue_history", venue_id=venue_id, start_date=start, end_date=last
    )
    daily = np.zeros((1, exposure.size))
    for row in history.itertuples():
        daily[0, (row.window_date - start).days] = row.new_drop_count
    return against_past_weeks(daily, exposure)[0]


def _figures(found: Departure | None) -> tuple[float, ...]:
    if found is None:
        return (np.nan,) * len(COMPARED)
    return found.observed, found.expected, found.ratio, found.lower, found.upper


def _label(one: Asked) -> str:
    kind, _, subject = one.key.partition(":")
    if kind == "daypart":
        return f"Opened {subject}"
    return LABELS.get(kind, subject)

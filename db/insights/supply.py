"""Is the market tight: supply by the hour, spikes by the day, this week against the last."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pandas as pd

from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import progress
from db.insights.venues import venue
from db.insights.watched import watched_market
from db.market_days import daily_drops, supply_hours
from metrics.compression import FEWEST_FOR_A_WORD
from metrics.rates import RateRatio, last_against_previous

WEEK_DAYS = 7
FEWEST_HOURS = 6
"""Of a day, to say what was to be had on it."""


@dataclass(frozen=True)
class WeekOverWeek:
    """Drops of 7 complete days against the 7 before.

    ratio: per observed day, with its 95 % interval; None where either week was not watched.
    """

    last_date: date
    last_count: int
    previous_count: int
    ratio: RateRatio | None


def supply(
    engine: Engine, market_id: str, first: date, last: date, *, now: datetime
) -> pd.DataFrame:
    """What was to be had in each full hour we looked at, from `first` through `last`.

    Columns: hour_at, local_date, hour, available_slots (mean a good scan, summed over anchors),
    usual_slots (median of the same hour of the week in the 26 weeks before), compression,
    tightness, tighter_than, comparable_hours, level. Empty without scans. Raises
    `UnknownMarketError`.
    """
    with engine.connect() as connection:
        market = watched_market(connection, market_id, now)
        hours = [] if market is None else supply_hours(connection, market, first, last)
    return pd.DataFrame(
        [
            {
                "hour_at": hour.hour_at,
                "local_date": hour.local_date,
                "hour": hour.hour,
                "available_slots": hour.available_slots,
                "usual_slots": hour.usual_slots,
                "compression": hour.compression,
                "tightness": hour.tightness and hour.tightness.share,
                "tighter_than": hour.tightness.tighter_than if hour.tightness else 0,
                "comparable_hours": hour.tightness.comparable_hours if hour.tightness else 0,
                "level": hour.tightness and hour.tightness.level,
            }
            for hour in hours
        ],
        columns=[
            "hour_at",
            "local_date",
            "hour",
            "available_slots",
            "usual_slots",
            "compression",
            "tightness",
            "tighter_than",
            "comparable_hours",
            "level",
        ],
    )


def supply_days(
    engine: Engine, market_id: str, first: date, last: date, *, now: datetime
) -> pd.DataFrame:
    """What was to be had on each day, by the day, of which six or more hours can be compared with
    four or more like them.

    Columns: available_slots, usual_slots (sums of the hours that can be compared), hours. Raises
    `UnknownMarketError`.
    """
    hours = supply(engine, market_id, first, last, now=now)
    hours = hours[hours["comparable_hours"] >= FEWEST_FOR_A_WORD]
    by_day = hours.groupby("local_date")[["available_slots", "usual_slots"]].sum()
    by_day["hours"] = hours.groupby("local_date").size()
    return by_day[(by_day["hours"] >= FEWEST_HOURS) & (by_day["usual_slots"] > 0)]


def spikes(engine: Engine, market_id: str, first: date, last: date) -> pd.DataFrame:
    """Whole days against the same weekday of the 8 weeks before, oldest first.

    Columns: window_date, new_drops, new_drops_per_day, usual_per_day, spreads_above, ratio,
    ratio_lower, ratio_upper, past_days, is_spike. Days with too little to compare have no row.
    Raises `UnknownMarketError`.
    """
    columns = ["new_drops", "new_drops_per_day", "usual_per_day", "spreads_above", "ratio"]
    columns += ["ratio_lower", "ratio_upper", "past_days", "is_spike"]
    progress(engine, market_id)
    rows = frame(
        engine,
        "insight_market_metrics",
        market_ids=[market_id],
        start_dates=[first],
        end_dates=[last],
        metric_types=["spikes"],
    ).iloc[::-1]
    found = pd.DataFrame(rows["value"].tolist(), columns=columns)
    found.insert(0, "window_date", rows["window_date"].tolist())
    return found


def week_over_week(
    engine: Engine,
    *,
    market_id: str | None = None,
    venue_id: str | None = None,
    as_of: date,
    now: datetime,
) -> WeekOverWeek | None:
    """All drops of the last 7 complete days up to `as_of` against the 7 before.

    Of a market or of one venue; None before the first scoring. Raises `UnknownMarketError`,
    `UnknownVenueError`, and ValueError unless exactly one of them is named.
    """
    if (market_id is None) == (venue_id is None):
        raise ValueError("name a market or a venue")
    if venue_id is not None:
        market_id = venue(engine, venue_id).market_id
    assert market_id is not None
    progress(engine, market_id)
    with engine.connect() as connection:
        market = watched_market(connection, market_id, now)
        if market is None:
            return None
        last = min(as_of, market.complete_through())
        first = last - timedelta(days=2 * WEEK_DAYS - 1)
        days = daily_drops(connection, market, first, last)
    counts = days.new_drops.tolist()
    if venue_id is not None:
        history = frame(
            engine, "insight_venue_history", venue_id=venue_id, start_date=first, end_date=last
        )
        counts = [0] * len(counts)
        for row in history.itertuples():
            counts[days.at(row.window_date)] = row.new_drop_count
    exposure = days.exposure.tolist()
    return WeekOverWeek(
        last_date=last,
        last_count=sum(counts[WEEK_DAYS:]),
        previous_count=sum(counts[:WEEK_DAYS]),
        ratio=last_against_previous(
            counts[WEEK_DAYS:], exposure[WEEK_DAYS:], counts[:WEEK_DAYS], exposure[:WEEK_DAYS]
        ),
    )

"""Frames in the shapes that the figures about the market ask for."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from charts.gaps import is_gap
from dashboard.formats import known
from db.insights import WeekdayHours
from metrics.tiers import Tier
from metrics.trend import Direction

DAY = timedelta(days=1)


def cells_of(hours: WeekdayHours, days: int) -> pd.DataFrame:
    """The heatmap's cells: tables an hour where the watching is known, else tables a week."""
    weekday, hour = np.divmod(np.arange(7 * 24), 24)
    rates = hours.per_hour
    cells = pd.DataFrame({"weekday": weekday, "hour": hour, "tables": hours.new_drops.ravel()})
    if rates is None or hours.observed_hours is None:
        return cells.assign(drops=cells["tables"] * 7 / days)
    return cells.assign(
        drops=rates.ravel(),
        watched_hours=hours.observed_hours.ravel(),
        is_watched=hours.observed_hours.ravel() > 0,
    )


def matched_weeks(days: pd.DataFrame, last: date) -> pd.DataFrame:
    """The week that holds `last` and the one before it, weekday beside weekday; None for days that
    are not there yet and for days nobody watched for at least half.

    days: rows of `insights.market_days`; a coverage that is missing leaves the day in. Columns:
    weekday, this_week, last_week, usual.
    """
    monday = last - last.weekday() * DAY
    seen = days.assign(drops=days["drops"].astype("Float64")).set_index("window_date")
    seen.loc[is_gap(seen), "drops"] = pd.NA
    this_week = [monday + k * DAY for k in range(7)]
    until_now = [day if day <= last else None for day in this_week]
    return pd.DataFrame(
        {
            "weekday": range(7),
            "this_week": seen["drops"].reindex(until_now).tolist(),
            "last_week": seen["drops"].reindex([day - 7 * DAY for day in this_week]).tolist(),
            "usual": _usual(seen, this_week),
        }
    )


def _usual(seen: pd.DataFrame, week: list[date]) -> list[float | None]:
    """The usual of each weekday; of days to come, that of the week before."""
    usual = seen["usual"].reindex(week)
    before = seen["usual"].reindex([day - 7 * DAY for day in week]).set_axis(usual.index)
    return [known(value) for value in usual.fillna(before)]


def weeks_by_neighborhood(counted: pd.DataFrame, first: date, last: date) -> pd.DataFrame:
    """Whole weeks within the window, one row for each neighborhood and week.

    counted: rows of `insights.neighborhood_days`.
    """
    monday = first + (-first.weekday() % 7) * DAY
    mondays = [
        monday + 7 * k * DAY
        for k in range(((last - monday).days + 1) // 7 if last >= monday else 0)
    ]
    if counted.empty or not mondays:
        return pd.DataFrame(columns=["neighborhood", "week_date", "drops"])
    by_week = counted.assign(
        week_date=[day - day.weekday() * DAY for day in counted["window_date"]]
    ).pivot_table(
        index="neighborhood", columns="week_date", values="drops", aggfunc="sum", dropna=False
    )
    return (
        by_week.reindex(columns=pd.Index(mondays, name="week_date"))
        .fillna(0)
        .astype("int64")
        .stack()
        .rename("drops")
        .reset_index()
    )


def opened_cells(openings: pd.DataFrame) -> pd.DataFrame:
    """weekday, hour, drops: when a venue's tables opened, of rows of `insights.venue_openings`."""
    return _counted(
        [day.weekday() for day in openings["opened_date"]],
        [int(minute) // 60 for minute in openings["opened_minute"]],
    )


def slot_cells(openings: pd.DataFrame) -> pd.DataFrame:
    """weekday, hour, drops: what a venue's tables were for, of rows as in `opened_cells`."""
    return _counted(
        [day.weekday() for day in openings["slot_date"]],
        [int(hour) for hour in openings["slot_hour"]],
    )


def _counted(weekdays: list[int], hours: list[int]) -> pd.DataFrame:
    cells = pd.DataFrame({"weekday": weekdays, "hour": hours})
    return cells.value_counts(sort=False).rename("drops").reset_index()


def easiest_of_the_hard(ranking: pd.DataFrame) -> pd.DataFrame:
    """The ranked venues that are not surely gettable, the easiest first.

    ranking: rows of `insights.ranking`.
    """
    hard = ranking[ranking["rank"].notna() & (ranking["tier"] != str(Tier.GETTABLE))]
    return hard.iloc[::-1].reset_index(drop=True)


def neighbours(ranking: pd.DataFrame, venue_id: str, reach: int) -> pd.DataFrame:
    """A ranked venue with up to `reach` ranked venues on either side; empty where it has no rank.

    ranking: rows of `insights.ranking`, hardest first.
    """
    ranked = ranking[ranking["rank"].notna()].reset_index(drop=True)
    at = ranked.index[ranked["venue_id"] == venue_id]
    if at.empty:
        return ranked.iloc[:0]
    return ranked.iloc[max(int(at[0]) - reach, 0) : int(at[0]) + reach + 1]


def is_moving(trends: pd.DataFrame, label: str) -> pd.Series:
    """Which rows of `insights.trends` point into the direction of a label, certain or not.

    A venue gets harder where fewer tables can be caught each week.
    """
    is_fewer: pd.Series = trends["change_per_week"] < 0
    return is_fewer if label == str(Direction.HARDER) else trends["change_per_week"] > 0

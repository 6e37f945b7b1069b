"""Days nobody watched: a gap in every line over days, marked as one."""

from datetime import date, timedelta

import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Look

LEAST_COVERAGE = 0.5
"""A day watched for less than this is a gap: its count says more about us than about the market."""


def measured_coverage(days: pd.DataFrame) -> pd.Series:
    """Share of each day that was watched, missing where no scans tell; a day of a few assumed
    hours hides no gap of another.

    days: rows of `insights.market_days`, or those an edition froze.
    """
    is_assumed = days["is_coverage_assumed"].astype(bool)
    return days["coverage_rate"].astype("Float64").mask(is_assumed.to_numpy())


def is_gap(days: pd.DataFrame) -> pd.Series:
    """Which days were watched for less than `LEAST_COVERAGE`; none of those not known of."""
    return days["coverage_rate"].astype("Float64").fillna(1.0) < LEAST_COVERAGE


def draw_gaps(figure: Figure, look: Look, gaps: list[date]) -> None:
    """A quiet panel behind each stretch of days, in order, with the words "not watched"."""
    runs: list[tuple[date, date]] = []
    for day in gaps:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    for first, last in runs:
        figure.add_shape(
            type="rect",
            xref="x",
            yref="paper",
            x0=pd.Timestamp(first) - timedelta(hours=12),
            x1=pd.Timestamp(last) + timedelta(hours=12),
            y0=0,
            y1=1,
            layer="below",
            line={"width": 0},
            fillcolor=look.panel,
        )
        figure.add_annotation(
            text="not<br>watched",
            x=pd.Timestamp(first) + (pd.Timestamp(last) - pd.Timestamp(first)) / 2,
            y=1,
            yref="paper",
            yanchor="top",
            showarrow=False,
            font={"size": SMALL_SIZE - 1, "color": look.muted},
        )

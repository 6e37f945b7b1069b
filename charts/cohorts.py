"""Conversion by the week of sending, with its interval; weeks that have not settled are dotted."""

from typing import Any

import pandas as pd

from charts.figure import Figure
from charts.look import Caption, Look
from charts.percent import percent_ticks
from charts.weekly_shares import weekly_shares
from metrics.wording import date_words, number_of, percent_range_words, percent_words

PLOT_HEIGHT = 200


def cohorts_figure(
    weeks: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    annotations: pd.DataFrame | None = None,
) -> Figure:
    """A line in its band, from zero; up to a week with alerts that have not settled it is dotted.

    weeks: `week_date` (Monday), `sent`, `booked_rate` (None where nothing settled), `lower`,
        `upper` (None without an interval), `is_settled`.
    annotations: as of `charts.annotations`; the weeks they touch are shaded.
    """
    known = weeks[weeks["booked_rate"].notna()]
    return weekly_shares(
        known.assign(
            share=known["booked_rate"],
            # Without an interval there is no band.
            lower=known["lower"].fillna(known["booked_rate"]),
            upper=known["upper"].fillna(known["booked_rate"]),
            is_whole=known["is_settled"],
            words=[
                f"week of {date_words(week.week_date)}: {percent_words(week.booked_rate)} of "
                f"{number_of(int(week.sent), 'alert')} "
                f"({_interval_words(week)})" + ("" if week.is_settled else "; not all have settled")
                for week in known.itertuples()
            ],
        ),
        look,
        caption,
        annotations=annotations,
        plot_height=PLOT_HEIGHT,
        scale=_scale,
        empty="No alert has settled in these weeks.",
    )


def _interval_words(week: Any) -> str:
    if pd.isna(week.upper):
        return "one user: no interval"
    return percent_range_words((week.lower, week.upper))


def _scale(highest: float) -> tuple[float, list[float], list[str]]:
    end = highest * 1.08
    values, texts = percent_ticks(end)
    return end, values, texts

"""The share of tables that were for prime time, week by week, with its interval."""

import pandas as pd

from charts.figure import Figure
from charts.look import Caption, Look
from charts.weekly_shares import weekly_shares
from metrics.wording import date_words, number_of, percent_range_words, percent_words

PLOT_HEIGHT = 160
TOPS = {0.1: "10 %", 0.25: "25 %", 0.5: "half", 1.0: "all"}


def prime_share_figure(
    weeks: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    annotations: pd.DataFrame | None = None,
) -> Figure:
    """A line in its band; the axis begins at none and ends at all, or where only small shares are
    at the tenth, quarter or half above them.

    weeks: rows of `week_date` (Monday), `drops`, `prime_rate`, `lower`, `upper` (shares; None where
        nothing opened), `days` (fewer than 7: the way to that week is dotted).
    annotations: as of `charts.annotations`; the weeks they touch are shaded.
    """
    known = weeks[weeks["prime_rate"].notna()]
    return weekly_shares(
        known.assign(
            share=known["prime_rate"],
            is_whole=known["days"] == 7,
            words=[
                f"week of {date_words(week.week_date)}: {percent_words(week.prime_rate)} of "
                f"{number_of(int(week.drops), 'table')} "
                f"({percent_range_words((week.lower, week.upper))})"
                + ("" if week.days == 7 else f"; {number_of(int(week.days), 'day')} only")
                for week in known.itertuples()
            ],
        ),
        look,
        caption,
        annotations=annotations,
        plot_height=PLOT_HEIGHT,
        scale=_scale,
        empty="No drops were seen in these weeks.",
    )


def _scale(highest: float) -> tuple[float, list[float], list[str]]:
    top = next((share for share in TOPS if highest <= 0.9 * share), 1.0)
    middle = TOPS.get(top / 2, f"{100 * top / 2:g} %")
    return 1.02 * top, [0.0, top / 2, top], ["none", middle, TOPS[top]]

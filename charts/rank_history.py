"""A venue's rank from week to week, in the band of ranks it could have had; hardest on top."""

from datetime import timedelta

import pandas as pd

from charts.annotations import bands_of, draw_bands, room_above
from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import date_words, rank_band_words

PLOT_HEIGHT = 180
WEEK = timedelta(days=7)


def rank_history_figure(
    ranks: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    annotations: pd.DataFrame | None = None,
) -> Figure:
    """The rank as of each day; a week without one is a gap.

    ranks: rows of `as_of_date`, `rank`, `rank_lower`, `rank_upper` (1 is hardest), `ranked` (of how
        many), oldest first.
    annotations: as of `charts.annotations`.
    """
    first = None if ranks.empty else ranks["as_of_date"].iloc[0]
    days = 0 if first is None else (ranks["as_of_date"].iloc[-1] - first).days + 1
    bands = [] if first is None else bands_of(annotations, first, days)
    figure = new_figure(
        look,
        caption,
        plot_height=PLOT_HEIGHT,
        margins=Margins(left=40, right=56, top=12 + room_above(bands), bottom=32),
    )
    if ranks.empty:
        return say_instead(figure, look, "The venue had no rank in these weeks.")
    draw_bands(figure, look, bands, lambda at: pd.Timestamp(first) + pd.Timedelta(days=at))
    for part in _unbroken(ranks):
        x = pd.to_datetime(part["as_of_date"])
        figure.add_scatter(
            x=[*x, *x[::-1]],
            y=[*part["rank_lower"], *part["rank_upper"][::-1]],
            mode="lines",
            line={"color": look.tint(look.accent, 0.16), "width": 3 if len(part) == 1 else 0},
            fill="toself",
            fillcolor=look.tint(look.accent, 0.16),
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=x.tolist(),
            y=part["rank"].tolist(),
            mode="lines+markers",
            line={"color": look.accent, "width": 2.25},
            marker={"size": 5, "color": look.accent},
            customdata=[
                f"{date_words(row.as_of_date)}: "
                f"{rank_band_words(int(row.rank), int(row.rank_lower), int(row.rank_upper))} "
                f"of {int(row.ranked):,}"
                for row in part.itertuples()
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    last = ranks.iloc[-1]
    figure.add_annotation(
        text=f"#{int(last['rank']):,}",
        x=pd.Timestamp(last["as_of_date"]),
        y=last["rank"],
        xanchor="left",
        xshift=8,
        showarrow=False,
        font={"size": SMALL_SIZE, "color": look.accent},
    )
    step = -(-len(ranks) // 6)
    ticks = pd.to_datetime(ranks["as_of_date"])[::-1][::step]
    figure.update_xaxes(
        tickvals=ticks.tolist(), ticktext=[f"{tick:%b} {tick.day}" for tick in ticks], tickangle=0
    )
    # Rank 1, the hardest, is on top; below it the worst that any of these weeks would allow.
    worst = max(float(ranks["rank_upper"].max()), 2.0)
    marks = sorted({1, round((1 + worst) / 2), round(worst)})
    figure.update_yaxes(
        range=[worst + 0.04 * worst, 1 - 0.04 * worst],
        tickvals=marks,
        ticktext=[f"#{mark:,}" for mark in marks],
        showgrid=True,
        ticklabelstandoff=6,
    )
    return figure


def _unbroken(ranks: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows in runs that are no more than a week apart."""
    days = ranks["as_of_date"]
    starts = [at == 0 or days.iloc[at] - days.iloc[at - 1] > WEEK for at in range(len(ranks))]
    return [part for _, part in ranks.groupby(pd.Series(starts, index=ranks.index).cumsum())]

"""Harder or easier: each venue's trend as a line from where it was to where it is."""

import math

import numpy as np
import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import number_of, number_words, percent_change_words

PLOT_HEIGHT = 260
APART = 0.06  # of the axis, that two names at least keep from one another
LONGEST_NAME = 22
LEAST = 0.05  # of what it was: what fell further is drawn there
MOST_NAMED = 16  # lines: so many names find room beside the plot
FEW = 8  # lines that can all be named
MOST_BEHIND = 150  # lines of each colour without names: more are slow to draw, and say no more


def slopes_figure(
    trends: pd.DataFrame, look: Look, caption: Caption | None = None, *, weeks: int
) -> Figure:
    """Lines over `weeks`, all starting at 1; those that survive the test in colour, the 16 that
    moved furthest of them named; of a few lines the others are named as well, in grey. Of many
    lines without names 150 of a colour are drawn, from the least to the greatest change.

    trends: rows of `name`, `change_per_week` (share), `lower`, `upper`, `label` ("getting harder",
        "getting easier", None), `weeks`.
    """
    figure = new_figure(
        look,
        caption,
        plot_height=PLOT_HEIGHT,
        margins=Margins(left=60, right=168, top=16, bottom=32),
    )
    if trends.empty:
        return say_instead(figure, look, "No venue has been seen for 8 whole weeks yet.")
    ends = [(1 + row.change_per_week) ** (row.weeks - 1) for row in trends.itertuples()]
    reach = max(max(abs(math.log(max(end, LEAST))) for end in ends), math.log(2)) * 1.1
    order = trends.assign(end=ends).sort_values("label", na_position="first", kind="stable")
    named = []
    are_few = len(order) <= FEW
    drawn = order if are_few else _strongest(order)
    for label, color in (
        (None, look.grid),
        ("getting harder", look.tint(look.accent, 0.4)),
        ("getting easier", look.tint(look.second, 0.4)),
    ):
        has_label = order["label"].isna() if label is None else order["label"] == label
        _draw_behind(figure, color, order[has_label & ~order.index.isin(drawn.index)])
    for row in drawn.itertuples():
        is_certain = isinstance(row.label, str)
        color = look.context
        if is_certain:
            color = look.accent if row.label == "getting harder" else look.second
        named.append((row.end, row.name, color if is_certain else look.muted))
        figure.add_scatter(
            x=[0, 1],
            y=[1, max(row.end, LEAST)],
            mode="lines+markers" if is_certain else "lines",
            line={
                "color": color,
                "width": 2.5 if is_certain else 1.25,
            },
            marker={"size": 7, "color": color},
            customdata=[_words(row)] * 2,
            hovertemplate="%{customdata}<extra></extra>",
            cliponaxis=False,
        )
    _name_ends(figure, named, reach)
    ticks = [
        tick for tick in (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 10, 20) if abs(math.log(tick)) <= reach
    ]
    figure.update_yaxes(
        type="log",
        range=[-reach / math.log(10), reach / math.log(10)],
        tickvals=ticks,
        ticktext=["as it was" if tick == 1 else f"{tick:g} times" for tick in ticks],
        showgrid=True,
    )
    figure.update_xaxes(visible=False, range=[-0.05, 1.02])
    for position, when in enumerate((f"{weeks - 1} weeks before", "last whole week")):
        figure.add_annotation(
            text=when,
            x=position,
            y=0,
            yref="paper",
            yanchor="top",
            yshift=-8,
            xanchor="left",
            xshift=8 * position,
            showarrow=False,
            font={"size": SMALL_SIZE, "color": look.muted},
        )
    return figure


def lines_words(trends: pd.DataFrame) -> str:
    """What the lines of `slopes_figure` are, and their colours, where there are any."""
    lines = "each venue's fitted change a week, as a multiple of the start, log scale"
    if trends.empty:
        return f"{lines}; no venue has enough weeks yet."
    if trends["label"].notna().any():
        return (
            f"{lines}; in colour: trends that survive having asked about every venue (false "
            "discoveries held at 5 %)."
        )
    return f"{lines}; none of them survives having asked about every venue, so none is in colour."


def drawn_words(trends: pd.DataFrame) -> str:
    """How many venues `slopes_figure` is about, and that not all are drawn where they are not."""
    said = number_of(len(trends), "venue")
    if len(trends) and trends["label"].fillna("").value_counts().max() > MOST_BEHIND:
        return f"{said}, no more than about {MOST_BEHIND} of each colour drawn"
    return said


def _strongest(order: pd.DataFrame) -> pd.DataFrame:
    """The certain trends that are named: those that moved furthest, as many as find room."""
    certain = order[order["label"].notna()]
    moved = certain["end"].clip(lower=LEAST).map(math.log).abs()
    return certain.loc[moved.sort_values(ascending=False, kind="stable").index[:MOST_NAMED]]


def _draw_behind(figure: Figure, color: str, trends: pd.DataFrame) -> None:
    """Lines without names or words, in one trace; of many, evenly spaced ones of their order."""
    if trends.empty:
        return
    ends = np.sort(trends["end"].clip(lower=LEAST).to_numpy())
    if len(ends) > MOST_BEHIND:
        ends = ends[np.linspace(0, len(ends) - 1, MOST_BEHIND).round().astype(int)]
    start, gap = np.ones(len(ends)), np.full(len(ends), np.nan)
    figure.add_scatter(
        x=np.tile([0, 1, np.nan], len(ends)),
        y=np.column_stack([start, ends, gap]).ravel(),
        mode="lines",
        line={"color": color, "width": 1.25},
        hoverinfo="skip",
        cliponaxis=False,
    )


def _name_ends(figure: Figure, named: list[tuple[float, str, str]], reach: float) -> None:
    """Names at the right ends, from the top, pushed down where they would touch."""
    apart = 2 * reach * APART
    at = math.inf
    for end, name, color in sorted(named, reverse=True):
        at = min(math.log(max(end, LEAST)), at - apart)
        short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"
        figure.add_annotation(
            text=short,
            x=1,
            y=at / math.log(10),
            xanchor="left",
            xshift=8,
            showarrow=False,
            font={"size": SMALL_SIZE, "color": color},
        )


def _words(row: object) -> str:
    change, low, high = (getattr(row, name) for name in ("change_per_week", "lower", "upper"))
    way = "more" if change > 0 else "fewer"
    verdict = row.label if isinstance(row.label, str) else "no certain trend"  # type: ignore[attr-defined]
    return (
        f"<b>{row.name}</b><br>"  # type: ignore[attr-defined]
        f"{percent_change_words(change)} {way} tables to catch each week "
        f"({number_words(low * 100)} to {number_words(high * 100)} %)<br>{verdict}"
    )

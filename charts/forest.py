"""Ratios with their intervals around 1: a row each, on a log axis."""

import math

import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.wording import number_words

ROW_HEIGHT = 30
LONGEST_NAME = 24
TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
WIDEST = (0.05, 50.0)  # an interval that reaches further ends at the border, without a cap


def forest_figure(
    rows: pd.DataFrame, look: Look, caption: Caption | None = None, *, unit: str
) -> Figure:
    """Rows from top to bottom as given; those to look at in the accent, the others grey.

    rows: `name`, `ratio`, `lower`, `upper` (None where undefined: the row says so), `is_subject`.
    unit: of the axis, as in "times as often".
    """
    names = [
        name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"
        for name in rows["name"]
    ]
    longest = max((len(name) for name in names), default=0)
    figure = new_figure(
        look,
        caption,
        plot_height=max(len(rows), 2) * ROW_HEIGHT,
        margins=Margins(left=24 + round(6.6 * longest), right=96, top=8, bottom=48),
    )
    known = rows["ratio"].notna() & rows["lower"].notna() if len(rows) else rows
    if not len(rows) or not known.any():
        return say_instead(figure, look, "Too few alerts to compare.")
    ends = rows[known]
    low = max(WIDEST[0], min(0.5, float(ends["lower"].clip(lower=WIDEST[0]).min()) / 1.1))
    high = min(WIDEST[1], max(2.0, float(ends["upper"].clip(upper=WIDEST[1]).max()) * 1.1))
    figure.add_shape(
        type="line",
        x0=1,
        x1=1,
        yref="paper",
        y0=0,
        y1=1,
        line={"color": look.context, "width": 1},
        layer="below",
    )
    for place, row in enumerate(rows.itertuples()):
        color = look.accent if row.is_subject else look.context
        if pd.isna(row.ratio) or pd.isna(row.lower):
            _say(figure, look, place, "not enough data")
            continue
        words = f"{number_words(row.ratio, (row.lower, row.upper))} {_interval(row)}"
        figure.add_scatter(
            x=[min(max(row.lower, low), high), min(max(row.upper, low), high)],
            y=[place, place],
            mode="lines",
            line={"color": color, "width": 2},
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=[min(max(row.ratio, low), high)],
            y=[place],
            mode="markers",
            marker={"size": 10, "color": color},
            cliponaxis=False,
            customdata=[f"{row.name}: {words} {unit}"],
            hovertemplate="%{customdata}<extra></extra>",
        )
        _say(figure, look, place, words)
    ticks = [tick for tick in TICKS if low <= tick <= high]
    figure.update_xaxes(
        type="log",
        range=[math.log10(low), math.log10(high)],
        tickvals=ticks,
        ticktext=[f"{tick:g}" for tick in ticks],
        tickangle=0,
        title={"text": unit},
    )
    figure.update_yaxes(
        tickvals=list(range(len(names))),
        ticktext=names,
        tickfont={"color": look.text},
        ticklabelstandoff=6,
        range=[max(len(rows), 2) - 0.5, -0.5],
    )
    return figure


def _interval(row: object) -> str:
    lower, upper = float(row.lower), float(row.upper)  # type: ignore[attr-defined]
    if math.isinf(upper):
        return f"({number_words(lower)} or more)"
    return f"({number_words(lower, (lower, upper))}–{number_words(upper, (lower, upper))})"


def _say(figure: Figure, look: Look, place: int, words: str) -> None:
    figure.add_annotation(
        text=words,
        xref="paper",
        x=1,
        y=place,
        xanchor="left",
        xshift=8,
        showarrow=False,
        font={"size": SMALL_SIZE, "color": look.muted},
    )

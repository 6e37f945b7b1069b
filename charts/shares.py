"""Shares with their intervals: a row each, on an axis of percent."""

import numpy as np
import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from charts.percent import percent_ticks
from metrics.wording import percent_words

ROW_HEIGHT = 26
LONGEST_NAME = 24


def shares_figure(
    rows: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    overall: float | None = None,
    unit: str,
    empty: str,
) -> Figure:
    """Rows from top to bottom as given: dot and interval, what stands at the right in `note`.

    rows: `name`, `share`, `lower`, `upper` (0 to 1; None without an interval), `words` (said of the
        row on hover), `note`, and optionally `own` (a second, open dot: the share before it was
        drawn towards the average). overall: the share of all, a line. empty: what is said where
        there is no row.
    """
    names = [
        name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1].rstrip() + "…"
        for name in rows["name"]
    ]
    longest = max((len(name) for name in names), default=0)
    widest_note = max((len(note) for note in rows["note"]), default=0)
    figure = new_figure(
        look,
        caption,
        plot_height=max(len(rows), 2) * ROW_HEIGHT,
        margins=Margins(
            left=24 + round(6.6 * longest), right=20 + round(6.2 * widest_note), top=24, bottom=48
        ),
    )
    if rows.empty:
        return say_instead(figure, look, empty)
    highest = float(rows[["share", "upper"]].max().max())
    if "own" in rows:
        highest = max(highest, min(float(rows["own"].max()), 1.5 * highest))
    end = min(1.0, max(0.02, highest * 1.08))
    if overall is not None:
        _draw_overall(figure, look, overall)
    is_told = rows["upper"].notna().to_numpy()
    told = rows[is_told]
    figure.add_scatter(
        x=[x for row in told.itertuples() for x in (row.lower, min(row.upper, end), None)],
        y=[y for place in np.flatnonzero(is_told) for y in (int(place), int(place), None)],
        mode="lines",
        line={"color": look.context, "width": 2},
        hoverinfo="skip",
    )
    if "own" in rows:
        figure.add_scatter(
            x=rows["own"].clip(upper=end).tolist(),
            y=list(range(len(rows))),
            mode="markers",
            marker={"size": 6, "color": look.page, "line": {"color": look.context, "width": 1.5}},
            hoverinfo="skip",
        )
    figure.add_scatter(
        x=rows["share"].tolist(),
        y=list(range(len(rows))),
        mode="markers",
        marker={"size": 9, "color": look.accent},
        cliponaxis=False,
        customdata=[f"<b>{row.name}</b><br>{row.words}" for row in rows.itertuples()],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for place, note in enumerate(rows["note"]):
        figure.add_annotation(
            text=note,
            xref="paper",
            x=1,
            y=place,
            xanchor="left",
            xshift=8,
            showarrow=False,
            font={"size": SMALL_SIZE, "color": look.muted},
        )
    ticks, texts = percent_ticks(end, 4)
    figure.update_xaxes(
        range=[0, end],
        tickvals=ticks,
        ticktext=texts,
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


def _draw_overall(figure: Figure, look: Look, overall: float) -> None:
    figure.add_shape(
        type="line",
        x0=overall,
        x1=overall,
        yref="paper",
        y0=0,
        y1=1,
        line={"color": look.second, "width": 1, "dash": "dot"},
        layer="below",
    )
    figure.add_annotation(
        text=f"all: {percent_words(overall)}",
        x=overall,
        y=1,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
        font={"size": SMALL_SIZE, "color": look.second},
    )

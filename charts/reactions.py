"""How fast alerts are acted on: the share that has opened, tapped and booked by then."""

import math

import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from charts.percent import percent_ticks
from metrics.wording import duration_short, duration_words, percent_words

PLOT_HEIGHT = 240
TICKS = (1, 5, 15, 60, 300, 3600, 6 * 3600, 86_400, 7 * 86_400, 30 * 86_400)
STEPS = ("opened", "tapped", "booked")


def reactions_figure(
    acted: pd.DataFrame,
    look: Look,
    caption: Caption | None = None,
    *,
    settled: int,
    medians: dict[str, float | None],
) -> Figure:
    """Three rising lines on a log axis of time; a dot where half of a step's takers had taken it.

    acted: `seconds` since the sending, `opened`, `tapped`, `booked`: how many had by then, as seen.
    settled: of how many alerts. medians: seconds, by step; None where nobody took it.
    """
    figure = new_figure(
        look, caption, plot_height=PLOT_HEIGHT, margins=Margins(left=48, right=72, top=8, bottom=48)
    )
    if not settled or acted.empty or not acted[list(STEPS)].iloc[-1].any():
        return say_instead(figure, look, "Nobody was seen to act on a settled alert.")
    seconds = acted["seconds"].tolist()
    highest = 0.0
    colors = dict(zip(STEPS, (look.context, look.second, look.accent), strict=True))
    labels = []
    for step in STEPS:
        shares = (acted[step] / settled).tolist()
        if not shares[-1]:
            continue
        highest = max(highest, shares[-1])
        labels.append((step, shares[-1]))
        figure.add_scatter(
            x=seconds,
            y=shares,
            mode="lines",
            line={"color": colors[step], "width": 2.25},
            customdata=[
                f"{percent_words(share)} {step} within {duration_words(at)}"
                for at, share in zip(seconds, shares, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
        median = medians.get(step)
        if median is not None:
            figure.add_scatter(
                x=[max(median, seconds[0])],
                y=[shares[-1] / 2],
                mode="markers",
                marker={"size": 9, "color": colors[step]},
                customdata=[f"half of those who {step} had by {duration_words(median)}"],
                hovertemplate="%{customdata}<extra></extra>",
            )
    _name_lines(figure, look, seconds[-1], labels, colors, highest)
    ticks = [tick for tick in TICKS if tick <= seconds[-1]]
    figure.update_xaxes(
        type="log",
        range=[0, math.log10(seconds[-1])],
        tickvals=ticks,
        ticktext=[duration_short(tick) for tick in ticks],
        tickangle=0,
        ticklabelstandoff=4,  # or the first one touches the other axis's
        title={"text": "since the alert was sent"},
    )
    values, texts = percent_ticks(highest * 1.08)
    figure.update_yaxes(range=[0, highest * 1.08], tickvals=values, ticktext=texts, showgrid=True)
    return figure


def _name_lines(
    figure: Figure,
    look: Look,
    end: float,
    labels: list[tuple[str, float]],
    colors: dict[str, str],
    highest: float,
) -> None:
    """Names at the lines' ends, moved apart where they would lie on one another."""
    room = highest * 0.09
    below = math.inf
    for step, share in labels:
        at = min(share, below - room)
        below = at
        figure.add_annotation(
            text=f"{step} {percent_words(share)}",
            x=math.log10(end),
            y=at,
            xanchor="left",
            xshift=6,
            showarrow=False,
            # The grey of a line is too pale for words.
            font={
                "size": SMALL_SIZE,
                "color": look.muted if colors[step] == look.context else colors[step],
            },
        )

"""How long a table lasts: the survival curve in steps with its band, on a log axis of time."""

import math

import numpy as np

from charts.figure import Figure
from charts.look import SMALL_SIZE, Caption, Look, Margins, new_figure, say_instead
from metrics.facts import curve_refusal
from metrics.survival import SurvivalCurve
from metrics.wording import duration_short, duration_words, in_ten_words

PLOT_HEIGHT = 280
TICKS_SECONDS = (60, 300, 1800, 3 * 3600, 86400, 7 * 86400, 60 * 86400)
SHORTEST_SECONDS, LONGEST_SECONDS = 30.0, 4 * 3600.0  # the axis is never shorter


def survival_figure(
    curve: SurvivalCurve | None,
    look: Look,
    caption: Caption | None = None,
    *,
    reaction_seconds: float,
) -> Figure:
    """The share of tables still there by time since they opened.

    curve: None where no drop was seen. Nothing is drawn below its resolution.
    reaction_seconds: the time a diner needs; marked, with the share that is left by then.
    """
    figure = new_figure(
        look,
        caption,
        plot_height=PLOT_HEIGHT,
        margins=Margins(left=44, right=24, top=24, bottom=48),
    )
    if curve is None:
        return say_instead(figure, look, "No table was seen to open in this window.")
    start = max(SHORTEST_SECONDS, curve.resolution_seconds or 0.0)
    end = max(curve.followed_seconds, LONGEST_SECONDS)
    times = curve.times_seconds
    # Right-continuous steps, from where they can be known to the last moment watched.
    inside = (times > start) & (times <= end)
    last = float(times[-1]) if times.size and curve.survival[-1] == 0 else curve.followed_seconds
    before = int(np.searchsorted(times, start, side="right")) - 1
    first_share, first_low, first_high = (
        (float(values[before]) if before >= 0 else 1.0)
        for values in (curve.survival, curve.lower, curve.upper)
    )
    x = [start, *times[inside].tolist(), max(last, start)]

    def stepped(values: np.ndarray, first: float) -> list[float]:
        inner = values[inside].tolist()
        return [first, *inner, inner[-1] if inner else first]

    figure.add_scatter(
        x=x,
        y=stepped(curve.upper, first_high),
        mode="lines",
        line={"width": 0, "shape": "hv"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=x,
        y=stepped(curve.lower, first_low),
        mode="lines",
        line={"width": 0, "shape": "hv"},
        fill="tonexty",
        fillcolor=look.tint(look.accent, 0.16),
        hoverinfo="skip",
    )
    shares = stepped(curve.survival, first_share)
    figure.add_scatter(
        x=x,
        y=shares,
        mode="lines",
        line={"color": look.accent, "width": 2.5, "shape": "hv"},
        customdata=[
            f"after {duration_words(seconds)}: {in_ten_words(min(share, 1.0))} still there"
            for seconds, share in zip(x, shares, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )
    _mark_reaction(figure, look, curve, reaction_seconds, start)
    _mark_median(figure, look, curve, start)
    ticks = [tick for tick in TICKS_SECONDS if start <= tick <= end]
    figure.update_xaxes(
        type="log",
        range=[math.log10(start), math.log10(end * 1.05)],
        tickvals=ticks,
        ticktext=[duration_short(tick) for tick in ticks],
        tickangle=0,
        ticklabelstandoff=6,
        title={"text": "since the table opened"},
    )
    figure.update_yaxes(
        range=[0, 1.02],
        tickvals=[0, 0.5, 1],
        ticktext=["none", "half", "all"],
        showgrid=True,
        ticklabelstandoff=6,
    )
    return figure


def _mark_median(figure: Figure, look: Look, curve: SurvivalCurve, start: float) -> None:
    if curve.median_seconds is None or curve_refusal(curve) is not None:
        return
    at = max(curve.median_seconds, start)
    words = (
        f"half are gone within {duration_words(start)}"
        if curve.median_seconds <= start
        else f"half are gone after {duration_words(curve.median_seconds)}"
    )
    figure.add_scatter(
        x=[at],
        y=[0.5],
        mode="markers",
        marker={"size": 9, "color": look.accent, "line": {"color": look.page, "width": 1.5}},
        hoverinfo="skip",
    )
    is_right = at > math.sqrt(start * max(curve.followed_seconds, LONGEST_SECONDS))
    figure.add_annotation(
        text=words,
        x=math.log10(at),
        y=0.5,
        xanchor="right" if is_right else "left",
        yanchor="bottom",
        xshift=-8 if is_right else 8,
        yshift=6,
        showarrow=False,
        font={"color": look.accent},
    )


def _mark_reaction(
    figure: Figure, look: Look, curve: SurvivalCurve, reaction_seconds: float, start: float
) -> None:
    at = max(reaction_seconds, start)
    share = curve.at(at)
    figure.add_shape(
        type="line",
        x0=at,
        x1=at,
        y0=0,
        y1=1,
        yref="paper",
        line={"color": look.context, "width": 1, "dash": "dot"},
    )
    left = "" if share is None else f": {in_ten_words(min(share, 1.0))} left"
    figure.add_annotation(
        text=f"{duration_words(at)} to react{left}",
        x=math.log10(at),
        y=1,
        yref="paper",
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        font={"size": SMALL_SIZE, "color": look.muted},
    )

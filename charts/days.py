"""What lines over days share: the axis, days between two gaps, and the day that is not over."""

from datetime import timedelta

import pandas as pd

from charts.figure import Figure
from metrics.wording import date_words

TICK_STEPS = (1, 2, 7, 14, 28, 56, 91)
MOST_TICKS = 7


def date_axis(figure: Figure, days: pd.Series) -> None:
    """Ticks from the last day back, with room for half a day at both ends. days: one or more."""
    span = (days.iloc[-1] - days.iloc[0]).days
    step = next((step for step in TICK_STEPS if span / step <= MOST_TICKS), TICK_STEPS[-1])
    ticks = [days.iloc[-1] - timedelta(days=step * k) for k in range(span // step + 1)]
    figure.update_xaxes(
        tickvals=ticks,
        ticktext=[f"{tick:%b} {tick.day}" for tick in ticks],
        range=[days.iloc[0] - timedelta(hours=12), days.iloc[-1] + timedelta(hours=12)],
        tickangle=0,
    )


def stand_alone(counts: pd.Series) -> pd.Series:
    """Days that are seen between two that are not: a line shows nothing of them but a dot."""
    is_seen = counts.notna()
    return is_seen & ~is_seen.shift(1, fill_value=False) & ~is_seen.shift(-1, fill_value=False)


def draw_unfinished(
    figure: Figure,
    days: pd.Series,
    counts: pd.Series,
    is_unfinished: pd.Series,
    color: str,
    width: float,
) -> None:
    """The way to the day that is not over, dotted; nothing where all are."""
    if not is_unfinished.any():
        return
    position = int(is_unfinished.to_numpy().argmax())
    ends = slice(max(position - 1, 0), position + 1)
    figure.add_scatter(
        x=days.iloc[ends].tolist(),
        y=[None if pd.isna(count) else float(count) for count in counts.iloc[ends]],
        mode="lines+markers",
        line={"color": color, "width": width, "dash": "dot"},
        marker={"size": 6, "symbol": "circle-open", "color": color},
        hovertemplate=f"{date_words(days.iloc[position].date())}, so far: %{{y}}<extra></extra>",
    )

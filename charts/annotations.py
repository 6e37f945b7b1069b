"""What editors wrote beside days ("Restaurant Week"): a light band behind them, its text above.

Every chart over days or weeks takes `annotations`: rows of `first_date`, `last_date` (local days,
both included) and `text`, the earliest first; None or no row draws nothing.
"""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from charts.figure import Figure
from charts.look import SMALL_SIZE, Look
from metrics.wording import window_words

LABEL_HEIGHT = 15  # pixels
BAND_SHARE = 0.1  # of the colour, over the page
MOST_ROWS = 3  # of labels above a chart; what finds no room there is in the words below the title
MOST_NAMED = 4
LONGEST_LABEL = 32
CHARACTER_SHARE = 1 / 75  # of a narrow plot's width


@dataclass(frozen=True)
class Band:
    """Days that were written about, as places on an axis whose points are 0, 1 … `points` - 1.

    row: of its label, from the plot upwards; None where there is no room for it.
    """

    start: float
    end: float
    label: str
    row: int | None
    is_anchored_right: bool


def bands_of(
    annotations: pd.DataFrame | None, first: date, points: int, *, unit_days: int = 1
) -> list[Band]:
    """The annotations that touch the axis, cut to it.

    first: the day, or the first day of the week, at point 0. unit_days: days a point stands for.
    """
    if annotations is None or points < 1:
        return []
    bands: list[Band] = []
    taken: list[list[tuple[float, float]]] = [[] for _ in range(MOST_ROWS)]
    for note in annotations.itertuples():
        start = (note.first_date - first).days // unit_days - 0.5
        end = (note.last_date - first).days // unit_days + 0.5
        if end <= -0.5 or start >= points - 0.5:
            continue
        start, end = max(start, -0.5), min(end, points - 0.5)
        label = _shortened(note.text)
        left, right = (start + 0.5) / points, (end + 0.5) / points
        width = len(label) * CHARACTER_SHARE
        is_right = left + width > 1 and right > 0.5
        place = (right - width, right) if is_right else (left, left + width)
        row = next((k for k, row in enumerate(taken) if not _touches(place, row)), None)
        if row is not None:
            taken[row].append(place)
        bands.append(Band(start, end, label, row, is_right))
    return bands


def room_above(bands: Sequence[Band]) -> int:
    """Pixels that the labels take above the plot."""
    return LABEL_HEIGHT * (1 + max((b.row for b in bands if b.row is not None), default=-1))


def draw_bands(
    figure: Figure,
    look: Look,
    bands: Sequence[Band],
    place: Callable[[float], Any] = lambda at: at,
) -> None:
    """Bands behind everything else, labels above the plot.

    place: from a point of the axis (0, 1 …; halves lie between) to what the axis calls it.
    """
    for band in bands:
        figure.add_shape(
            type="rect",
            xref="x",
            yref="paper",
            x0=place(band.start),
            x1=place(band.end),
            y0=0,
            y1=1,
            layer="below",
            line={"width": 0},
            fillcolor=look.tint(look.second, BAND_SHARE),
        )
        if band.row is None:
            continue
        figure.add_annotation(
            text=html.escape(band.label, quote=False),
            x=place(band.end if band.is_anchored_right else band.start),
            y=1,
            yref="paper",
            xanchor="right" if band.is_anchored_right else "left",
            yanchor="bottom",
            yshift=LABEL_HEIGHT * band.row,
            showarrow=False,
            font={"size": SMALL_SIZE - 1, "color": look.second},
        )


def annotation_words(annotations: pd.DataFrame | None, first: date, last: date) -> str:
    """A sentence, led by a space, with the annotations of these days in full; "" without one."""
    if annotations is None:
        return ""
    touching = annotations[
        (annotations["first_date"] <= last) & (annotations["last_date"] >= first)
    ]
    if touching.empty:
        return ""
    named = [
        f"{note.text}, {window_words(note.first_date, note.last_date)}"
        for note in touching.head(MOST_NAMED).itertuples()
    ]
    more = len(touching) - len(named)
    return f" Shaded: {'; '.join(named)}{f'; and {more} more' if more else ''}."


def annotation_texts(
    annotations: pd.DataFrame | None, days: Sequence[date], *, unit_days: int = 1
) -> list[str | None]:
    """Of each day, or week that begins on it, what was written about it: a column of a table."""
    notes = [] if annotations is None else list(annotations.itertuples())
    texts: list[str | None] = []
    for day in days:
        last = date.fromordinal(day.toordinal() + unit_days - 1)
        touching = [
            note.text for note in notes if note.first_date <= last and note.last_date >= day
        ]
        texts.append("; ".join(touching) or None)
    return texts


def _touches(place: tuple[float, float], taken: Sequence[tuple[float, float]]) -> bool:
    return any(place[0] < right and left < place[1] for left, right in taken)


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1].rstrip() + "…"

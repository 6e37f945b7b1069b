"""Where a value lies on the sheet: linear, log and date axes, their ranges and ticks.

Ranges and ticks that a figure leaves open are chosen as Plotly chooses them.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from charts.printing.canvas import Box
from charts.printing.subset import NotPrintable

ROOM_AROUND_MARKS = 0.05  # of the range, where the figure sets none
TICK_STEPS = (1, 2, 5, 10)
BAR_GAP = 0.2  # of the distance of two bars, where the figure sets none


@dataclass(frozen=True)
class Tick:
    """A labelled place on an axis, in pixels of the sheet."""

    at: float
    label: str


@dataclass(frozen=True)
class Axis:
    """An axis on the sheet: `start` is the pixel of its low end, `end` of its high one."""

    name: str
    properties: dict[str, Any]
    low: float
    high: float
    start: float
    end: float
    across: tuple[float, float]

    @property
    def is_log(self) -> bool:
        return bool(self.properties.get("type") == "log")

    @property
    def is_horizontal(self) -> bool:
        return self.name.startswith("x")

    def pixel(self, value: object) -> float:
        """Of a value as data and shapes give it."""
        number = as_number(value)
        return self.pixel_of_range(math.log10(number) if self.is_log else number)

    def pixel_of_range(self, value: float) -> float:
        """Of a value as ranges and annotations give it: on a log axis its exponent."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def is_inside(self, pixel: float) -> bool:
        """Whether a pixel lies on the axis, its ends included."""
        return min(self.start, self.end) - 0.01 <= pixel <= max(self.start, self.end) + 0.01

    def ticks(self) -> list[Tick]:
        """The axis' labelled places that are inside its range."""
        values = self.properties.get("tickvals")
        if values is None:
            values = self._round_values()
            labels = [self._number_label(value) for value in values]
        else:
            texts = self.properties.get("ticktext")
            labels = [str(t) for t in texts] if texts is not None else [f"{v:,g}" for v in values]
        placed = [Tick(self.pixel(v), label) for v, label in zip(values, labels, strict=True)]
        return [tick for tick in placed if self.is_inside(tick.at)]

    def _round_values(self) -> list[float]:
        if self.is_log or self.properties.get("type") == "date":
            raise NotPrintable(f"{self.name}: a log or date axis is printed with its own tickvals")
        low, high = sorted((self.low, self.high))
        room = abs(self.end - self.start) / (80 if self.is_horizontal else 40)
        number = self.properties.get("nticks") or min(max(room, 4), 9) + 1
        rough = (high - low) / number
        base = 10.0 ** math.floor(math.log10(rough))
        step = self.properties.get("dtick") or next(
            base * size for size in TICK_STEPS if base * size >= rough * (1 - 1e-9)
        )
        return [
            step * k
            for k in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
        ]

    def _number_label(self, value: float) -> str:
        if self.properties.get("tickformat") == ",d" and value != round(value):
            return ""  # Plotly would write the rounded number, which is not this place's
        return f"{round(value, 10):,g}".replace("-", "−") if abs(value) < 1e6 else f"{value:,.0f}"


def axes_of(layout: dict[str, Any], traces: Sequence[dict[str, Any]]) -> dict[str, Axis]:
    """Axes by the names that traces call them (x, y, x2 …), placed on the sheet."""
    margin = layout["margin"]
    left, right = margin["l"], layout["width"] - margin["r"]
    top, bottom = margin["t"], layout["height"] - margin["b"]
    axes: dict[str, Axis] = {}
    sides: dict[str, tuple[float, float]] = {}
    names = [name for name in layout if name.startswith(("xaxis", "yaxis"))]
    for name in names:
        low, high = layout[name].get("domain", (0, 1))
        sides[name[0] + name[5:]] = (
            (left + low * (right - left), left + high * (right - left))
            if name[0] == "x"
            else (bottom - low * (bottom - top), bottom - high * (bottom - top))
        )
    for name in names:
        short = name[0] + name[5:]
        properties = layout[name]
        if properties.get("overlaying"):
            sides[short] = sides[properties["overlaying"]]
        own = [trace for trace in traces if trace.get(f"{short[0]}axis", short[0]) == short]
        properties = {"type": _kind(own, short[0]), **properties}
        low, high = _range(properties, own, traces, layout, short[0])
        start, end = sides[short]
        # The other axis of the subplot says how far grid lines reach.
        other = "y" if short[0] == "x" else "x"
        partner = properties.get("anchor") or next(
            (trace.get(f"{other}axis", other) for trace in own), other
        )
        across = sides.get(partner, sides[other])
        axes[short] = Axis(short, properties, low, high, start, end, across)
    return axes


def box_of(x: Axis, y: Axis) -> Box:
    """The rectangle in which a subplot's marks are seen."""
    return (min(x.start, x.end), min(y.start, y.end), max(x.start, x.end), max(y.start, y.end))


def as_number(value: object) -> float:
    """A number, or a day or moment as days since 1970."""
    if isinstance(value, date):  # a datetime and a pandas Timestamp are dates too
        return float(pd.Timestamp(value).value) / 86_400e9
    if isinstance(value, np.datetime64):
        return float(pd.Timestamp(value).value) / 86_400e9
    if isinstance(value, str):
        raise NotPrintable(f"axes of categories are not printed: {value!r}; give positions instead")
    return float(value)  # type: ignore[arg-type]


def is_missing(value: object) -> bool:
    """None, NaN, NaT or pandas' NA: a gap."""
    return value is None or bool(pd.isna(value))


def bar_width(trace: dict[str, Any], layout: dict[str, Any]) -> float:
    """How thick a bar is, in units of the axis its bars stand on."""
    if trace.get("width") is not None:
        return float(trace["width"])
    places = sorted({as_number(at) for at in trace["y" if is_lying(trace) else "x"]})
    apart = min((b - a for a, b in itertools.pairwise(places)), default=1.0)
    return apart * (1.0 - float(layout.get("bargap", BAR_GAP)))


def is_lying(trace: dict[str, Any]) -> bool:
    """Whether bars run from left to right."""
    return bool(trace.get("orientation") == "h")


def _kind(traces: Sequence[dict[str, Any]], letter: str) -> str:
    values = (value for trace in traces for value in trace.get(letter, ()))
    first = next((value for value in values if not is_missing(value)), None)
    return "date" if isinstance(first, date | np.datetime64) else "linear"


def _range(
    properties: dict[str, Any],
    own: Sequence[dict[str, Any]],
    traces: Sequence[dict[str, Any]],
    layout: dict[str, Any],
    letter: str,
) -> tuple[float, float]:
    if properties.get("range") is not None:
        low, high = (as_number(value) for value in properties["range"])
        return low, high
    if properties["type"] == "log":
        raise NotPrintable("a log axis is printed with a range of its own")
    low, high = math.inf, -math.inf
    stacked: dict[float, float] = {}
    has_room = False
    for trace in own:
        values = [as_number(v) for v in trace.get(letter, ()) if not is_missing(v)]
        if not values:
            continue
        spread = 0.0
        if trace["type"] == "heatmap":
            spread = 0.5
        elif trace["type"] == "bar":
            if is_lying(trace) == (letter == "y"):
                spread = bar_width(trace, layout) / 2
            else:
                places = trace["y" if letter == "x" else "x"]
                for place, value in zip(places, values, strict=True):
                    at = as_number(place)
                    stacked[at] = stacked.get(at, 0.0) + value
                values, has_room = [0.0, *stacked.values()], True
        else:
            has_room |= "markers" in trace.get("mode", "")
        low, high = min(low, *values, low) - spread, max(high, *values, high) + spread
    if low > high:
        return 0.0, 1.0
    if low == high:
        low, high = low - 1, high + 1
    if has_room:
        room = ROOM_AROUND_MARKS * (high - low)
        low, high = (low if low == 0 else low - room), high + room
    return (0.0 if properties.get("rangemode") == "tozero" else low), high

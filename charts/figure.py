"""A figure as Plotly documents it: traces and a layout, in plain dictionaries.

Names and values are Plotly's (its "Figure Reference"). Nothing is checked where a figure is made,
because pages wait for it; every figure is checked by Plotly in the tests.
"""

from collections.abc import Mapping
from typing import Any


class Figure:
    """Traces in the order in which they are drawn, and the layout around them.

    Values are numbers, words, days and moments, or lists and NumPy arrays of them; None and NaN are
    gaps. Every name is written in full: `line={"width": 0}`, not `line_width=0`.
    """

    def __init__(self) -> None:
        self.data: list[dict[str, Any]] = []
        self.layout: dict[str, Any] = {}

    def add_scatter(self, **properties: Any) -> None:
        """Lines, dots or words at places."""
        self.data.append({"type": "scatter", **properties})

    def add_bar(self, **properties: Any) -> None:
        """Bars, from left to right with `orientation="h"`."""
        self.data.append({"type": "bar", **properties})

    def add_heatmap(self, **properties: Any) -> None:
        """Cells in shades."""
        self.data.append({"type": "heatmap", **properties})

    def add_annotation(self, **properties: Any) -> None:
        """Words on the figure; on a log axis `x` and `y` are exponents."""
        self.layout.setdefault("annotations", []).append(properties)

    def add_shape(self, **properties: Any) -> None:
        """A rectangle or a line, between values of the axes or shares of the plot."""
        self.layout.setdefault("shapes", []).append(properties)

    def update_layout(self, **properties: Any) -> None:
        """Sets properties: a dictionary is merged into what is there, all else replaces it."""
        self.layout = merged(self.layout, properties)

    def update_xaxes(self, **properties: Any) -> None:
        """Sets properties of the x axes that there are, at least of the first."""
        self._update_axes("xaxis", properties)

    def update_yaxes(self, **properties: Any) -> None:
        """Sets properties of the y axes that there are, at least of the first."""
        self._update_axes("yaxis", properties)

    def _update_axes(self, kind: str, properties: dict[str, Any]) -> None:
        names = [kind, *(name for name in self.layout if name.startswith(kind))]
        self.update_layout(**dict.fromkeys(names, properties))

    def to_dict(self) -> dict[str, Any]:
        """What Plotly draws: `data` and `layout`. The figure's own, so not to be changed."""
        return {"data": self.data, "layout": self.layout}


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `under`, dictionaries within dictionaries likewise; neither is changed."""
    result = dict(under)
    for name, value in over.items():
        below = result.get(name)
        is_both = isinstance(below, Mapping) and isinstance(value, Mapping)
        result[name] = merged(below, value) if is_both else value  # type: ignore[arg-type]
    return result

"""Our figures as Plotly takes them: what charts/ does not check on every page is checked here."""

from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go

from charts.figure import Figure


def validated(figure: Figure) -> go.Figure:
    """The figure as an object of Plotly's; ValueError for a name or a value Plotly does not know.

    Plotly's own objects also take names in short (`line_width`), a browser does not: no less a
    ValueError.
    """
    taken = go.Figure(figure.to_dict())
    unknown = set(_names(figure.to_dict())) - set(_names(taken.to_plotly_json()))
    if unknown:
        raise ValueError(f"a browser does not know {sorted(unknown)}: write names in full")
    return taken


def _names(properties: dict[str, Any], inside: str = "") -> Iterator[str]:
    """Every property that has a value, with those it lies in: "layout.annotations.font.size"."""
    for name, value in properties.items():
        if value is None:
            continue
        yield inside + name
        for part in value if isinstance(value, list | tuple) else [value]:
            if isinstance(part, dict):
                yield from _names(part, f"{inside}{name}.")

"""Which part of Plotly can be printed: what our charts use, and no more.

A property that is not named here raises, so that a picture never lacks silently what the page
shows.
"""

from collections.abc import Mapping
from typing import Any

from charts.figure import Figure, merged

_ON_THE_PAGE_ONLY = {"name", "customdata", "hovertemplate", "hoverinfo", "hoverongaps", "type"}
_FONT = {"color": ..., "size": ...}
_LINE = {"color": ..., "width": ..., "dash": ..., "shape": ...}

TRACES: dict[str, dict[str, Any]] = {
    "scatter": {
        "x": ...,
        "y": ...,
        "xaxis": ...,
        "yaxis": ...,
        "mode": ...,
        "line": _LINE,
        "marker": {"size": ..., "color": ..., "symbol": ..., "line": {"color": ..., "width": ...}},
        "fill": ...,
        "fillcolor": ...,
        "connectgaps": (False,),
        "cliponaxis": ...,
        "opacity": ...,
        "text": ...,
        "textfont": _FONT,
    },
    "bar": {
        "x": ...,
        "y": ...,
        "xaxis": ...,
        "yaxis": ...,
        "orientation": ...,
        "width": ...,
        "marker": {"color": ..., "line": {"width": (0,)}},
    },
    "heatmap": {
        "x": ...,
        "y": ...,
        "z": ...,
        "zmin": ...,
        "zmax": ...,
        "colorscale": ...,
        "showscale": (False,),
        "xgap": ...,
        "ygap": ...,
    },
}
AXIS: dict[str, Any] = {
    "type": ("linear", "log"),
    "range": ...,
    "rangemode": ("tozero",),
    "domain": ...,
    "anchor": ...,
    "overlaying": ...,
    "side": ...,
    "visible": ...,
    "tickmode": ("array",),
    "tickvals": ...,
    "ticktext": ...,
    "tickfont": _FONT,
    "tickformat": (",", ",d"),
    "tickangle": (0,),
    "ticklabelstandoff": ...,
    "showticklabels": ...,
    "ticks": ("",),
    "nticks": ...,
    "dtick": ...,
    "showgrid": ...,
    "gridcolor": ...,
    "linecolor": ...,
    "showline": (False,),
    "zeroline": (False,),
    "fixedrange": ...,
    "automargin": (False,),
    "title": {"text": ..., "font": _FONT, "standoff": ...},
}
ANNOTATION: dict[str, Any] = {
    "text": ...,
    "x": ...,
    "y": ...,
    "xref": ...,
    "yref": ...,
    "xanchor": ...,
    "yanchor": ...,
    "xshift": ...,
    "yshift": ...,
    "align": ...,
    "showarrow": (False,),
    "font": _FONT,
}
SHAPE: dict[str, Any] = {
    "type": ("rect", "line"),
    "x0": ...,
    "x1": ...,
    "y0": ...,
    "y1": ...,
    "xref": ...,
    "yref": ...,
    "layer": ...,
    "fillcolor": ...,
    "line": _LINE,
}
LAYOUT = {
    "template": ...,
    "title": ...,
    "width": ...,
    "height": ...,
    "margin": {"l": ..., "r": ..., "t": ..., "b": ..., "pad": (0,)},
    "barmode": ("stack",),
    "bargap": ...,
    "annotations": ...,
    "shapes": ...,
}


class NotPrintable(ValueError):
    """A figure has something that `charts/printing` does not draw."""


def properties_of(figure: Figure) -> dict[str, Any]:
    """The figure's layout with its template's defaults filled in.

    Raises NotPrintable for anything beyond the subset.
    """
    layout = figure.layout
    template = layout.get("template", {}).get("layout")
    if not template or "width" not in layout:
        raise NotPrintable(
            "only a figure made with its caption can be printed: this one has no template or no "
            "width; see charts.look.new_figure"
        )
    for name, value in layout.items():
        if name.startswith(("xaxis", "yaxis")):
            _check(value, AXIS, f"layout.{name}")
        else:
            _check({name: value}, LAYOUT, "layout")
    for annotation in layout.get("annotations", ()):
        _check(annotation, ANNOTATION, "annotation")
    for shape in layout.get("shapes", ()):
        _check(shape, SHAPE, "shape")
    for trace in figure.data:
        kind = trace["type"]
        if kind not in TRACES:
            raise NotPrintable(f"a trace of type {kind} cannot be printed, only {sorted(TRACES)}")
        _check(
            {name: v for name, v in trace.items() if name not in _ON_THE_PAGE_ONLY},
            TRACES[kind],
            kind,
        )
    axes = {name for name in layout if name.startswith(("xaxis", "yaxis"))} | {"xaxis", "yaxis"}
    filled = {
        name: merged(template[name[:5]], layout.get(name, {})) for name in sorted(axes, key=_number)
    }
    return {**merged(template, layout), **filled}


def _number(axis: str) -> tuple[int, str]:
    return int(axis[5:] or 1), axis


def _check(properties: Mapping[str, Any], known: Mapping[str, Any], where: str) -> None:
    """Known: by property what it may hold; `...` anything, a dictionary the same one level down."""
    for name, value in properties.items():
        if value is None:
            continue
        if name not in known:
            raise NotPrintable(
                f"{where}.{name} is not drawn in print: draw it in charts/printing and name it in "
                "charts/printing/subset.py, or leave it out of the figure"
            )
        allowed = known[name]
        if isinstance(allowed, dict):
            _check(value, allowed, f"{where}.{name}")
        elif isinstance(allowed, tuple) and value not in allowed:
            raise NotPrintable(
                f"{where}.{name} = {value!r} is not drawn in print, only {list(allowed)}"
            )

"""What lies around and over the marks: grid, tick labels, axis titles, shapes, notes, heading."""

from typing import Any

from charts.figure import merged
from charts.look import SUBTITLE_LINE, TITLE_LINE
from charts.printing.axes import Axis, as_number
from charts.printing.canvas import LINE_HEIGHT, SERIF, Box, Canvas
from charts.printing.subset import NotPrintable

NOTE_PADDING = 2.0  # pixels Plotly keeps around an annotation's text
EDGE = 4.0  # pixels of the sheet that stay free beside a label
LABEL_GAP = 3.0  # pixels between an axis and its labels, beside what the figure asks for


def draw_grid(canvas: Canvas, axis: Axis) -> None:
    """A line at each tick, where the axis has a grid."""
    if not axis.properties.get("visible", True) or not axis.properties.get("showgrid"):
        return
    first, last = axis.across
    for tick in axis.ticks():
        ends = (
            [(tick.at, first), (tick.at, last)]
            if axis.is_horizontal
            else [(first, tick.at), (last, tick.at)]
        )
        canvas.line(ends, axis.properties["gridcolor"], 1)


def draw_ticks(canvas: Canvas, axis: Axis) -> None:
    """Labels at the ticks and the axis' title."""
    properties = axis.properties
    if not properties.get("visible", True):
        return
    font = properties["tickfont"]
    gap = LABEL_GAP + properties.get("ticklabelstandoff", 0)
    ticks = axis.ticks() if properties.get("showticklabels", True) else []
    if axis.is_horizontal:
        below = max(axis.across) + gap
        for tick in ticks:
            half = canvas.length(tick.label, font["size"]) / 2 + EDGE
            canvas.words(
                tick.label,
                (min(max(tick.at, half), canvas.width - half), below),
                font["size"],
                font["color"],
                horizontal="center",
                vertical="top",
            )
        title = properties.get("title", {})
        if title.get("text"):
            lines = max((tick.label.count("<br>") + 1 for tick in ticks), default=0)
            canvas.words(
                title["text"],
                (
                    (axis.start + axis.end) / 2,
                    below + lines * LINE_HEIGHT * font["size"] + title["standoff"] - LABEL_GAP,
                ),
                title["font"]["size"],
                title["font"]["color"],
                horizontal="center",
                vertical="top",
            )
        return
    if properties.get("title", {}).get("text"):
        raise NotPrintable("titles of y axes are not printed")
    is_right = properties.get("side") == "right"
    at = max(axis.across) + gap if is_right else min(axis.across) - gap
    for tick in ticks:
        canvas.words(
            tick.label,
            (at, tick.at),
            font["size"],
            font["color"],
            horizontal="left" if is_right else "right",
            align="left" if is_right else "right",
        )


def draw_shape(
    canvas: Canvas, layout: dict[str, Any], axes: dict[str, Axis], shape: dict[str, Any]
) -> None:
    """A rectangle or a line, between values of an axis or shares of the plot."""
    box = _plot(layout)
    x0, x1 = (_along(shape, "x", end, axes, box) for end in ("x0", "x1"))
    y0, y1 = (_along(shape, "y", end, axes, box) for end in ("y0", "y1"))
    if shape.get("type") == "line":
        line = shape["line"]
        canvas.line(
            [(x0, y0), (x1, y1)], line["color"], line["width"], dash=line.get("dash"), clip=box
        )
        return
    if shape.get("line", {}).get("width") != 0:
        raise NotPrintable('a rectangle is printed without a border: give it line={"width": 0}')
    canvas.rectangle(
        (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)), shape["fillcolor"], clip=box
    )


def draw_annotation(
    canvas: Canvas, layout: dict[str, Any], axes: dict[str, Axis], note: dict[str, Any]
) -> None:
    """Words at a place; not those whose place is outside an axis' range."""
    left, top, right, bottom = _plot(layout)
    x_axis, y_axis = (axes.get(note.get(f"{way}ref", way)) for way in ("x", "y"))
    x = x_axis.pixel_of_range(as_number(note["x"])) if x_axis else left + note["x"] * (right - left)
    y = (
        y_axis.pixel_of_range(as_number(note["y"]))
        if y_axis
        else bottom - note["y"] * (bottom - top)
    )
    if (x_axis and not x_axis.is_inside(x)) or (y_axis and not y_axis.is_inside(y)):
        return
    horizontal = _anchor(note.get("xanchor"), x_axis, note["x"], ("left", "center", "right"))
    vertical = _anchor(note.get("yanchor"), y_axis, note["y"], ("bottom", "middle", "top"))
    x += note.get("xshift", 0) + {"left": 1, "center": 0, "right": -1}[horizontal] * NOTE_PADDING
    y -= note.get("yshift", 0) - {"top": 1, "middle": 0, "bottom": -1}[vertical] * NOTE_PADDING
    font = merged(layout["font"], note.get("font", {}))
    canvas.words(
        note["text"],
        (x, y),
        font["size"],
        font["color"],
        horizontal=horizontal,
        vertical=vertical,
        align=note.get("align"),
    )


def draw_title(canvas: Canvas, layout: dict[str, Any]) -> None:
    """The finding, and below it what is measured."""
    title = layout["title"]
    if not title.get("text"):
        return
    pad, font = title["pad"], title["font"]
    left = pad["l"] + NOTE_PADDING  # in line with the source, which is an annotation
    canvas.words(
        title["text"],
        (left, pad["t"]),
        font["size"],
        font["color"],
        vertical="top",
        align="left",
        font=SERIF,
        line_height=TITLE_LINE,
    )
    subtitle = title["subtitle"]
    lines = title["text"].count("<br>") + 1
    canvas.words(
        subtitle["text"],
        (left, pad["t"] + lines * TITLE_LINE),
        subtitle["font"]["size"],
        subtitle["font"]["color"],
        vertical="top",
        align="left",
        line_height=SUBTITLE_LINE,
    )


def _plot(layout: dict[str, Any]) -> Box:
    margin = layout["margin"]
    return (
        margin["l"],
        margin["t"],
        layout["width"] - margin["r"],
        layout["height"] - margin["b"],
    )


def _along(shape: dict[str, Any], way: str, end: str, axes: dict[str, Axis], box: Box) -> float:
    axis = axes.get(shape.get(f"{way}ref", way))
    if axis is not None:
        return axis.pixel(shape[end])
    left, top, right, bottom = box
    share = float(shape[end])
    return left + share * (right - left) if way == "x" else bottom - share * (bottom - top)


def _anchor(asked: str | None, axis: Axis | None, value: Any, names: tuple[str, str, str]) -> str:
    """Plotly's rule: on an axis the middle, on the sheet the side on which the place lies."""
    if asked not in (None, "auto"):
        return str(asked)
    if axis is not None:
        return names[1]
    return names[0] if value < 1 / 3 else names[2] if value > 2 / 3 else names[1]

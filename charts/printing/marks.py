"""Traces on the sheet: lines, areas, dots, bars and the cells of a heatmap."""

from collections.abc import Sequence
from typing import Any

from charts.look import mixed
from charts.printing.axes import Axis, as_number, bar_width, box_of, is_lying, is_missing
from charts.printing.canvas import Box, Canvas, Point
from charts.printing.subset import NotPrintable

DOT_SIZE, LINE_WIDTH = 6, 2  # pixels, where the figure sets none


def draw_trace(
    canvas: Canvas,
    layout: dict[str, Any],
    axes: tuple[Axis, Axis],
    trace: dict[str, Any],
    before: Sequence[dict[str, Any]],
) -> None:
    """before: the traces of the same subplot that lie beneath."""
    if trace.get("opacity") == 0:
        return
    if trace.get("opacity") is not None:
        raise NotPrintable("a trace is printed whole or, with opacity 0, not at all")
    x, y = axes
    if trace["type"] == "heatmap":
        _draw_cells(canvas, x, y, trace)
    elif trace["type"] == "bar":
        _draw_bars(canvas, layout, x, y, trace, [t for t in before if t["type"] == "bar"])
    else:
        _draw_scatter(canvas, layout, x, y, trace, before)


def _draw_scatter(
    canvas: Canvas,
    layout: dict[str, Any],
    x: Axis,
    y: Axis,
    trace: dict[str, Any],
    before: Sequence[dict[str, Any]],
) -> None:
    mode = trace.get("mode")
    if mode not in ("lines", "markers", "lines+markers", "text", None):
        raise NotPrintable(f"scatter.mode = {mode} is not printed")
    clip = box_of(x, y) if trace.get("cliponaxis", True) else None
    pieces = _pieces(x, y, trace)
    if trace.get("fill"):
        _fill(canvas, x, y, trace, pieces, before)
    line = trace.get("line", {})
    width = line.get("width", LINE_WIDTH)
    if mode and "lines" in mode and width > 0:
        for piece in pieces:
            if len(piece) > 1:
                canvas.line(piece, _color(trace), width, dash=line.get("dash"), clip=clip)
    if mode is None or "markers" in mode:
        _draw_dots(canvas, x, y, trace, clip)
    if mode == "text":
        font = {**layout["font"], **trace.get("textfont", {})}
        for px, py, words in zip(trace["x"], trace["y"], trace["text"], strict=True):
            at = (x.pixel(px), y.pixel(py))
            canvas.words(words, at, font["size"], font["color"], horizontal="center")


def _pieces(x: Axis, y: Axis, trace: dict[str, Any]) -> list[list[Point]]:
    """The line's points in pixels, broken at gaps, with its steps."""
    pieces: list[list[Point]] = [[]]
    shape = trace.get("line", {}).get("shape", "linear")
    if shape not in ("linear", "hv"):
        raise NotPrintable(f"lines are printed linear or in steps hv, not {shape}")
    for px, py in zip(trace["x"], trace["y"], strict=True):
        if is_missing(px) or is_missing(py):
            pieces.append([])
            continue
        at = (x.pixel(px), y.pixel(py))
        if shape == "hv" and pieces[-1]:
            pieces[-1].append((at[0], pieces[-1][-1][1]))
        pieces[-1].append(at)
    return [piece for piece in pieces if piece]


def _fill(
    canvas: Canvas,
    x: Axis,
    y: Axis,
    trace: dict[str, Any],
    pieces: list[list[Point]],
    before: Sequence[dict[str, Any]],
) -> None:
    if trace["fill"] == "toself":
        outlines = pieces
    elif trace["fill"] == "tonexty":
        lower = [t for t in before if t["type"] == "scatter"][-1:]
        if len(pieces) != 1 or len(others := [p for t in lower for p in _pieces(x, y, t)]) != 1:
            raise NotPrintable("a fill tonexty is printed between two lines without gaps")
        outlines = [[*pieces[0], *reversed(others[0])]]
    else:
        raise NotPrintable(f"fills are printed toself and tonexty, not {trace['fill']}")
    for outline in outlines:
        canvas.area(outline, trace["fillcolor"], clip=box_of(x, y))


def _draw_dots(canvas: Canvas, x: Axis, y: Axis, trace: dict[str, Any], clip: Box | None) -> None:
    marker = trace.get("marker", {})
    border = marker.get("line", {})
    for k, (px, py) in enumerate(zip(trace["x"], trace["y"], strict=True)):
        size = _nth(marker.get("size", DOT_SIZE), k)
        if is_missing(px) or is_missing(py) or size == 0:
            continue
        canvas.dot(
            (x.pixel(px), y.pixel(py)),
            size,
            _nth(marker.get("symbol", "circle"), k),
            _nth(marker.get("color") or _color(trace), k),
            border=_nth(border.get("color"), k),
            border_width=_nth(border.get("width", 0), k),
            clip=clip,
        )


def _draw_bars(
    canvas: Canvas,
    layout: dict[str, Any],
    x: Axis,
    y: Axis,
    trace: dict[str, Any],
    beneath: Sequence[dict[str, Any]],
) -> None:
    if beneath and layout.get("barmode") != "stack":
        raise NotPrintable("several bars at one place are printed with barmode = 'stack' only")
    along, value = (("y", "x"), (y, x)) if is_lying(trace) else (("x", "y"), (x, y))
    place_axis, value_axis = value
    started: dict[float, float] = {}
    for other in beneath:
        for place, size in zip(other[along[0]], other[along[1]], strict=True):
            if not is_missing(size):
                at = as_number(place)
                started[at] = started.get(at, 0.0) + float(size)
    half = bar_width(trace, layout) / 2
    for k, (place, size) in enumerate(zip(trace[along[0]], trace[along[1]], strict=True)):
        if is_missing(size) or size == 0:
            continue
        at = as_number(place)
        start = started.get(at, 0.0)
        sides = sorted((place_axis.pixel(at - half), place_axis.pixel(at + half)))
        ends = sorted((value_axis.pixel(start), value_axis.pixel(start + float(size))))
        box = (
            (ends[0], sides[0], ends[1], sides[1])
            if is_lying(trace)
            else (sides[0], ends[0], sides[1], ends[1])
        )
        canvas.rectangle(box, _nth(trace["marker"]["color"], k), clip=box_of(x, y))


def _draw_cells(canvas: Canvas, x: Axis, y: Axis, trace: dict[str, Any]) -> None:
    """Cells of one unit around whole numbers, in the shades between two colours."""
    (_, lightest), (_, darkest) = trace["colorscale"]
    low, high = float(trace["zmin"]), float(trace["zmax"])
    inset_x, inset_y = trace.get("xgap", 0) / 2, trace.get("ygap", 0) / 2
    for row, py in zip(trace["z"], trace["y"], strict=True):
        for value, px in zip(row, trace["x"], strict=True):
            if is_missing(value):
                continue
            left, right = sorted((x.pixel(px - 0.5), x.pixel(px + 0.5)))
            top, bottom = sorted((y.pixel(py - 0.5), y.pixel(py + 0.5)))
            share = min(max((float(value) - low) / (high - low), 0.0), 1.0) if high > low else 1.0
            canvas.rectangle(
                (left + inset_x, top + inset_y, right - inset_x, bottom - inset_y),
                mixed(lightest, darkest, share),
                clip=box_of(x, y),
            )


def _color(trace: dict[str, Any]) -> str:
    """Of a line, and of its marks where they have none of their own."""
    color = trace.get("line", {}).get("color")
    if color is None:
        raise NotPrintable("a line or a mark is printed in a colour that the figure gives it")
    return str(color)


def _nth(value: Any, k: int) -> Any:
    """Of a property that is one for all marks or one for each."""
    return value[k] if isinstance(value, list | tuple) else value

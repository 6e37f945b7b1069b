"""A figure as a picture file, on the server, without a browser.

Pages show figures with Plotly. For print the same figure object is drawn here with Matplotlib, so a
chart is defined once and looks on paper as it does on the page. Only what our charts use can be
drawn; anything else raises `NotPrintable`, and a test sends every chart through, so no chart is
without its printed form. Fonts come along (`charts/fonts`). The same figure gives the same bytes.
"""

import io
from threading import Lock
from typing import Any, Literal

import matplotlib

from charts.figure import Figure
from charts.printing.axes import Axis, axes_of
from charts.printing.canvas import Canvas
from charts.printing.marks import draw_trace
from charts.printing.subset import NotPrintable, properties_of
from charts.printing.surroundings import (
    draw_annotation,
    draw_grid,
    draw_shape,
    draw_ticks,
    draw_title,
)

__all__ = ["MIME_TYPES", "ImageFormat", "NotPrintable", "print_image"]

ImageFormat = Literal["png", "svg"]
MIME_TYPES: dict[ImageFormat, str] = {"png": "image/png", "svg": "image/svg+xml"}

SCALE = 3  # dots a pixel of the figure: 760 pixels are 2,280 dots
DOTS_PER_INCH = 300  # said in the file: a figure of 760 pixels prints 7.6 inches wide

# For the whole process, because a context of settings would leak between threads. Nothing else here
# uses Matplotlib. Glyphs are drawn as paths, so that an SVG needs no font where it is opened.
matplotlib.rcParams.update(
    {"svg.fonttype": "path", "svg.hashsalt": "table-stakes", "text.hinting": "no_hinting"}
)
_one_at_a_time = Lock()  # Matplotlib's fonts are not made for threads


def print_image(figure: Figure, image_format: ImageFormat, *, title: str = "") -> bytes:
    """The bytes of a figure that was made with its caption, in the light look.

    title: what an SVG says it is, for readers who cannot see it. Raises NotPrintable for what
    cannot be drawn, and for a figure without a width (one made for a page).
    """
    layout = properties_of(figure)
    with _one_at_a_time:
        canvas = Canvas(layout["width"], layout["height"], layout["paper_bgcolor"])
        _draw(canvas, layout, figure.data)
        out = io.BytesIO()
        if image_format == "png":
            canvas.figure.savefig(
                out,
                format="png",
                dpi=72 * SCALE,
                metadata={"Software": None},
                pil_kwargs={"dpi": (DOTS_PER_INCH, DOTS_PER_INCH)},
            )
        else:
            canvas.figure.savefig(
                out, format="svg", metadata={"Date": None, "Creator": None, "Title": title}
            )
    return out.getvalue()


def _draw(canvas: Canvas, layout: dict[str, Any], traces: list[dict[str, Any]]) -> None:
    axes = axes_of(layout, traces)
    shapes = layout.get("shapes", ())
    for shape in shapes:
        if shape.get("layer") == "below":
            draw_shape(canvas, layout, axes, shape)
    for axis in axes.values():
        draw_grid(canvas, axis)
    before: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for trace in traces:
        subplot = (trace.get("xaxis", "x"), trace.get("yaxis", "y"))
        draw_trace(canvas, layout, _pair(axes, subplot), trace, before.setdefault(subplot, []))
        before[subplot].append(trace)
    for axis in axes.values():
        draw_ticks(canvas, axis)
    for shape in shapes:
        if shape.get("layer") != "below":
            draw_shape(canvas, layout, axes, shape)
    draw_title(canvas, layout)
    for annotation in layout.get("annotations", ()):
        draw_annotation(canvas, layout, axes, annotation)


def _pair(axes: dict[str, Axis], subplot: tuple[str, str]) -> tuple[Axis, Axis]:
    return axes[subplot[0]], axes[subplot[1]]

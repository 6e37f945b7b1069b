"""Every chart has its printed form, which looks like the page's and is the same each time."""

import importlib
import io
import pkgutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest
from PIL import Image

import charts
from charts.figure import Figure
from charts.look import LIGHT, PRINT_WIDTH, Caption, Look, Margins, new_figure
from charts.printing import NotPrintable, print_image
from charts.printing.canvas import SANS, SERIF
from settings import PROJECT_DIR
from tests.charts import test_conversion_figures, test_figures, test_market_figures

CAPTION = Caption(
    "Half of Müller’s tables are gone in 2–3 minutes",
    "Tables a week, ≥ 28 days, −3 × 5; n = 1,234",
    "Table Stakes, no data yet; simulated data, fictional venues",
)
DRAWN: dict[str, Callable[[int, Look, Caption | None], Figure]] = {
    **test_figures.DRAWN,
    **test_market_figures.DRAWN,
    **test_conversion_figures.DRAWN,
}


def blank() -> Figure:
    return new_figure(LIGHT, CAPTION, plot_height=100, margins=Margins(left=10, right=10))


def pixels(figure: Figure) -> np.ndarray:
    """Rows × columns × red, green, blue of the printed figure, three dots a pixel."""
    return np.asarray(Image.open(io.BytesIO(print_image(figure, "png"))).convert("RGB"))


def color_at(figure: Figure, x: float, y: float) -> str:
    """The colour at a pixel of the figure, in hexadecimal."""
    red, green, blue = pixels(figure)[round(3 * y) + 1, round(3 * x) + 1]
    return f"#{red:02X}{green:02X}{blue:02X}"


def figure_functions() -> set[str]:
    """The names of all functions of charts/ that make a chart."""
    modules = [
        importlib.import_module(f"charts.{m.name}") for m in pkgutil.iter_modules(charts.__path__)
    ]
    names = {name for module in modules for name in vars(module) if name.endswith("_figure")}
    return names - {"new_figure"}


def test_every_chart_is_among_those_printed_here() -> None:
    called = {name for draw in DRAWN.values() for name in draw.__code__.co_names}
    assert len(figure_functions()) > 10
    assert figure_functions() <= called


@pytest.mark.parametrize("rows", [0, 1, 12])
@pytest.mark.parametrize("name", DRAWN)
def test_a_chart_is_printed_of_nothing_of_one_row_and_of_many(name: str, rows: int) -> None:
    figure = DRAWN[name](rows, LIGHT, CAPTION)
    image = Image.open(io.BytesIO(print_image(figure, "png")))
    assert image.size == (3 * PRINT_WIDTH, 3 * figure.layout["height"])
    assert image.info["dpi"] == pytest.approx((300, 300), rel=0.01)
    assert len(image.convert("RGB").getcolors(1 << 20) or []) > 10
    root = ET.fromstring(print_image(figure, "svg", title=CAPTION.title))
    assert root.get("width") == f"{PRINT_WIDTH}pt"
    assert CAPTION.title in "".join(root.itertext())


def test_the_same_figure_gives_the_same_bytes_in_another_process() -> None:
    draw = (
        "import sys; from tests.charts.test_printing import *; "
        "sys.stdout.buffer.write(b''.join("
        "print_image(DRAWN['ranking'](12, LIGHT, CAPTION), kind) for kind in ('png', 'svg')))"
    )
    figure = DRAWN["ranking"](12, LIGHT, CAPTION)
    here = b"".join(print_image(figure, kind) for kind in ("png", "svg"))
    there = subprocess.run(
        [sys.executable, "-c", draw], cwd=PROJECT_DIR, stdout=subprocess.PIPE, check=True
    ).stdout
    assert there == here
    assert b"<dc:date>" not in print_image(figure, "svg")


def test_an_svg_needs_no_font_and_nothing_from_elsewhere() -> None:
    svg = print_image(DRAWN["lead"](12, LIGHT, CAPTION), "svg").decode()
    assert "<text" not in svg
    assert "font-family" not in svg
    assert 'href="http' not in svg


def test_the_fonts_have_the_characters_that_words_are_set_in() -> None:
    from matplotlib.ft2font import FT2Font

    for file in (SANS, SERIF):
        known = FT2Font(str(file)).get_charmap()
        assert all(ord(character) in known for character in "äöüßéñç−–—≥≤×½…“”’· %")


def test_bars_stand_where_their_values_are_one_upon_the_other() -> None:
    figure = blank()
    for value, color in ((1.0, LIGHT.accent), (2.0, LIGHT.second)):
        figure.add_bar(x=[0, 1], y=[value, 0], marker={"color": color})
    figure.update_layout(barmode="stack", bargap=0)
    figure.update_xaxes(range=[-0.5, 1.5], visible=False)
    figure.update_yaxes(range=[0, 4], visible=False)
    top = figure.layout["margin"]["t"]
    quarter = (PRINT_WIDTH - 20) / 4
    assert color_at(figure, 10 + quarter, top + 80) == LIGHT.accent
    assert color_at(figure, 10 + quarter, top + 60) == LIGHT.second
    assert color_at(figure, 10 + quarter, top + 10) == LIGHT.page
    assert color_at(figure, 10 + 3 * quarter, top + 90) == LIGHT.page


def test_a_line_has_its_gap_and_a_log_axis_its_middle() -> None:
    figure = blank()
    figure.add_scatter(
        x=[1, 10, None, 10, 100],
        y=[0, 0, None, 1, 1],
        mode="lines",
        line={"color": LIGHT.accent, "width": 6},
    )
    figure.update_xaxes(type="log", range=[0, 2], visible=False)
    figure.update_yaxes(range=[-1, 2], visible=False)
    top, middle = figure.layout["margin"]["t"], PRINT_WIDTH / 2
    low, high = top + 200 / 3, top + 100 / 3
    assert color_at(figure, middle - 20, low) == LIGHT.accent
    assert color_at(figure, middle + 20, low) == LIGHT.page
    assert color_at(figure, middle - 20, high) == LIGHT.page
    assert color_at(figure, middle + 20, high) == LIGHT.accent


def test_days_lie_at_even_distances_and_shapes_span_them() -> None:
    first = date(2026, 11, 2)
    figure = blank()
    figure.add_scatter(
        x=[first, first + timedelta(days=4)], y=[0, 0], mode="markers", marker={"color": "#000000"}
    )
    figure.add_shape(
        type="rect",
        xref="x",
        yref="paper",
        x0=first + timedelta(days=2),
        x1=first + timedelta(days=4),
        y0=0,
        y1=1,
        layer="below",
        line={"width": 0},
        fillcolor=LIGHT.panel,
    )
    figure.update_xaxes(range=[first, first + timedelta(days=4)], visible=False)
    figure.update_yaxes(range=[-1, 1], visible=False)
    y = figure.layout["margin"]["t"] + 20
    assert color_at(figure, PRINT_WIDTH / 2 - 10, y) == LIGHT.page
    assert color_at(figure, PRINT_WIDTH / 2 + 10, y) == LIGHT.panel


def test_what_is_not_drawn_in_print_is_named() -> None:
    pie, smooth, arrow, bold, names, legend = (blank() for _ in range(6))
    pie.data.append({"type": "pie", "values": [1, 2]})
    smooth.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"smoothing": 1.3})
    arrow.add_annotation(text="here", x=0, y=0, showarrow=True)
    bold.add_annotation(text="<b>here</b>", x=0, y=0, showarrow=False)
    names.add_bar(x=["a", "b"], y=[1, 2], marker={"color": "#000000"})
    legend.update_layout(legend={"orientation": "h"})
    for figure, words in (
        (pie, "pie"),
        (smooth, "scatter.line.smoothing"),
        (arrow, "annotation.showarrow"),
        (bold, "<b>"),
        (names, "categories"),
        (legend, "layout.legend"),
        (for_a_page(), "caption"),
    ):
        with pytest.raises(NotPrintable, match=words):
            print_image(figure, "png")


def for_a_page() -> Figure:
    """A figure as a page shows it: without its words."""
    return new_figure(LIGHT, None, plot_height=100, margins=Margins())

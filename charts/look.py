"""The one look of every figure: colours, type, template, and the words around a picture.

A figure on a page shows the picture alone, because the page sets title, subtitle and source as text
that wraps and can be read aloud. A figure that leaves the page (print, digest) is made with its
`Caption`, carries them itself with the label of simulated data, and is drawn by `charts/printing`.
"""

import html
import textwrap
from dataclasses import dataclass
from functools import cache
from typing import Any

from charts.figure import Figure

SANS = '"Source Sans", "Source Sans 3", "Helvetica Neue", Arial, sans-serif'
SERIF = '"Source Serif", "Source Serif 4", Georgia, serif'

TITLE_SIZE, SUBTITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 18, 14, 13, 12
TITLE_LINE, SUBTITLE_LINE = 24, 19  # pixels a line takes

PRINT_WIDTH = 760
SENTENCE_HEIGHT = 56  # pixels of a plot that only says why it is not there
TITLE_CHARACTERS, SUBTITLE_CHARACTERS = 80, 112  # that fit a line of a figure for print


@dataclass(frozen=True)
class Look:
    """The colours of one theme: hexadecimal, by what they are for."""

    page: str
    panel: str
    text: str
    muted: str
    accent: str
    second: str
    context: str
    grid: str
    sequential: tuple[str, str]
    diverging: tuple[str, str, str]

    def tint(self, color: str, share: float) -> str:
        """`color` laid over the page with `share` of its strength, 0 to 1."""
        return mixed(self.page, color, share)


LIGHT = Look(
    page="#FFFFFF",
    panel="#F7F5F1",
    text="#1F1A17",
    muted="#5F5751",
    accent="#7A1F2B",
    second="#1F6F78",
    context="#8C8379",
    grid="#E7E1D8",
    sequential=("#F6EDE6", "#7A1F2B"),
    diverging=("#1F6F78", "#EFEAE4", "#7A1F2B"),
)
DARK = Look(
    page="#141210",
    panel="#1E1B18",
    text="#EFEAE4",
    muted="#B5ABA2",
    accent="#E88C92",
    second="#6FC2C8",
    context="#7D746C",
    grid="#2C2723",
    sequential=("#2A1F20", "#F2A7AB"),
    diverging=("#6FC2C8", "#2C2723", "#E88C92"),
)


@dataclass(frozen=True)
class Caption:
    """What is said around a picture: the finding, what is measured, and where it is from."""

    title: str
    subtitle: str
    source: str

    @property
    def in_words(self) -> str:
        """The picture for readers who cannot see it."""
        return f"{self.title}. {self.subtitle}"


def source_line(data_through: str | None, *, is_simulated: bool) -> str:
    """Where the numbers are from, and that they are simulated where they are.

    data_through: a date in words, None without data.

    >>> source_line("Fri, Nov 20, 2026", is_simulated=True)
    'Table Stakes, data through Fri, Nov 20, 2026; simulated data, fictional venues'
    """
    through = f"data through {data_through}" if data_through else "no data yet"
    return f"Table Stakes, {through}" + (
        "; simulated data, fictional venues" if is_simulated else ""
    )


def mixed(under: str, over: str, share: float) -> str:
    """`share` of one hexadecimal colour over another.

    >>> mixed("#000000", "#FFFFFF", 0.5)
    '#808080'
    """
    pairs = zip(_channels(under), _channels(over), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2).

    >>> contrast("#FFFFFF", "#000000")
    21.0
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def text_on(ground: str) -> str:
    """Black or white, whichever is easier to read on `ground`: one of them always is.

    >>> text_on("#7A1F2B"), text_on("#F6EDE6")
    ('#FFFFFF', '#000000')
    """
    return max(("#000000", "#FFFFFF"), key=lambda color: contrast(color, ground))


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def _luminance(color: str) -> float:
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in _channels(color))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache
def template(look: Look) -> dict[str, Any]:
    """The explicit Plotly template of a look; figures use no other, and none changes it."""
    axis: dict[str, Any] = {
        "automargin": False,
        "gridcolor": look.grid,
        "linecolor": look.grid,
        "showgrid": False,
        "showline": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
        "ticklabeloverflow": "allow",  # to hide what overflows a browser measures every label
        "tickfont": {"color": look.muted, "size": SMALL_SIZE},
        "title": {"font": {"color": look.muted, "size": SMALL_SIZE}, "standoff": 8},
    }
    return {
        "layout": {
            "font": {"family": SANS, "size": TEXT_SIZE, "color": look.text},
            "title": {
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "y": 1,
                "yref": "container",
                "yanchor": "top",
                "font": {
                    "family": SERIF,
                    "size": TITLE_SIZE,
                    "color": look.text,
                    "weight": 600,
                },
                "subtitle": {"font": {"family": SANS, "size": SUBTITLE_SIZE, "color": look.muted}},
            },
            "paper_bgcolor": look.page,
            "plot_bgcolor": look.page,
            "colorway": [look.accent, look.second, look.context],
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "hoverlabel": {
                "bgcolor": look.panel,
                "bordercolor": look.context,
                "align": "left",
                "font": {"family": SANS, "size": TEXT_SIZE, "color": look.text},
            },
            "xaxis": axis,
            "yaxis": axis,
            "separators": ".,",
        }
    }


@dataclass(frozen=True)
class Margins:
    """Pixels around the plot, for what the figure itself writes there."""

    left: int = 8
    right: int = 8
    top: int = 8
    bottom: int = 28


def new_figure(
    look: Look, caption: Caption | None, *, plot_height: int, margins: Margins
) -> Figure:
    """An empty figure in the look: its plot `plot_height` pixels high, the caption around it."""
    figure = Figure()
    top, bottom = margins.top, margins.bottom
    if caption is not None:
        # Plotly takes tags and entities for markup, so words are written as they are meant.
        title, subtitle = (
            [html.escape(line, quote=False) for line in textwrap.wrap(words, longest)]
            for words, longest in (
                (caption.title, TITLE_CHARACTERS),
                (caption.subtitle, SUBTITLE_CHARACTERS),
            )
        )
        top += 20 + len(title) * TITLE_LINE + len(subtitle) * SUBTITLE_LINE
        bottom += 32
        figure.update_layout(
            title={
                "text": "<br>".join(title),
                "pad": {"t": 12, "l": 12},
                "subtitle": {"text": "<br>".join(subtitle)},
            }
        )
        figure.add_annotation(
            text=html.escape(caption.source, quote=False),
            xref="paper",
            yref="paper",
            x=0,
            y=0,
            xanchor="left",
            yanchor="bottom",
            xshift=12 - margins.left,
            yshift=8 - bottom,
            showarrow=False,
            font={"size": SMALL_SIZE, "color": look.muted},
        )
        figure.update_layout(width=PRINT_WIDTH)
    figure.update_layout(
        template=template(look),
        height=plot_height + top + bottom,
        margin={"l": margins.left, "r": margins.right, "t": top, "b": bottom, "pad": 0},
    )
    return figure


def say_instead(figure: Figure, look: Look, words: str) -> Figure:
    """The figure without its axes, only as high as the sentence in their place needs."""
    around = figure.layout["margin"]
    figure.update_layout(height=around["t"] + around["b"] + SENTENCE_HEIGHT)
    figure.update_xaxes(visible=False, range=[0, 1], type="linear")
    figure.update_yaxes(visible=False, range=[0, 1], type="linear")
    figure.add_annotation(
        text="<br>".join(textwrap.wrap(words, 44)),
        xref="paper",
        yref="paper",
        x=0.5,
        y=0.5,
        showarrow=False,
        font={"size": TEXT_SIZE, "color": look.muted},
    )
    return figure

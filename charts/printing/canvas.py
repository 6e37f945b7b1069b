"""A sheet measured in the figure's pixels, y downwards, with lines, areas, dots and words on it."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D

from charts.printing.subset import NotPrintable

FONTS = Path(__file__).parent.parent / "fonts"
SANS, SERIF = FONTS / "SourceSans3_400Regular.ttf", FONTS / "SourceSerif4_600SemiBold.ttf"
LINE_HEIGHT = 1.3  # of the size, as in Plotly
CAP_HEIGHT = 0.66  # of the size: of both fonts

Dash = Literal["solid"] | tuple[float, Sequence[float]]
DASHES: dict[str | None, Dash] = {
    None: "solid",
    "solid": "solid",
    "dot": (0, (1, 2)),
    "dash": (0, (4, 3)),
}
SYMBOLS = {"circle": "o", "circle-open": "o", "triangle-left": "<"}

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom

_TAG = re.compile(
    r"<span style='color:(#[0-9A-Fa-f]{6})'>|</span>"
    r"|</?(?:a|b|i|s|u|em|strong|sub|sup|span)\b[^>]*>"
)


@dataclass(frozen=True)
class Run:
    """Words of one colour in a line."""

    words: str
    color: str


class Canvas:
    """What is drawn later lies on top."""

    def __init__(self, width: float, height: float, ground: str) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=ground)
        self._pixels = (
            Affine2D().scale(1 / 72, -1 / 72).translate(0, height / 72)
            + self.figure.dpi_scale_trans
        )
        self._order = 0.0

    def line(
        self,
        points: Sequence[Point],
        color: str,
        width: float,
        *,
        dash: str | None = None,
        clip: Box | None = None,
    ) -> None:
        """A line through points, with round joins."""
        if dash not in DASHES:
            raise NotPrintable(f"lines are printed {sorted(map(str, DASHES))}, not {dash}")
        self._add(
            Line2D(
                [x for x, _ in points],
                [y for _, y in points],
                color=color,
                linewidth=width,
                linestyle=DASHES[dash],
                solid_capstyle="butt",
                solid_joinstyle="round",
            ),
            clip,
        )

    def area(
        self, points: Sequence[Point], color: str, *, clip: Box | None = None, opacity: float = 1.0
    ) -> None:
        """A closed area without a border."""
        outline = Outline([*points, points[0]], closed=True)
        self._add(PathPatch(outline, facecolor=color, linewidth=0, alpha=opacity), clip)

    def rectangle(self, box: Box, color: str, *, clip: Box | None = None) -> None:
        """An area with corners left, top, right, bottom."""
        left, top, right, bottom = box
        self.area([(left, top), (right, top), (right, bottom), (left, bottom)], color, clip=clip)

    def dot(
        self,
        at: Point,
        size: float,
        symbol: str,
        fill: str,
        *,
        border: str | None = None,
        border_width: float = 0.0,
        clip: Box | None = None,
    ) -> None:
        """A mark `size` pixels across."""
        if symbol not in SYMBOLS:
            raise NotPrintable(f"marks are printed as {sorted(SYMBOLS)}, not {symbol}")
        is_open = symbol.endswith("-open")
        self._add(
            Line2D(
                [at[0]],
                [at[1]],
                linestyle="none",
                marker=SYMBOLS[symbol],
                markersize=size,
                markerfacecolor="none" if is_open else fill,
                markeredgecolor=fill if is_open else (border or fill),
                markeredgewidth=1.0 if is_open else border_width,
            ),
            clip,
        )

    def words(
        self,
        text: str,
        at: Point,
        size: float,
        color: str,
        *,
        horizontal: str = "left",
        vertical: str = "middle",
        align: str | None = None,
        font: Path = SANS,
        line_height: float | None = None,
    ) -> None:
        """Lines of text as a block that lies left, center or right, top, middle or bottom of `at`.

        text: Plotly's: `<br>`, and spans with a colour. align: of the lines in the block.
        """
        lines = [_runs(line, color) for line in text.split("<br>")]
        widths = [_length(line, size, font) for line in lines]
        height = line_height or LINE_HEIGHT * size
        block = max(widths)
        left = at[0] - {"left": 0.0, "center": block / 2, "right": block}[horizontal]
        full = height * len(lines)
        top = at[1] - {"top": 0.0, "middle": full / 2, "bottom": full}[vertical]
        inside = {"left": 0.0, "center": 0.5, "right": 1.0}[align or "center"]
        for number, (line, width) in enumerate(zip(lines, widths, strict=True)):
            x = left + (block - width) * inside
            baseline = top + (number + 0.5) * height + CAP_HEIGHT * size / 2
            for run in line:
                self._add(
                    Text(
                        x,
                        baseline,
                        run.words,
                        color=run.color,
                        fontproperties=_font(font, size),
                        parse_math=False,
                        verticalalignment="baseline",
                    )
                )
                x += _advance(run.words, size, font)

    def length(self, text: str, size: float) -> float:
        """Pixels that the longest line of a text takes."""
        return max(_length(_runs(line, "#000000"), size, SANS) for line in text.split("<br>"))

    def _add(self, artist: Line2D | PathPatch | Text, clip: Box | None = None) -> None:
        self._order += 1
        artist.set_zorder(self._order)
        artist.set_transform(self._pixels)
        if clip is not None:
            left, top, right, bottom = clip
            corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
            artist.set_clip_path(Outline(corners, closed=True), self._pixels)
        self.figure.add_artist(artist)


def _runs(line: str, color: str) -> list[Run]:
    """The colours in a line of Plotly's text; raises NotPrintable for a tag that is not known."""
    runs, at, now = [], 0, color
    for tag in _TAG.finditer(line):
        if tag.start() > at:
            runs.append(Run(html.unescape(line[at : tag.start()]), now))
        if tag[0] == "</span>":
            now = color
        elif tag[1]:
            now = tag[1]
        else:
            raise NotPrintable(f"text with {tag[0]} is not printed: {line!r}")
        at = tag.end()
    if at < len(line):
        runs.append(Run(html.unescape(line[at:]), now))
    return runs


def _length(line: Sequence[Run], size: float, font: Path) -> float:
    return sum(_advance(run.words, size, font) for run in line)


def _advance(words: str, size: float, font: Path) -> float:
    """Pixels from the start of words to where the next would start, spaces at the end included."""
    stop = "|"
    with_stop, alone = (
        text_to_path.get_text_width_height_descent(text, _font(font, size), ismath=False)[0]
        for text in (words + stop, stop)
    )
    return float(with_stop - alone)


@cache
def _font(file: Path, size: float) -> FontProperties:
    return FontProperties(fname=str(file), size=size)

"""A chart on a page with all that belongs to it: its finding as title, what is measured, where it
is from, its numbers, and ways to take it away.

All of it is one element for Streamlit, drawn by `pictures.js`: made of Streamlit's own it would be
nine, and the server and the browser would spend most of their time on those.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd
import streamlit as st
from plotly.io.json import to_json_plotly
from streamlit.components.v2 import component

from charts.figure import Figure
from charts.look import DARK, LIGHT, Caption, Look
from charts.printing import MIME_TYPES, print_image
from dashboard import chart_library, explain, parts

Draw = Callable[[Look, Caption | None], Figure]

HERE = Path(__file__).parent
# Said of all rows of a table above and below the picture.
CONTEXT_COLUMNS = ("market", "venue_id", "venue", "source", "window_first", "window_last")

_picture = component(
    "picture",
    html=(HERE / "pictures.html").read_text(encoding="utf-8"),
    js=(HERE / "pictures.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
_file = component("saved_file", js=(HERE / "saved_file.js").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Picture:
    """A figure with its words, its numbers, and what it is called when it is saved.

    draw: makes the figure in a look, with its caption where it must carry that itself.
    table: what the picture shows: to be opened under it, and saved as it is there.
    measure: the formula that explains it on hover, by its module's name in `metrics/`.
    alt: the picture in words, for readers who cannot see it; None: as its caption has them.
    """

    draw: Draw
    caption: Caption
    key: str
    file_name: str
    table: pd.DataFrame | None = None
    measure: str | None = None
    alt: str | None = None

    @property
    def in_words(self) -> str:
        """For readers who cannot see it."""
        return self.alt or self.caption.in_words

    @cached_property
    def light(self) -> bytes:
        """As it goes to a browser in the light theme: a JSON document in UTF-8."""
        return self._document(LIGHT)

    @cached_property
    def dark(self) -> bytes:
        """As it goes to a browser in the dark theme."""
        return self._document(DARK)

    def _document(self, look: Look) -> bytes:
        document: str = to_json_plotly(
            {
                "title": self.caption.title,
                "subtitle": self.caption.subtitle,
                "source": self.caption.source,
                "alt": self.in_words,
                "explained": None if self.measure is None else explain.words(self.measure),
                "hasNumbers": self.table is not None,
                "figure": self.draw(look, None).to_dict(),
                "library": chart_library.ADDRESS,
            }
        )
        return document.encode()


def figure(
    draw: Draw,
    caption: Caption,
    *,
    key: str,
    file_name: str,
    table: pd.DataFrame | None = None,
    measure: str | None = None,
) -> None:
    """Shows a picture that is not remembered as a whole; parameters as of `Picture`."""
    show(Picture(draw, caption, key, file_name, table, measure))


def show(picture: Picture) -> None:
    """A picture with its finding above, its source below, its numbers, and ways to take it away."""
    # With a key it stays the same to the browser where something above it comes or goes.
    with st.container(key=f"{picture.key}-picture"):
        _shown(picture)


@st.fragment
def _shown(picture: Picture) -> None:
    asked = _picture(
        key=picture.key,
        data=picture.dark if parts.look() is DARK else picture.light,
        on_numbers_change=_rerun,
        on_save_change=_rerun,
        on_print_change=_rerun,
    )
    if asked.save is not None and picture.table is not None:
        _save(picture.table, f"{picture.file_name}.csv", click=asked.save, key=picture.key)
    if asked.print is not None:
        _print_dialog(picture)
    if asked.numbers and picture.table is not None:
        _numbers(picture.table, picture.caption)


def _rerun() -> None:
    """What is asked of a picture is answered by the run that follows."""


def _save(table: pd.DataFrame, file_name: str, *, click: int, key: str) -> None:
    """The rows as they are shown, undefined as empty, saved by the reader's browser.

    click: tells this wish from the one before.
    """
    text = table.to_csv(index=False)
    _file(key=f"{key}-file", data={"name": file_name, "text": text, "click": click})


def _numbers(table: pd.DataFrame, caption: Caption) -> None:
    """The picture's numbers as a table; sent only once it is opened."""
    shown = table.drop(columns=[name for name in CONTEXT_COLUMNS if name in table])
    labels = {name: str(name).replace("_", " ") for name in shown}
    st.dataframe(
        shown.rename(columns=labels),
        hide_index=True,
        height="auto",
        placeholder="",
        alt=f"The numbers of the picture: {caption.title}",
    )


@st.dialog("Picture for print", width="large")
def _print_dialog(picture: Picture) -> None:
    """Shows the picture as it is saved: drawn on the server, with its words and its fonts."""
    caption = picture.caption
    drawn = picture.draw(LIGHT, caption)
    words = f"{caption.in_words} {caption.source}."
    pictures = {kind: print_image(drawn, kind, title=words) for kind in MIME_TYPES}
    st.image(pictures["png"], width="stretch", alt=f"{caption.title}. {picture.in_words}")
    with st.container(horizontal=True):
        for kind, image in pictures.items():
            st.download_button(
                f"Save as {kind.upper()}",
                data=image,
                file_name=f"{picture.file_name}.{kind}",
                mime=MIME_TYPES[kind],
                key=f"{picture.key}-{kind}",
                on_click="ignore",
            )

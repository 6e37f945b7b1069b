"""What pages are put together from: the header, figures with their words, tables, downloads."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from charts.look import (
    DARK,
    LIGHT,
    ON_PAGE,
    Caption,
    Look,
    source_line,
)
from charts.printing import MIME_TYPES, print_image
from db.insights import Progress
from metrics.calendar import local_date
from metrics.wording import date_words

Draw = Callable[[Look, Caption | None], go.Figure]

USUAL_WINDOW = 28  # days: what a page is about unless another window is asked for
SIMULATED = "Simulated data: the venues are fictional and nothing here ever happened."


def page_header(title: str, *, is_simulated: bool) -> None:
    """The page's title, and on simulated data the label that says so."""
    st.title(title, anchor=False)
    if is_simulated:
        st.markdown(f":gray-background[{SIMULATED}]")


def look() -> Look:
    """The colours of the reader's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def source(reach: Progress, *, is_simulated: bool) -> str:
    """The source line of a market's figures and tables."""
    if reach.data_through is None:
        return source_line(None, is_simulated=is_simulated)
    last_day = local_date(reach.data_through, reach.timezone)
    return source_line(date_words(last_day, with_year=True), is_simulated=is_simulated)


def place_words(market_name: str) -> str:
    """A market's name, or a sentence with it: the label of simulated data is on the page already.

    >>> place_words("New York (simulated)")
    'New York'
    """
    return market_name.replace(" (simulated)", "")


def figure(
    draw: Draw,
    caption: Caption,
    *,
    key: str,
    alt: str,
    file_name: str,
    table: pd.DataFrame | None = None,
) -> None:
    """A picture with its finding above, its source below, and a way to take it away.

    draw: makes the figure in a look, with its caption where it must carry that itself.
    alt: the picture in words, for readers who cannot see it.
    table: what the picture shows, to be saved from beside it (`{key}-csv`).
    """
    st.subheader(caption.title, anchor=False)
    st.caption(caption.subtitle)
    st.plotly_chart(draw(look(), None), theme=None, config=ON_PAGE, key=key, alt=alt)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(caption.source)
        if table is not None:
            csv_download(table, file_name=file_name, key=f"{key}-csv")
        if st.button("Picture for print", key=f"{key}-print", type="tertiary"):
            _print_dialog(draw, caption, key, alt, file_name)


@st.dialog("Picture for print", width="large")
def _print_dialog(draw: Draw, caption: Caption, key: str, alt: str, file_name: str) -> None:
    """Shows the picture as it is saved: drawn on the server, with its words and its fonts."""
    drawn = draw(LIGHT, caption)
    words = f"{caption.title}. {caption.subtitle} {caption.source}."
    pictures = {kind: print_image(drawn, kind, title=words) for kind in MIME_TYPES}
    st.image(pictures["png"], width="stretch", alt=f"{caption.title}. {alt}")
    with st.container(horizontal=True):
        for kind, picture in pictures.items():
            st.download_button(
                f"Save as {kind.upper()}",
                data=picture,
                file_name=f"{file_name}.{kind}",
                mime=MIME_TYPES[kind],
                key=f"{key}-{kind}",
                on_click="ignore",
            )


def csv_download(frame: pd.DataFrame, *, file_name: str, key: str) -> None:
    """A button that saves exactly these rows and columns; undefined is empty."""
    st.download_button(
        "Table as CSV",
        data=lambda: frame.to_csv(index=False).encode(),
        file_name=f"{file_name}.csv",
        mime="text/csv",
        key=key,
        on_click="ignore",
        type="tertiary",
    )


def file_stem(*parts: str | int | date, is_simulated: bool) -> str:
    """A file's name without its ending: hardest-tables-nyc-2026-11-20-28d-simulated."""
    words = [str(part) for part in parts] + (["simulated"] if is_simulated else [])
    return "-".join(words).lower().replace(" ", "-")

"""What pages are put together from: the header, figures with their words, tables, downloads."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit

import pandas as pd
import plotly.graph_objects as go
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from charts.look import (
    DARK,
    LIGHT,
    ON_PAGE,
    Caption,
    Look,
    source_line,
)
from charts.printing import MIME_TYPES, print_image
from dashboard import explain, formats
from dashboard.memory import kept
from db.insights import Progress
from metrics.calendar import local_date
from metrics.wording import date_words, list_words

P = ParamSpec("P")
T = TypeVar("T")
Draw = Callable[[Look, Caption | None], go.Figure]

KEPT_FOR = timedelta(minutes=10)  # each part of a page

NOT_IN_FILE_NAMES = re.compile(r"[^\w]+")
CONTEXT_COLUMNS = ("market", "venue_id", "venue", "source", "window_first", "window_last")
SELECT_ROW = "Select a row to open its venue (with the keyboard: Shift+Space)."
USUAL_WINDOW = 28  # days: what a page is about unless another window is asked for
SIMULATED = "Simulated data: the venues are fictional and nothing here ever happened."


@cache
def style() -> str:
    """The pages' style sheet, read once."""
    return f"<style>{Path(__file__).with_name('page.css').read_text(encoding='utf-8')}</style>"


def page_header(title: str, *, is_simulated: bool, market: str | None = None) -> None:
    """The page's title, the market's label where there are several, and on simulated data the
    words that say so."""
    st.title(title, anchor=False)
    if market is not None:
        st.caption(f"Market: {formats.as_markdown(market)}")
    if is_simulated:
        st.markdown(f":gray-background[{SIMULATED}]")


def header_of_all(title: str, markets: pd.DataFrame) -> None:
    """The header of a page about all these markets (columns of `insights.markets`): where only some
    are simulated, it says which."""
    is_simulated = markets["is_simulated"].astype(bool)
    if is_simulated.all() or not is_simulated.any():
        page_header(title, is_simulated=bool(is_simulated.any()))
        return
    st.title(title, anchor=False)
    names = list_words(sorted(markets.loc[is_simulated, "name"].map(simulated_label)))
    st.markdown(
        f":gray-background[Simulated data: the venues of {formats.as_markdown(names)} are "
        "fictional and nothing there ever happened. All else is real.]"
    )


def market_label(name: str, *, is_simulated: bool) -> str:
    """A market's name where it is told from others.

    >>> market_label("New York", is_simulated=False), market_label("Bonn", is_simulated=True)
    ('New York', 'Bonn (simulated)')
    """
    return simulated_label(name) if is_simulated else name


def simulated_label(name: str) -> str:
    """A simulated market's name, which may say so itself."""
    return f"{place_words(name)} (simulated)"


Finding = DeltaGenerator


def finding() -> Finding:
    """Where a page says what it found: room is kept, so that nothing below jumps."""
    return st.container(key="finding").empty()


def note_selection() -> None:
    """Remembers a row that was just selected in the table `venues`, for one run: the selection
    itself is still there when a reader comes back to the page."""
    rows = st.session_state["venues"].selection.rows
    st.session_state["selected_row"] = rows[0] if rows else None


def exact_link(path: str, parameters: Mapping[str, str]) -> None:
    """The address that shows the same again, tomorrow as well: defaults move on with the data and
    are left out of the browser's address, so here they are all said."""
    url = f"{opened_under(path)}/{path}"
    with st.popover("Link to this", type="tertiary", key=f"{path}-link"):
        st.caption("This address shows exactly this, on any day.")
        st.code(f"{url}?{urlencode(parameters)}", language=None, wrap_lines=True)


def opened_under(path: str) -> str:
    """The address the app was opened under, without the page's path and without a slash at its end;
    empty where it is not known."""
    base = urlsplit(st.context.url or "")
    if not base.netloc:
        return ""
    return f"{base.scheme}://{base.netloc}{base.path.rstrip('/').removesuffix(f'/{path}')}"


def venue_link(venue_id: str, name: str) -> str:
    r"""A venue's name as a link to its page, in Markdown.

    >>> print(venue_link("impf/1 a", "Amt [A]"))
    [Amt \[A\]](./venue?venue=impf%2F1+a)
    """
    return f"[{formats.as_markdown(name)}](./venue?{urlencode({'venue': venue_id})})"


def look() -> Look:
    """The colours of the reader's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def footnote(text: str) -> None:
    """A line at the foot of a table; nothing where there is nothing to say."""
    if text:
        st.caption(text)


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


def remembered(build: Callable[P, T]) -> Callable[P, T]:
    """What a part of a page says and draws, made once for all readers: a click costs a tenth.

    All that it is made from is among the arguments, or asked of `data` by them (the market's
    version is one, so that nothing old is shown). Nobody changes what it returns.
    """
    return kept(KEPT_FOR)(build)


def sendable(rows: pd.DataFrame) -> pa.Table:
    """Rows as they go to the browser, so that they are not made ready again for every reader. To be
    shown with `hide_index` said: to find out, Streamlit would turn them back."""
    return pa.Table.from_pandas(rows)


@dataclass(frozen=True)
class Picture:
    """A figure with its words, its numbers, and what it is called when it is saved.

    draw: makes the figure in a look, with its caption where it must carry that itself.
    table: what the picture shows: to be opened under it, and saved as it is there (`{key}-csv`).
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
    def light(self) -> go.Figure:
        """As it stands on a page in the light theme."""
        return self.draw(LIGHT, None)

    @cached_property
    def dark(self) -> go.Figure:
        """As it stands on a page in the dark theme."""
        return self.draw(DARK, None)


def show(picture: Picture) -> None:
    """A picture with its finding above, its source below, its numbers, and ways to take it away."""
    caption, key = picture.caption, picture.key
    explained = None if picture.measure is None else explain.measure(picture.measure)
    st.subheader(caption.title, anchor=False, help=explained)
    st.caption(caption.subtitle)
    drawn = picture.dark if look() is DARK else picture.light
    st.plotly_chart(drawn, theme=None, config=ON_PAGE, key=key, alt=picture.in_words)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(caption.source)
        if picture.table is not None:
            csv_download(picture.table, file_name=picture.file_name, key=f"{key}-csv")
        if st.button("Picture for print", key=f"{key}-print", type="tertiary"):
            _print_dialog(picture)
    if picture.table is not None:
        _numbers(picture.table, caption, key)


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


@st.fragment
def _numbers(table: pd.DataFrame, caption: Caption, key: str) -> None:
    """The picture's numbers as a table; sent only once it is opened."""
    numbers = st.expander("The numbers", key=f"{key}-numbers", on_change="rerun")
    if not numbers.open:
        return
    # What is the same in every row is said above and below the picture.
    shown = table.drop(columns=[name for name in CONTEXT_COLUMNS if name in table])
    labels = {name: str(name).replace("_", " ") for name in shown}
    numbers.dataframe(
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


def csv_download(
    frame: pd.DataFrame | Callable[[], pd.DataFrame], *, file_name: str, key: str
) -> None:
    """A button that saves exactly these rows and columns, or those made once it is pressed;
    undefined is empty."""

    def saved() -> bytes:
        text: str = (frame() if callable(frame) else frame).to_csv(index=False)
        return text.encode()

    st.download_button(
        "Table as CSV",
        data=saved,
        file_name=f"{file_name}.csv",
        mime="text/csv",
        key=key,
        on_click="ignore",
        type="tertiary",
    )


def file_stem(*parts: str | int | date, is_simulated: bool) -> str:
    """A file's name without its ending.

    >>> file_stem("venue", "amt/1", date(2026, 11, 20), is_simulated=True)
    'venue-amt-1-2026-11-20-simulated'
    """
    words = [str(part) for part in parts] + (["simulated"] if is_simulated else [])
    return NOT_IN_FILE_NAMES.sub("-", "-".join(words).lower()).strip("-")

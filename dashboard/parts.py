"""What pages are put together from: the header, links, tables, downloads. Charts: `pictures`."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit

import pandas as pd
import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from charts.look import DARK, LIGHT, Look, source_line
from dashboard import formats
from dashboard.memory import kept_in_turn
from db.insights import Progress
from metrics.calendar import local_date
from metrics.wording import date_words, list_words

P = ParamSpec("P")
T = TypeVar("T")

KEPT_FOR = timedelta(minutes=10)  # each part of a page

NOT_IN_FILE_NAMES = re.compile(r"[^\w]+")
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
    return kept_in_turn(KEPT_FOR)(build)


def sendable(rows: pd.DataFrame) -> pa.Table:
    """Rows as they go to the browser, so that they are not made ready again for every reader. To be
    shown with `hide_index` said: to find out, Streamlit would turn them back."""
    return pa.Table.from_pandas(rows)


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

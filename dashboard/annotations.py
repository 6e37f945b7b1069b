"""Page: what editors write beside days, so that charts show why they stand out."""

from collections.abc import Mapping
from datetime import date

import pandas as pd
import streamlit as st

from dashboard import choices, data, formats, parts
from db.annotation_writes import (
    LONGEST_NAME,
    LONGEST_TEXT,
    AnnotationError,
    UnknownAnnotationError,
)
from db.insights import preferred_market
from metrics.calendar import local_date
from metrics.wording import number_of, window_words

EVERYWHERE = "all markets"
MARKET, TEXT, FIRST, LAST, NAME = (
    f"annotation_{name}" for name in ("market", "text", "first", "last", "name")
)
SAID, WRONG, ADDED = "annotation_said", "annotation_wrong", "annotation_added"


def page() -> None:
    """What there is, then the form for one more."""
    known = data.markets()
    parts.header_of_all("Annotations", known)
    markets = choices.market_names(known)
    notes = data.annotations(None)
    st.markdown(
        f"{number_of(len(notes), 'annotation').capitalize()} so far. Every chart over days or "
        "weeks shades the days they are about and says why, in print and in saved tables too. "
        "Everybody who reads these pages sees the text and the name; no number depends on them."
    )
    _answer()
    _list(notes, markets)
    usual = preferred_market(known)
    zone = str(known.set_index("market_id").loc[usual, "timezone"])
    _form(markets, usual, local_date(data.now(), zone))


def _answer() -> None:
    """What became of the last click, said once."""
    said, wrong = st.session_state.pop(SAID, None), st.session_state.pop(WRONG, None)
    if said:
        st.success(said)
    if wrong:
        st.error(wrong)


def _list(notes: pd.DataFrame, markets: Mapping[str, str]) -> None:
    for note in notes.itertuples():
        place = EVERYWHERE if note.market_id is None else markets[note.market_id]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(
                f"**{note.text}**  \n"
                f"{window_words(note.first_date, note.last_date)}, {note.last_date.year}; {place}. "
                f"By {note.added_by}, {formats.instant_words(note.added_at, 'UTC')} UTC.",
                width="stretch",
            )
            if st.button(
                f"Remove “{note.text}”", key=f"remove-{note.annotation_id}", type="tertiary"
            ):
                _remove(note.annotation_id, note.text)
    if len(notes):
        parts.csv_download(notes, file_name="annotations", key="annotations-csv")


def _form(markets: Mapping[str, str], usual: str, today: date) -> None:
    """For the market that pages show first, on its own day, unless something else is said."""
    names: dict[str | None, str] = {None: EVERYWHERE}
    names.update(markets)
    if st.session_state.pop(ADDED, False):
        st.session_state[TEXT] = ""
    with st.form("annotation", width=520):
        st.subheader("Add one", anchor=False)
        st.text_input(
            "What happened", key=TEXT, max_chars=LONGEST_TEXT, placeholder="Restaurant Week"
        )
        places = [*markets, None]
        st.selectbox(
            "Where",
            places,
            index=places.index(usual),
            format_func=names.__getitem__,
            key=MARKET,
        )
        with st.container(horizontal=True):
            st.date_input("First day", value=today, key=FIRST, format="MM/DD/YYYY")
            st.date_input("Last day", value=today, key=LAST, format="MM/DD/YYYY")
        st.text_input(
            "Your name", key=NAME, max_chars=LONGEST_NAME, help="Readers see who wrote it."
        )
        if st.form_submit_button("Add annotation"):
            _add()


def _add() -> None:
    asked = st.session_state
    try:
        data.annotate(asked[MARKET], asked[FIRST], asked[LAST], asked[TEXT], asked[NAME])
    except AnnotationError as error:
        asked[WRONG] = f"Not added. {error}"
    else:
        asked[SAID] = f"Added “{' '.join(asked[TEXT].split())}”."
        asked[ADDED] = True
    st.rerun()


def _remove(annotation_id: int, text: str) -> None:
    try:
        data.forget_annotation(annotation_id)
    except UnknownAnnotationError:
        st.session_state[WRONG] = f"“{text}” was removed already, by somebody else."
    else:
        st.session_state[SAID] = f"Removed “{text}”."
    st.rerun()


page()

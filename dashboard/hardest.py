"""Page: which tables are hardest to get, which of these the easiest, which get harder or easier,
how sure all that is, and how editors' lists compare."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from dashboard import choices, data, formats, hardest_table, lists, moving, parts, pictures
from dashboard import hardest_answers as answers
from dashboard.choices import Place
from dashboard.hardest_answers import (
    ALL_TABLES,
    DRAWN,
    HARDEST,
    MODES,
    MOST_DRAWN,
    PRIME,
    ROWS,
    Question,
)
from db.insights import WINDOW_DAYS
from metrics.wording import count_words, date_words, number_of

FACETS = (
    ("neighborhood", "Neighborhood", "All neighborhoods"),
    ("cuisine", "Cuisine", "All cuisines"),
    ("list", "List", "Any list"),
)


def page() -> None:
    """Header, finding, filters, picture, table, lists."""
    _restore_filters()
    place = choices.header("Hardest tables")
    if place is None:
        return
    finding = parts.finding()
    question = _filters(place)
    if question is None:
        st.info(choices.NOT_SCORED)
        return
    ranking = answers.ranking(question)
    if not ranking.fitting:
        st.info(
            f"No venue fits these filters ({question.scope}), or none of those that do opened a "
            "table in the 90 days before. Take one of the filters back."
        )
        return
    if question.is_of_trends:
        moving.show(
            ranking.rows,
            place,
            label=question.mode,
            scope=question.scope,
            as_of=question.as_of,
            stem=question.file_stem(),
            link=question.link,
            finding=finding,
            open_selected=lambda rows: _open_selected(rows, question),
        )
    else:
        finding.markdown(answers.finding(question))
        shows_all = _picture(ranking, question)
        if question.mode == HARDEST and not question.counts_all and not question.is_filtered:
            _newcomers(question)
        if len(ranking.rows):
            _table(ranking, question, shows_all=shows_all)
    if not question.counts_all:
        lists.show(
            answers.list_comparison(
                place.market_id, question.as_of, question.window_days, place.version
            ),
            question.on_list,
            window=question.window,
            source=place.source,
            stem=question.file_stem("lists"),
        )


def _filters(place: Place) -> Question | None:
    facets = data.facets(place.market_id, place.version)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mode = st.segmented_control(
            "Show", MODES, default=HARDEST, required=True, key="mode", bind="query-params"
        )
        counted = st.segmented_control(
            "Count",
            (PRIME, ALL_TABLES),
            default=PRIME,
            required=True,
            key="tables",
            bind="query-params",
            disabled=mode != HARDEST,
            help="Prime tables for two that could be caught, by which a venue is hard; or all "
            "tables that open, at any hour and for any party, however long they last.",
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = [
            _facet(key, label, everything, facets[key], place) for key, label, everything in FACETS
        ]
        window_days = st.segmented_control(
            "Window, days",
            WINDOW_DAYS,
            default=parts.USUAL_WINDOW,
            required=True,
            key="window",
            bind="query-params",
        )
        usual = data.usual_date(place.market_id, window_days)
        latest = data.scored_date(place.market_id, window_days, None)
        if usual is None or latest is None:
            return None
        asked = st.date_input(
            "Window ends on",
            value=usual,
            max_value=latest,
            key="as_of",
            bind="query-params",
            format="MM/DD/YYYY",
            width=140,
        )
    as_of = _scored(place, window_days, asked, usual)
    return Question(
        mode,
        counted,
        place.market_id,
        place.name,
        place.is_simulated,
        place.version,
        place.source,
        window_days,
        as_of,
        *chosen,
    )


def _facet(
    key: str, label: str, everything: str, values: Sequence[str], place: Place
) -> str | None:
    """One filter's value; None for everything."""
    options = [everything, *values]
    choices.say_unknown(key, options, f"{label.lower()} in {place.name}")
    value = st.selectbox(label, options, key=key, bind="query-params", width=165)
    return None if value == everything else value


def _scored(place: Place, window_days: int, asked: date, usual: date) -> date:
    """The scored day that answers for the one asked for, and a word where it is another."""
    as_of = data.scored_date(place.market_id, window_days, asked)
    if as_of is None:
        st.warning(
            f"No window of {window_days} days was scored up to {date_words(asked)}; the one to "
            f"{date_words(usual, with_year=True)} is shown."
        )
        return usual
    if as_of != asked:
        st.caption(
            f"Nothing was scored for {date_words(asked)}: the window that ends on "
            f"{date_words(as_of, with_year=True)}, the last before, is shown."
        )
    return as_of


def _picture(ranking: answers.Ranking, question: Question) -> bool:
    """The picture; whether more of it, and all rows of the table, are asked for."""
    ranked, shows_all, picture = len(ranking.ranked), False, st.container()
    if ranked > DRAWN:
        more = min(ranked, MOST_DRAWN)
        shows_all = st.toggle(
            f"Draw {'all ' if more == ranked else ''}{count_words(more)} venues"
            + (f", list all {count_words(len(ranking.rows))}" if len(ranking.rows) > ROWS else ""),
            key="all",
            bind="query-params",
        )
    with picture:
        pictures.show(answers.picture(question, shows_all=shows_all))
    return shows_all


def _newcomers(question: Question) -> None:
    """Who is new among the hardest, against the ranking a week before."""
    week_before = question.as_of - timedelta(days=7)
    day = data.scored_date(question.market_id, question.window_days, week_before)
    if day is not None:
        st.caption(answers.newcomers(question, day))


def _table(ranking: answers.Ranking, question: Question, *, shows_all: bool) -> None:
    """The rows, and how many there are in all where some are left out."""
    rows = answers.listed(question, shows_all=shows_all)
    note = parts.SELECT_ROW
    unranked = len(ranking.rows) - len(ranking.ranked)
    if len(rows) < len(ranking.rows):
        note += f" The first {count_words(len(rows))} of {count_words(len(ranking.rows))} venues."
    elif unranked:
        note += (
            f" {number_of(unranked, 'venue').capitalize()} at the end not watched enough to rank."
        )
    st.caption(note)
    st.dataframe(
        answers.table(question, shows_all=shows_all),
        hide_index=True,
        height="auto",
        key="venues",
        on_select=parts.note_selection,
        selection_mode="single-row",
        column_config=hardest_table.columns(counts_all=question.counts_all),
        placeholder=formats.UNKNOWN,
        alt=f"Ranking of {question.scope}, {question.mode} first",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(question.source)
        parts.csv_download(
            lambda: answers.export(question, shows_all=shows_all),
            file_name=question.file_stem(),
            key="ranking-csv",
        )
        parts.exact_link("hardest", question.link)
    _open_selected(rows, question)


def _open_selected(rows: pd.DataFrame, question: Question) -> None:
    """Goes to the venue of a row that was just selected."""
    row = st.session_state.pop("selected_row", None)
    if row is not None:
        st.session_state["ranking_url"] = st.query_params.to_dict()
        asked = {"venue": str(rows["venue_id"].iloc[row])}
        # A default in the URL would be taken out again there: one more step to go back through.
        if question.as_of != data.usual_date(question.market_id, parts.USUAL_WINDOW):
            asked["to"] = question.as_of.isoformat()
        st.switch_page("venue.py", query_params=asked)


def _restore_filters() -> None:
    """A reader who goes back from a venue lands on this page with the venue's URL, because
    Streamlit changes the URL before it changes the page: the filters left behind are put back."""
    if "venue" in st.query_params:
        st.query_params.from_dict(st.session_state.get("ranking_url", {}))


page()

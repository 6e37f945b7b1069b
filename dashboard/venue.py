"""Page: one venue (`?venue=…&to=…&over=…`): how long its tables last, when they open, what may be
printed of it, its windows, its days."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboard import choices, data, formats, parts, pictures, printable
from dashboard import venue_answers as answers
from db.insights import WINDOW_DAYS, UnknownVenueError, VenueFacts, Version
from metrics.wording import date_words


def page() -> None:
    """Which venue, then finding, curve, statements, opening times, rank, windows, days."""
    markets = data.markets()
    if not markets["latest_date"].notna().any():
        parts.page_header("Venue", is_simulated=False)
        st.info("No drop events yet, so there is nothing to say about a venue.")
        return
    asked = st.query_params.get("venue")
    try:
        facts = None if asked is None else data.venue(asked)
    except UnknownVenueError:
        st.warning(
            f"There is no venue with the id “{formats.as_markdown(str(asked))}”. Choose one from "
            "the list."
        )
        facts = None
    if facts is None:
        _ask()
    else:
        _show(facts)


def _ask() -> None:
    """No venue in the URL yet, or one that there is not."""
    place = choices.header("Venue")
    if place is not None:
        st.markdown("Choose a venue, or select a row of [Hardest tables](./hardest).")
        _choose(place.market_id)


def _show(facts: VenueFacts) -> None:
    parts.page_header(facts.name, is_simulated=facts.is_simulated)
    st.markdown(formats.as_markdown(_facts_line(facts)))
    finding = parts.finding()
    reach = data.progress(facts.market_id)
    asked = _asked(facts)
    if asked is None:
        st.info("This venue's market has not been scored yet. The next tick does that.")
        return
    as_of, size = asked
    version, source = reach.version, parts.source(reach, is_simulated=facts.is_simulated)
    windows = data.venue_windows(facts.venue_id, as_of, version)
    finding.markdown(answers.finding(facts, as_of, size, version))
    if windows.empty:
        st.info(f"No table opened here in the 90 days to {date_words(as_of, with_year=True)}.")
        return
    pictures.show(answers.curve_picture(facts, as_of, size, version, source))
    printable.show(
        data.venue_facts(facts.venue_id, as_of, size, version),
        source=source,
        is_simulated=facts.is_simulated,
        file_name=parts.file_stem(
            "venue-facts", facts.venue_id, as_of, is_simulated=facts.is_simulated
        ),
        key="facts-csv",
    )
    for picture in answers.opening_pictures(facts, as_of, version, source):
        pictures.show(picture)
    notes = data.annotations(facts.market_id)
    pictures.show(answers.ranks_picture(facts, as_of, version, source, notes))
    _neighbours(facts, as_of, version)
    _windows_table(windows, facts, as_of, version, source)
    week = answers.week_words(facts.venue_id, as_of, version)
    if week is not None:
        st.caption(week)
    complete = reach.complete_through
    pictures.show(answers.days_picture(facts, as_of, complete, version, source, notes))
    parts.exact_link("venue", {"venue": facts.venue_id, "to": as_of.isoformat(), "over": str(size)})


def _choose(market_id: str) -> None:
    """A list of the market's venues; choosing one puts it into the URL."""
    names = data.venue_names(market_id, data.progress(market_id).version)

    def put_into_url() -> None:
        st.query_params["venue"] = st.session_state["venue_choice"]

    st.selectbox(
        "Venue",
        list(names),
        index=None,
        format_func=names.__getitem__,
        key="venue_choice",
        on_change=put_into_url,
        placeholder="Type a name",
        width=320,
    )


def _facts_line(facts: VenueFacts) -> str:
    lists = ", ".join(f"“{name}”" for name in facts.lists)
    known = [
        facts.neighborhood,
        facts.cuisine,
        facts.price and (f"price {facts.price} of 4" if facts.price.isdigit() else facts.price),
        parts.place_words(facts.market_name),
        lists and f"on {lists}",
    ]
    return ", ".join(part for part in known if part)


def _asked(facts: VenueFacts) -> tuple[date, int] | None:
    """The day the windows end on, and the length of the one spoken of; None before any scoring."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # Thousands of names are sent only to those who ask for them. Closed again at each venue.
        key = f"another-than-{facts.venue_id}"
        if st.toggle("Another venue", key=key):
            _choose(facts.market_id)
        usual = data.usual_date(facts.market_id, parts.USUAL_WINDOW)
        latest = data.scored_date(facts.market_id, parts.USUAL_WINDOW, None)
        if usual is None or latest is None:
            return None
        asked = st.date_input(
            "Windows end on",
            value=usual,
            max_value=latest,
            key="to",
            bind="query-params",
            format="MM/DD/YYYY",
            width=140,
        )
        size = st.segmented_control(
            "Window, days",
            WINDOW_DAYS,
            default=parts.USUAL_WINDOW,
            required=True,
            key="over",
            bind="query-params",
        )
    found = data.scored_date(facts.market_id, parts.USUAL_WINDOW, asked)
    if found is None:
        st.warning(
            f"Nothing was scored up to {date_words(asked, with_year=True)}; "
            f"{date_words(usual, with_year=True)} is shown."
        )
        return usual, size
    if found != asked:
        st.caption(
            f"Nothing was scored for {date_words(asked)}: "
            f"{date_words(found, with_year=True)}, the last before, is shown."
        )
    return found, size


def _neighbours(facts: VenueFacts, as_of: date, version: Version) -> None:
    """The venues next to it in the ranking."""
    near = answers.neighbours_table(facts, as_of, version)
    if near is None:
        return
    table, footnote = near
    st.markdown("**Next to it in the ranking**")
    st.table(table, hide_index=False, alt=f"The venues next to {facts.name} in the ranking")
    parts.footnote(footnote)


def _windows_table(
    windows: pd.DataFrame, facts: VenueFacts, as_of: date, version: Version, source: str
) -> None:
    st.subheader("Over shorter and longer windows", anchor=False)
    st.caption(
        f"Windows that end on {date_words(as_of, with_year=True)}; prime time is "
        f"{formats.hours_words(facts.prime_start_hour, facts.prime_end_hour)}; brackets hold 95 % "
        f"intervals; how long tables stay open is known to {_resolution(windows)}."
    )
    table, footnote = answers.windows_table(facts.venue_id, as_of, version)
    st.table(table, hide_index=False)
    parts.footnote(footnote)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(source)
        parts.csv_download(
            lambda: answers.windows_export(windows, facts, source),
            file_name=parts.file_stem(
                "venue", facts.venue_id, as_of, is_simulated=facts.is_simulated
            ),
            key="windows-csv",
        )


def _resolution(windows: pd.DataFrame) -> str:
    return formats.open_time_words(int(windows["resolution_seconds"].max()))


page()

"""Page: this week. Is the market tight now, what changed, who is hardest, who moves."""

from datetime import date, timedelta

import streamlit as st

from dashboard import (
    choices,
    data,
    explain,
    findings,
    formats,
    parts,
    pictures,
    printable,
    week_answers,
)
from dashboard.choices import Place
from metrics.calendar import local_date
from metrics.wording import duration_words

STALE_AFTER = timedelta(hours=1)


def page() -> None:
    """Now, the last weeks in a picture, the hardest five, the movers."""
    place = choices.header("This week")
    if place is None:
        return
    complete = place.reach.complete_through
    if complete is None:
        st.info(choices.NOT_SCORED)
        return
    last_day = min(place.latest_date, local_date(data.now(), place.timezone))
    st.markdown(_tight(place, last_day))
    st.markdown(_open_now(place))
    _through(place)
    st.markdown(week_answers.changes(place, complete, last_day))
    notes = data.annotations(place.market_id)
    pictures.show(week_answers.days_picture(place, complete, last_day, notes))
    _hardest(place)
    pictures.show(week_answers.movers_picture(place, complete))
    movers = week_answers.movers_table(place, complete)
    if movers is not None:
        st.table(movers.table, hide_index=False)
        parts.footnote(movers.footnote)
    printable.show(
        data.market_facts(place.market_id, complete, place.version),
        source=place.source,
        is_simulated=place.is_simulated,
        file_name=place.file_stem("market-facts", complete),
        key="facts-csv",
    )


def _tight(place: Place, day: date) -> str:
    return findings.tight_finding(data.supply(place.market_id, day, place.version), place.name)


def _open_now(place: Place) -> str:
    return (
        f"{findings.live_finding(data.live_counts(place.market_id), place.name)} "
        "[See them](./live)."
    )


def _through(place: Place) -> None:
    """How far the data reach, and a warning where that is not now."""
    through = place.reach.data_through
    if through is None:
        return
    behind = data.now() - through
    words = f"Data through {formats.instant_words(through, place.timezone)}, {place.name} time."
    if behind > STALE_AFTER:
        st.warning(
            f"{words} Nothing came in for {duration_words(behind.total_seconds())}: what is said "
            "here may not be so any more. [Data health](./health) says why."
        )
    else:
        st.caption(words)


def _hardest(place: Place) -> None:
    as_of = data.usual_date(place.market_id, week_answers.RANKED_DAYS)
    if as_of is None:
        return
    five = week_answers.hardest(place, as_of)
    st.subheader(five.title, anchor=False, help=explain.measure("catchable"))
    st.caption(five.caption)
    if five.table is None:
        return
    st.table(five.table, hide_index=False)
    parts.footnote(five.footnote)
    parts.csv_download(
        five.export, file_name=place.file_stem("hardest-five", as_of), key="hardest-csv"
    )


page()

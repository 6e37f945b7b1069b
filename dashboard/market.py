"""Page: is the market out of the ordinary? Days against their weekday, weeks, neighborhoods, and a
week against the eight before it."""

from datetime import date

import streamlit as st

from dashboard import choices, data, findings, formats, market_week, parts, pictures, printable
from dashboard import market_answers as answers
from dashboard.choices import Place, Window
from dashboard.market_answers import COMPARED_DAYS, DAY
from metrics.wording import number_of

WEEKS = (4, 13, 26)

HELP = {
    "change": "Tables of the last 7 whole days over those of the 7 before, per watched day, with "
    "its 95 % interval. Where that holds 1, no change can be told.",
    "prime": "Share of the tables that opened which were for prime time.",
}


def page() -> None:
    """Finding, window, days in their band, weeks, prime share, neighborhoods, a week against the
    eight before it."""
    place = choices.header("Market")
    if place is None:
        return
    finding = parts.finding()
    window = choices.window(place, WEEKS, default=13, unit_days=7, label="Weeks", keys="weeks")
    if data.market_days(place.market_id, window.first, window.last, place.version).empty:
        st.info(choices.NOT_SCORED)
        return
    complete = place.reach.complete_through or window.last
    last = min(window.last, complete)
    finding.markdown(answers.finding(place, window, complete))
    notes = data.annotations(place.market_id)
    pictures.show(answers.days_picture(place, window, complete, notes))
    spikes = answers.spikes_table(place, window, notes)
    if spikes is not None:
        st.table(spikes)
    weeks = answers.weeks_picture(place, min(window.last, complete + DAY), complete, notes)
    if weeks is not None:
        pictures.show(weeks)
    pictures.show(answers.prime_share_picture(place, window, complete, notes))
    _neighborhoods(place, window, last)
    market_week.show(place, last)
    printable.show(
        data.market_facts(place.market_id, last, place.version),
        source=place.source,
        is_simulated=place.is_simulated,
        file_name=place.file_stem("market-facts", last),
        key="facts-csv",
    )
    parts.exact_link(
        "market",
        {
            "market": place.market_id,
            "weeks": str(window.size),
            "weeks_to": window.last.isoformat(),
        },
    )


def _neighborhoods(place: Place, window: Window, last: date) -> None:
    compared = data.neighborhoods_compared(place.market_id, last, COMPARED_DAYS, place.version)
    if compared["neighborhood"].isna().all():
        if len(compared):
            st.caption(f"{findings.neighborhoods_title(compared)} in {place.name}.")
        return
    notes = data.annotations(place.market_id)
    pictures.show(answers.neighborhoods_picture(place, window, last, notes))
    st.caption(
        f"{formats.window_ending(last, COMPARED_DAYS)}; "
        f"{number_of(len(compared), 'neighborhood')}; brackets hold 95 % intervals."
    )
    st.dataframe(
        answers.neighborhoods_table(place, last),
        hide_index=True,
        height="auto",
        key="neighborhoods",
        column_config={
            "Opened": st.column_config.NumberColumn(format="localized"),
            "Prime share": st.column_config.NumberColumn(help=HELP["prime"], format="percent"),
            "This week to last": st.column_config.TextColumn(help=HELP["change"]),
        },
        alt="Neighborhoods, most tables first",
    )
    parts.csv_download(
        lambda: compared.assign(
            market=place.market_id,
            window_last=last,
            window_days=COMPARED_DAYS,
            source=place.source,
        ),
        file_name=place.file_stem("neighborhoods", last),
        key="neighborhoods-csv",
    )


page()

"""Page: when tables open, and for when: by weekday and hour, days ahead, prime or not."""

import streamlit as st

from dashboard import choices, data, formats, parts, pictures, printable
from dashboard import timing_answers as answers
from dashboard.choices import Place, Window
from db.insights import Night
from metrics.facts import OPEN_TIME_NEEDS
from metrics.wording import WEEKDAYS

SIZES = (7, 28, 90)
NIGHTS = {"evening": (17, 23), "lunch": (11, 15), "any time": (0, 23)}


def page() -> None:
    """Finding, window, two heatmaps, one night's tables, lead time, prime against off-peak."""
    place = choices.header("Timing")
    if place is None:
        return
    finding = parts.finding()
    window = choices.window(
        place, SIZES, default=28, unit_days=1, label="Window, days", keys="days"
    )
    finding.markdown(answers.finding(place, window))
    pictures.show(answers.hours_picture(place, window, "opened"))
    night = _asked_night()
    pictures.show(answers.joint_picture(place, window, night))
    pictures.show(answers.hours_picture(place, window, "slot"))
    pictures.show(answers.lead_picture(place, window))
    _sides(place, window, night)
    printable.show(
        data.timing_facts(place.market_id, window.first, window.last, night, place.version),
        source=place.source,
        is_simulated=place.is_simulated,
        file_name=place.file_stem("timing-facts", window.last, f"{window.days}d"),
        key="facts-csv",
    )
    parts.exact_link(
        "timing",
        {
            "market": place.market_id,
            "days": str(window.size),
            "days_to": window.last.isoformat(),
            "night": st.session_state["night"],
            "time": st.session_state["time"],
        },
    )


def _asked_night() -> Night:
    """The night whose tables' openings are asked for, chosen on the page."""
    st.subheader("When do the tables of one night open?", anchor=False)
    with st.container(horizontal=True):
        weekday = st.selectbox(
            "Tables for", WEEKDAYS, index=4, key="night", bind="query-params", width=165
        )
        part = st.segmented_control(
            "Time",
            list(NIGHTS),
            default="evening",
            required=True,
            key="time",
            bind="query-params",
        )
    words = {"evening": f"{weekday}-night", "lunch": f"{weekday}-lunch", "any time": weekday}[part]
    return Night(words, WEEKDAYS.index(weekday) + 1, NIGHTS[part])


def _sides(place: Place, window: Window, night: Night) -> None:
    """Prime tables against others."""
    for picture in answers.sides_pictures(place, window, night):
        pictures.show(picture)
    sides = answers.sides_table(place, window)
    if sides is not None:
        st.table(sides.table)
        if sides.has_unknown:
            st.caption(f"{formats.UNKNOWN.capitalize()}: {OPEN_TIME_NEEDS}.")
        parts.csv_download(
            sides.export,
            file_name=place.file_stem("prime-off-peak", window.last, f"{window.days}d"),
            key="prime-off-peak-csv",
        )
    st.caption(answers.volatility_words(place, window))


page()

"""Page: when tables open, and for when: by weekday and hour, days ahead, prime or not."""

from typing import Literal

import pandas as pd
import streamlit as st

from charts.look import Caption
from dashboard import choices, data, findings, formats, parts, printable, shapes
from dashboard.choices import Place, Window
from dashboard.figures import lead_time_figure, paired_dots_figure, weekday_hour_figure
from db import insights
from db.insights import Night, WeekdayHours
from metrics.facts import OPEN_TIME_NEEDS, Fact
from metrics.wording import WEEKDAYS, count_words, hour_range_words, number_words, percent_words

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
    opened = data.weekday_hours(
        place.market_id, window.first, window.last, "opened_hour", place.version
    )
    finding.markdown(_finding(opened, place, window))
    _hours(opened, place, window)
    night = _asked_night()
    facts = data.timing_facts(place.market_id, window.first, window.last, night, place.version)
    by_kind = {fact.kind: fact for fact in facts}
    _joint(place, window, night, by_kind.get("opening_hour"))
    _hours(
        data.weekday_hours(place.market_id, window.first, window.last, "slot_hour", place.version),
        place,
        window,
    )
    _lead(place, window)
    _sides(place, window, by_kind.get("prime_against_off_peak"))
    printable.show(
        facts,
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


def _finding(opened: WeekdayHours, place: Place, window: Window) -> str:
    leads = data.lead_times(place.market_id, window.first, window.last, place.version)
    few = findings.few_drops(int(leads["drops"].sum()))
    if few is not None:
        return f"{few}: too few in {place.name} to say when they do."
    hours = findings.hours_title(opened)
    lead = findings.lead_title(leads)
    return f"In {place.name}, {hours[0].lower()}{hours[1:]}. {lead}."


def _hours(hours: WeekdayHours, place: Place, window: Window) -> None:
    clock: Literal["opened", "slot"] = "opened" if hours.clock == "opened_hour" else "slot"
    cells = shapes.cells_of(hours, window.days)
    unit = "tables per watched hour" if clock == "opened" else "tables a week"
    said = {
        "opened": "By the weekday and hour at which they opened; hatched where nobody watched"
        + (" (what no scans tell of counts as watched)" if hours.is_coverage_assumed else ""),
        "slot": "By the weekday and hour they are for",
    }[clock]
    caption = Caption(
        title=findings.hours_title(hours),
        subtitle=(
            f"{said}; {unit}, {place.name} time; {window.words}; "
            f"n = {count_words(int(hours.new_drops.sum()))}."
        ),
        source=place.source,
    )
    exported = cells[cells["tables"] > 0].rename(columns={"drops": unit.replace(" ", "_")})
    exported.insert(1, "weekday_name", [WEEKDAYS[day] for day in exported["weekday"]])
    stem = place.file_stem(f"{clock}-hours", window.last, f"{window.days}d")
    parts.figure(
        lambda look, printed: weekday_hour_figure(cells, look, printed, unit=unit, has_sums=True),
        caption,
        key=f"{clock}-hours",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=stem,
        table=_export(exported, place, window),
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


def _joint(place: Place, window: Window, night: Night, fact: Fact | None) -> None:
    """When the tables of one night open; fact: what may be said of it."""
    weekday, (first_hour, last_hour) = WEEKDAYS[night.iso_weekday - 1], night.hours
    times = data.opening_times(
        place.market_id,
        night.iso_weekday,
        window.first,
        window.last,
        night.hours,
        place.version,
    )
    total = int(times["new_drops"].sum())
    title = findings.few_drops(total, f"{night.words} table")
    if title is None:
        title = findings.stated_or_why_not(fact, f"when {night.words} tables open")
        title = f"{title}; {findings.half_open_words(times)}"
    cells = (
        times.groupby(["opened_weekday", "opened_hour"], as_index=False)["new_drops"]
        .sum()
        .rename(columns={"opened_hour": "hour", "new_drops": "drops"})
    )
    cells = cells.assign(weekday=cells["opened_weekday"] - 1).drop(columns="opened_weekday")
    caption = Caption(
        title=title,
        subtitle=(
            f"Tables for {weekday}s, {hour_range_words(first_hour, last_hour)}, by the weekday and "
            f"hour at which they opened; {window.words}; n = {count_words(total)}."
        ),
        source=place.source,
    )
    stem = place.file_stem("opening-times", night.words, window.last, f"{window.days}d")
    parts.figure(
        lambda look, printed: weekday_hour_figure(cells, look, printed, has_sums=True),
        caption,
        key="joint-hours",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=stem,
        table=_export(
            times.assign(tables_for_weekday=weekday, from_hour=first_hour, through_hour=last_hour),
            place,
            window,
        ),
    )


def _lead(place: Place, window: Window) -> None:
    leads = data.lead_times(place.market_id, window.first, window.last, place.version)
    caption = Caption(
        title=findings.lead_title(leads),
        subtitle=(
            "Local days from the opening of a table to its own day; red: prime time "
            f"({place.prime_words}); {window.words}; n = {count_words(int(leads['drops'].sum()))}."
        ),
        source=place.source,
    )
    stem = place.file_stem("lead-time", window.last, f"{window.days}d")
    parts.figure(
        lambda look, printed: lead_time_figure(leads, look, printed),
        caption,
        key="lead",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=stem,
        table=_export(leads, place, window),
    )


def _sides(place: Place, window: Window, fact: Fact | None) -> None:
    """Prime tables against others; fact: what may be said of which are more."""
    days = data.market_days(place.market_id, window.first, window.last, place.version)
    sides = insights.weekday_sides(days)
    times = data.open_times_by_weekday(place.market_id, window.first, window.last, place.version)
    sayable = times[times["refusal"].isna()]
    window_words = f"{window.words}; prime time is {place.prime_words}."
    counted = Caption(
        title=findings.stated_or_why_not(fact, "whether more prime tables open than others"),
        subtitle=f"Tables that opened per watched day, by the weekday they opened; {window_words}",
        source=place.source,
    )
    lasted = Caption(
        title=findings.open_sides_title(sayable),
        subtitle=(
            "Time after which half are gone (Kaplan–Meier median), by the weekday they opened; "
            f"{window_words}"
        ),
        source=place.source,
    )
    medians = sayable.pivot(index="weekday", columns="side", values="median_seconds").reindex(
        columns=["prime", "off_peak"]
    )
    for key, caption, pairs, unit, is_duration in (
        ("sides", counted, sides, "tables a day", False),
        ("lasting", lasted, medians.reset_index(), "half are gone after", True),
    ):
        parts.figure(
            lambda look, printed, pairs=pairs, unit=unit, is_duration=is_duration: (  # type: ignore[misc]
                paired_dots_figure(pairs, look, printed, unit=unit, is_duration=is_duration)
            ),
            caption,
            key=key,
            alt=f"{caption.title}. {caption.subtitle} The table below holds the same numbers.",
            file_name=place.file_stem(key, window.last, f"{window.days}d"),
        )
    if len(sides):
        _sides_table(sides, times, place, window)
    st.caption(_volatility_words(place, window))


def _sides_table(sides: pd.DataFrame, times: pd.DataFrame, place: Place, window: Window) -> None:
    counted = sides.set_index("weekday")
    lasting = times.set_index(["weekday", "side"])

    def lasts(day: int, side: str) -> str:
        if (day, side) not in lasting.index:
            return formats.UNKNOWN
        row = lasting.loc[(day, side)]
        if row["refusal"] is not None:
            return formats.UNKNOWN
        interval = formats.open_interval_words(
            row["lower"], row["upper"], int(row["resolution_seconds"])
        )
        return f"{formats.open_time_words(row['median_seconds'])} ({interval})"

    days = [day for day in range(7) if day in counted.index]
    st.table(
        pd.DataFrame(
            {
                "Prime a day": [formats.quantity_words(counted["prime"][day]) for day in days],
                "Off-peak a day": [
                    formats.quantity_words(counted["off_peak"][day]) for day in days
                ],
                "Half of prime gone after": [lasts(day, "prime") for day in days],
                "Half of off-peak gone after": [lasts(day, "off_peak") for day in days],
                "Prime, from one to the next": [
                    formats.evenness_words(
                        counted["prime_dispersion"][day], counted["prime_dispersion_p"][day]
                    )
                    for day in days
                ],
                "Off-peak, from one to the next": [
                    formats.evenness_words(
                        counted["off_peak_dispersion"][day], counted["off_peak_dispersion_p"][day]
                    )
                    for day in days
                ],
                "Watched days": [number_words(counted["observed_days"][day]) for day in days],
            },
            index=pd.Index([WEEKDAYS[day] for day in days], name="Weekday"),
        )
    )
    if times["refusal"].notna().any():
        st.caption(f"{formats.UNKNOWN.capitalize()}: {OPEN_TIME_NEEDS}.")
    wide = times.pivot(
        index="weekday", columns="side", values=["n", "median_seconds", "lower", "upper", "refusal"]
    )
    wide.columns = [f"{side}_{name}" for name, side in wide.columns]
    exported = sides.merge(wide.reset_index(), how="left", on="weekday")
    exported.insert(1, "weekday_name", [WEEKDAYS[int(day)] for day in exported["weekday"]])
    exported = exported.rename(columns={"prime": "prime_per_day", "off_peak": "off_peak_per_day"})
    parts.csv_download(
        _export(exported, place, window),
        file_name=place.file_stem("prime-off-peak", window.last, f"{window.days}d"),
        key="prime-off-peak-csv",
    )


def _volatility_words(place: Place, window: Window) -> str:
    """Whether prime tables come in burstier streams than others, over the 28 days to the last."""
    found = data.prime_off_peak(place.market_id, window.last, place.version)
    scores = found and [found[side]["volatility_score"] for side in ("prime", "off_peak")]
    if not found or not scores or None in scores:
        return "How evenly tables come from day to day is not known for the 28 days to this one."
    return (
        f"Over {formats.window_ending(window.last, 28)}, prime tables vary from day to day "
        f"{number_words(scores[0])} times as much as an even stream would, the others "
        f"{number_words(scores[1])} times (index of dispersion; watched "
        f"{percent_words(found['coverage_rate'])}"
        f"{', assumed' if found['is_coverage_assumed'] else ''})."
    )


def _export(frame: pd.DataFrame, place: Place, window: Window) -> pd.DataFrame:
    """The rows that are shown, with what they are of and where they are from in each."""
    return frame.assign(
        market=place.market_id,
        window_first=window.first,
        window_last=window.last,
        source=place.source,
    )


page()

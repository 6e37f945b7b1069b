"""What the page Timing says, draws and tables: each part made once for all readers."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from charts.heatmap import weekday_hour_figure
from charts.lead import lead_time_figure
from charts.look import Caption
from charts.pairs import paired_dots_figure
from dashboard import data, findings, formats, shapes
from dashboard.choices import Place, Window
from dashboard.parts import remembered
from dashboard.pictures import Picture
from db import insights
from db.insights import Night, WeekdayHours
from metrics.facts import Fact
from metrics.wording import WEEKDAYS, count_words, hour_range_words, number_words, percent_words


@remembered
def finding(place: Place, window: Window) -> str:
    """When tables open, and how long before."""
    leads = data.lead_times(place.market_id, window.first, window.last, place.version)
    few = findings.few_drops(int(leads["drops"].sum()))
    if few is not None:
        return f"{few}: too few in {place.name} to say when they do."
    hours = findings.hours_title(_weekday_hours(place, window, "opened_hour"))
    lead = findings.lead_title(leads)
    return f"In {place.name}, {hours[0].lower()}{hours[1:]}. {lead}."


@remembered
def hours_picture(place: Place, window: Window, clock: Literal["opened", "slot"]) -> Picture:
    """Tables by weekday and hour: at which they opened, or which they are for."""
    hours = _weekday_hours(place, window, "opened_hour" if clock == "opened" else "slot_hour")
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
    return Picture(
        lambda look, printed: weekday_hour_figure(cells, look, printed, unit=unit, has_sums=True),
        caption,
        key=f"{clock}-hours",
        file_name=place.file_stem(f"{clock}-hours", window.last, f"{window.days}d"),
        table=_export(exported, place, window),
    )


@remembered
def joint_picture(place: Place, window: Window, night: Night) -> Picture:
    """When the tables of one night open."""
    fact = _fact(place, window, night, "opening_hour")
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
    return Picture(
        lambda look, printed: weekday_hour_figure(cells, look, printed, has_sums=True),
        caption,
        key="joint-hours",
        file_name=place.file_stem("opening-times", night.words, window.last, f"{window.days}d"),
        table=_export(
            times.assign(tables_for_weekday=weekday, from_hour=first_hour, through_hour=last_hour),
            place,
            window,
        ),
    )


@remembered
def lead_picture(place: Place, window: Window) -> Picture:
    """How many days ahead tables open."""
    leads = data.lead_times(place.market_id, window.first, window.last, place.version)
    caption = Caption(
        title=findings.lead_title(leads),
        subtitle=(
            "Local days from the opening of a table to its own day; red: prime time "
            f"({place.prime_words}); {window.words}; n = {count_words(int(leads['drops'].sum()))}."
        ),
        source=place.source,
    )
    return Picture(
        lambda look, printed: lead_time_figure(leads, look, printed),
        caption,
        key="lead",
        file_name=place.file_stem("lead-time", window.last, f"{window.days}d"),
        table=_export(leads, place, window),
    )


@remembered
def sides_pictures(place: Place, window: Window, night: Night) -> tuple[Picture, Picture]:
    """Prime tables against others by weekday: how many, and how long they last. night: the one
    that the page's statements are about."""
    fact = _fact(place, window, night, "prime_against_off_peak")
    sides, times = _sides(place, window)
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

    def pairs_picture(
        key: str, caption: Caption, pairs: pd.DataFrame, unit: str, *, is_duration: bool
    ) -> Picture:
        return Picture(
            lambda look, printed: paired_dots_figure(
                pairs, look, printed, unit=unit, is_duration=is_duration
            ),
            caption,
            key=key,
            alt=f"{caption.in_words} The table below holds the same numbers.",
            file_name=place.file_stem(key, window.last, f"{window.days}d"),
        )

    return (
        pairs_picture("sides", counted, sides, "tables a day", is_duration=False),
        pairs_picture(
            "lasting", lasted, medians.reset_index(), "half are gone after", is_duration=True
        ),
    )


@dataclass(frozen=True)
class Sides:
    """Prime tables against others as a table; whether some medians are not known; to be saved."""

    table: pd.DataFrame
    has_unknown: bool
    export: pd.DataFrame


@remembered
def sides_table(place: Place, window: Window) -> Sides | None:
    """The numbers of `sides_pictures`; None without a day."""
    sides, times = _sides(place, window)
    if sides.empty:
        return None
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
    table = pd.DataFrame(
        {
            "Prime a day": [formats.quantity_words(counted["prime"][day]) for day in days],
            "Off-peak a day": [formats.quantity_words(counted["off_peak"][day]) for day in days],
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
    wide = times.pivot(
        index="weekday", columns="side", values=["n", "median_seconds", "lower", "upper", "refusal"]
    )
    wide.columns = [f"{side}_{name}" for name, side in wide.columns]
    exported = sides.merge(wide.reset_index(), how="left", on="weekday")
    exported.insert(1, "weekday_name", [WEEKDAYS[int(day)] for day in exported["weekday"]])
    exported = exported.rename(columns={"prime": "prime_per_day", "off_peak": "off_peak_per_day"})
    return Sides(table, bool(times["refusal"].notna().any()), _export(exported, place, window))


@remembered
def volatility_words(place: Place, window: Window) -> str:
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


def _weekday_hours(
    place: Place, window: Window, clock: Literal["opened_hour", "slot_hour"]
) -> WeekdayHours:
    return data.weekday_hours(place.market_id, window.first, window.last, clock, place.version)


def _fact(place: Place, window: Window, night: Night, kind: str) -> Fact | None:
    """What may be said of the kind, where anything is asked of it."""
    facts = data.timing_facts(place.market_id, window.first, window.last, night, place.version)
    return next((fact for fact in facts if fact.kind == kind), None)


def _sides(place: Place, window: Window) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Prime tables against others by weekday: counted, and how long they stay open."""
    days = data.market_days(place.market_id, window.first, window.last, place.version)
    times = data.open_times_by_weekday(place.market_id, window.first, window.last, place.version)
    return insights.weekday_sides(days), times


def _export(frame: pd.DataFrame, place: Place, window: Window) -> pd.DataFrame:
    """The rows that are shown, with what they are of and where they are from in each."""
    return frame.assign(
        market=place.market_id,
        window_first=window.first,
        window_last=window.last,
        source=place.source,
    )

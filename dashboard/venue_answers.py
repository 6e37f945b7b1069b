"""What the page of a venue says, draws and tables: each part made once for all readers."""

from datetime import date, timedelta

import pandas as pd
import pyarrow as pa

from charts.annotations import annotation_texts, annotation_words
from charts.clock import clock_figure
from charts.heatmap import weekday_hour_figure
from charts.history import history_figure
from charts.look import Caption
from charts.rank_history import rank_history_figure
from charts.survival import survival_figure
from dashboard import data, formats, parts, shapes, venue_findings
from dashboard.parts import remembered
from dashboard.pictures import Picture
from db import insights
from db.insights import VenueFacts, Version
from metrics.calendar import iso_week_bounds, last_whole_week
from metrics.catchable import effective_reaction_seconds
from metrics.wording import count_words, date_words, duration_words, number_of, window_words

DRAWN_DAYS = 90
CLOCK_DAYS = 90
NEIGHBOURS = 3  # on either side


@remembered
def finding(facts: VenueFacts, as_of: date, size: int, version: Version) -> str:
    """How long tables last, as far as it may be said, and how hard they are to get."""
    windows = data.venue_windows(facts.venue_id, as_of, version)
    spoken = windows[windows["window_days"] == size]
    window = None if spoken.empty else spoken.iloc[0]
    printed = data.venue_facts(facts.venue_id, as_of, size, version)
    curve = data.venue_curve(facts.venue_id, as_of - timedelta(days=size - 1), as_of, version)
    return " ".join(
        (
            venue_findings.lasting_finding(curve, printed),
            formats.as_markdown(formats.venue_finding(facts.name, window, size)),
        )
    )


@remembered
def curve_picture(
    facts: VenueFacts, as_of: date, size: int, version: Version, source: str
) -> Picture:
    """How long tables last: the survival curve over `size` days to `as_of`."""
    curve = data.venue_curve(facts.venue_id, as_of - timedelta(days=size - 1), as_of, version)
    resolution = None if curve is None else curve.resolution_seconds
    reaction = effective_reaction_seconds(data.settings().reaction_seconds, resolution)
    seen = 0 if curve is None else curve.n
    caption = Caption(
        title=venue_findings.curve_title(curve, facts.name),
        subtitle=(
            "Share of tables still there by time since they opened, with 95 % interval, log scale"
            + (f"; known to {duration_words(resolution)}" if resolution else "")
            + f"; {formats.window_ending(as_of, size)}; n = {count_words(seen)}."
        ),
        source=source,
    )
    table = None
    if curve is not None:
        table = pd.DataFrame(
            {
                "seconds_since_opening": curve.times_seconds,
                "share_still_there": curve.survival,
                "lower_95": curve.lower,
                "upper_95": curve.upper,
            }
        ).assign(
            venue_id=facts.venue_id,
            venue=facts.name,
            n=seen,
            resolution_seconds=resolution,
            source=source,
        )
    return Picture(
        lambda look, said: survival_figure(curve, look, said, reaction_seconds=reaction),
        caption,
        key="survival",
        file_name=_stem("venue-survival", facts, as_of, f"{size}d"),
        table=table,
        measure="survival",
    )


@remembered
def opening_pictures(
    facts: VenueFacts, as_of: date, version: Version, source: str
) -> tuple[Picture, ...]:
    """When tables open: the release clock, then both clocks by weekday and hour."""
    first = as_of - timedelta(days=CLOCK_DAYS - 1)
    openings = data.venue_openings(facts.venue_id, first, as_of, version)
    clock = data.release_clock(facts.venue_id, as_of, CLOCK_DAYS, version)
    window = f"{formats.window_ending(as_of, CLOCK_DAYS)}; n = {count_words(len(openings))}."
    released = Caption(
        title=venue_findings.clock_title(clock, facts.name),
        subtitle=(
            "Tables by the time of day at which they opened, in quarters of an hour; red: "
            f"scheduled releases. {window}"
        ),
        source=source,
    )
    release_clock = Picture(
        lambda look, said: clock_figure(openings["opened_minute"].to_numpy(), clock, look, said),
        released,
        key="clock",
        file_name=_stem("venue-openings", facts, as_of),
        measure="release_clock",
        table=openings.assign(
            is_scheduled_release=False if clock is None else clock.is_release,
            venue_id=facts.venue_id,
            venue=facts.name,
            source=source,
        ),
    )

    def hours(what: str, said_of: str, cells: pd.DataFrame) -> Picture:
        caption = Caption(
            title=venue_findings.venue_hours_title(cells, is_slot=what == "slot"),
            subtitle=f"Tables by the weekday and hour {said_of}. {window}",
            source=source,
        )
        return Picture(
            lambda look, said: weekday_hour_figure(cells, look, said),
            caption,
            key=f"{what}-hours",
            file_name=_stem(f"venue-{what}-hours", facts, as_of),
            table=cells.assign(venue_id=facts.venue_id, venue=facts.name, source=source),
        )

    return (
        release_clock,
        hours("opened", "at which they opened", shapes.opened_cells(openings)),
        hours("slot", "they are for", shapes.slot_cells(openings)),
    )


@remembered
def ranks_picture(
    facts: VenueFacts, as_of: date, version: Version, source: str, notes: pd.DataFrame
) -> Picture:
    """The venue's rank from week to week."""
    everyone = data.rank_history(facts.market_id, as_of, version)
    ranks = everyone[everyone["venue_id"] == facts.venue_id].reset_index(drop=True)
    caption = Caption(
        title=venue_findings.ranks_title(ranks, facts.name),
        subtitle=(
            "Rank by catchable prime tables a week over 28 days, 1 is hardest, with the band of "
            "ranks it could have had (95 %, all bands together), as of Sundays"
            + (" and the day chosen" if as_of.isoweekday() != 7 else "")
            + f" to {date_words(as_of, with_year=True)}; {parts.place_words(facts.market_name)}."
            + ("" if ranks.empty else annotation_words(notes, ranks["as_of_date"].iloc[0], as_of))
        ),
        source=source,
    )
    return Picture(
        lambda look, said: rank_history_figure(ranks, look, said, annotations=notes),
        caption,
        key="ranks",
        file_name=_stem("venue-ranks", facts, as_of),
        table=ranks.assign(
            annotation=annotation_texts(notes, ranks["as_of_date"]),
            venue=facts.name,
            source=source,
        ),
        measure="ranks",
    )


@remembered
def neighbours_table(
    facts: VenueFacts, as_of: date, version: Version
) -> tuple[pa.Table, str] | None:
    """The venues next to it in the ranking, and the table's footnote; None where it has no rank."""
    ranking = data.whole_ranking(facts.market_id, as_of, parts.USUAL_WINDOW, version)
    near = shapes.neighbours(ranking, facts.venue_id, NEIGHBOURS)
    if near.empty:
        return None
    rows = list(near.itertuples())
    table = pd.DataFrame(
        {
            "Rank": [f"{row.rank:,.0f}" for row in rows],
            "Venue": [
                f"**{formats.as_markdown(row.name)}**"
                if row.venue_id == facts.venue_id
                else parts.venue_link(row.venue_id, row.name)
                for row in rows
            ],
            "Could rank": [
                formats.rank_interval_words(row.rank_lower, row.rank_upper) for row in rows
            ],
            "Catchable prime tables a week": [
                _with_interval(
                    formats.quantity_words(row.catchable_per_week),
                    formats.interval_words(row.catchable_lower, row.catchable_upper),
                )
                for row in rows
            ],
            "Half are gone after": [formats.typical_open_words(row) for row in rows],
        }
    ).set_index("Rank")
    return parts.sendable(table), formats.open_time_footnote(rows)


@remembered
def windows_table(venue_id: str, as_of: date, version: Version) -> tuple[pa.Table, str]:
    """The venue's windows that end on a day, a column each, and the table's footnote."""
    rows = list(data.venue_windows(venue_id, as_of, version).itertuples())
    with_intervals = {
        "Scarcity score (0–100)": [formats.score_words(row.scarcity_score) for row in rows],
        "Catchable prime tables a week": [
            _with_interval(
                formats.quantity_words(row.catchable_per_week),
                formats.interval_words(row.catchable_lower, row.catchable_upper),
            )
            for row in rows
        ],
        "Tier": [row.tier for row in rows],
        "Typically open": [
            _with_interval(
                formats.typical_open_words(row),
                formats.open_interval_words(
                    row.typical_open_lower, row.typical_open_upper, row.resolution_seconds
                ),
            )
            for row in rows
        ],
        "Tables opened": [f"{row.new_drop_count:,}" for row in rows],
        "of them prime": [f"{row.prime_time_drops:,}" for row in rows],
        "taken": [f"{row.closed_count:,}" for row in rows],
        "never taken": [f"{row.expired_count:,}" for row in rows],
        "still open": [f"{row.open_count:,}" for row in rows],
        "Days without a prime table": [formats.share_words(row.fully_booked_rate) for row in rows],
        "Watched": [
            formats.coverage_words(row.coverage_rate, is_assumed=row.is_coverage_assumed)
            for row in rows
        ],
    }
    table = pd.DataFrame(with_intervals, index=[f"{row.window_days} days" for row in rows]).T
    return parts.sendable(table), formats.open_time_footnote(rows)


def windows_export(windows: pd.DataFrame, facts: VenueFacts, source: str) -> pd.DataFrame:
    """The windows as numbers, to be saved."""
    return windows.drop(columns=["daily_prime_drops"]).assign(
        typical_open_not_printed_because=[
            insights.open_time_refusal(row) for row in windows.itertuples()
        ],
        venue=facts.name,
        source=source,
    )


@remembered
def week_words(venue_id: str, as_of: date, version: Version) -> str | None:
    """The last whole week against the eight before it, as the weekly digest has it; None where
    they cannot be compared."""
    week = last_whole_week(as_of)
    found = data.venue_week_compared(venue_id, week, version)
    if found is None:
        return None
    _, sunday = iso_week_bounds(week)
    times = formats.times_usual_words(found.ratio, found.lower, found.upper)
    return (
        f"In the week to {date_words(sunday, with_year=True)}, on days watched about as much as is "
        f"usual: {number_of(found.observed, 'table')} opened, {times}, against the same weekdays "
        "of the eight weeks before (95 % interval)."
    )


@remembered
def days_picture(
    facts: VenueFacts,
    as_of: date,
    complete: date | None,
    version: Version,
    source: str,
    notes: pd.DataFrame,
) -> Picture:
    """The venue's days. complete: the last whole one in the data."""
    days = data.venue_days(facts.venue_id, as_of - timedelta(days=DRAWN_DAYS - 1), as_of, version)
    unfinished = as_of if complete is not None and as_of > complete else None
    is_measured = bool(len(days)) and bool(days["coverage_rate"].notna().any())
    first = days["window_date"].iloc[0] if len(days) else as_of
    caption = Caption(
        title=venue_findings.days_title(days, facts.name),
        subtitle=(
            f"Tables that opened each day, by the day they opened; {window_words(first, as_of)}, "
            f"{as_of.year}; "
            + (
                "days we watched less than half of are left out."
                if is_measured
                else "no scans tell how much was watched, so a day without tables may be one "
                "without watching."
            )
            + annotation_words(notes, first, as_of)
        ),
        source=source,
    )
    return Picture(
        lambda look, said: history_figure(
            days, look, said, unfinished=unfinished, annotations=notes
        ),
        caption,
        key="history",
        file_name=_stem("venue-days", facts, as_of),
        table=days.assign(
            annotation=annotation_texts(notes, days["window_date"]),
            venue_id=facts.venue_id,
            venue=facts.name,
            source=source,
        ),
    )


def _with_interval(value: str, interval: str) -> str:
    return value if formats.UNKNOWN in (value, interval) else f"{value} ({interval})"


def _stem(what: str, facts: VenueFacts, as_of: date, *rest: str) -> str:
    return parts.file_stem(what, facts.venue_id, as_of, *rest, is_simulated=facts.is_simulated)

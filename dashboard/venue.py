"""Page: one venue (`?venue=…&to=…&over=…`): how long its tables last, when they open, what may be
printed of it, its windows, its days."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from charts.annotations import annotation_texts, annotation_words
from charts.look import Caption
from dashboard import choices, data, formats, parts, printable, shapes, venue_findings
from dashboard.figures import (
    clock_figure,
    history_figure,
    rank_history_figure,
    survival_figure,
    weekday_hour_figure,
)
from db import insights
from db.insights import WINDOW_DAYS, Progress, UnknownVenueError, VenueFacts
from metrics.calendar import iso_week_bounds, last_whole_week
from metrics.catchable import effective_reaction_seconds
from metrics.survival import SurvivalCurve
from metrics.wording import count_words, date_words, duration_words, number_of, window_words

DRAWN_DAYS = 90
CLOCK_DAYS = 90
NEIGHBOURS = 3  # on either side


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
        _choose(place.market_id, None)


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
    windows = data.venue_windows(facts.venue_id, as_of, reach.version)
    spoken = windows[windows["window_days"] == size]
    window = None if spoken.empty else spoken.iloc[0]
    printed = data.venue_facts(facts.venue_id, as_of, size, reach.version)
    curve = data.venue_curve(facts.venue_id, as_of - timedelta(days=size - 1), as_of, reach.version)
    finding.markdown(
        " ".join(
            (
                venue_findings.lasting_finding(curve, printed),
                formats.as_markdown(formats.venue_finding(facts.name, window, size)),
            )
        )
    )
    if windows.empty:
        st.info(f"No table opened here in the 90 days to {date_words(as_of, with_year=True)}.")
        return
    _curve(facts, curve, as_of, size, reach)
    printable.show(
        printed,
        source=parts.source(reach, is_simulated=facts.is_simulated),
        is_simulated=facts.is_simulated,
        file_name=parts.file_stem(
            "venue-facts", facts.venue_id, as_of, is_simulated=facts.is_simulated
        ),
        key="facts-csv",
    )
    _opening_times(facts, as_of, reach)
    _rank(facts, as_of, reach)
    _windows_table(windows, facts, as_of, reach)
    _week(facts, as_of, reach)
    _days(facts, as_of, reach)
    parts.exact_link("venue", {"venue": facts.venue_id, "to": as_of.isoformat(), "over": str(size)})


def _choose(market_id: str, chosen: str | None) -> None:
    """A list of the market's venues; choosing one puts it into the URL."""
    names = data.venue_names(market_id, data.progress(market_id).version)
    ids = list(names)

    def put_into_url() -> None:
        st.query_params["venue"] = st.session_state["venue_choice"]

    st.selectbox(
        "Venue",
        ids,
        index=ids.index(chosen) if chosen in names else None,
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
        _choose(facts.market_id, facts.venue_id)
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


def _curve(
    facts: VenueFacts, curve: SurvivalCurve | None, as_of: date, size: int, reach: Progress
) -> None:
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
        source=parts.source(reach, is_simulated=facts.is_simulated),
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
            source=caption.source,
        )
    parts.figure(
        lambda look, said: survival_figure(curve, look, said, reaction_seconds=reaction),
        caption,
        key="survival",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=parts.file_stem(
            "venue-survival", facts.venue_id, as_of, f"{size}d", is_simulated=facts.is_simulated
        ),
        table=table,
        measure="survival",
    )


def _opening_times(facts: VenueFacts, as_of: date, reach: Progress) -> None:
    """The release clock, then both clocks by weekday and hour."""
    first = as_of - timedelta(days=CLOCK_DAYS - 1)
    openings = data.venue_openings(facts.venue_id, first, as_of, reach.version)
    clock = data.release_clock(facts.venue_id, as_of, CLOCK_DAYS, reach.version)
    source = parts.source(reach, is_simulated=facts.is_simulated)
    window = f"{formats.window_ending(as_of, CLOCK_DAYS)}; n = {count_words(len(openings))}."

    def stem(what: str) -> str:
        return parts.file_stem(what, facts.venue_id, as_of, is_simulated=facts.is_simulated)

    released = Caption(
        title=venue_findings.clock_title(clock, facts.name),
        subtitle=(
            "Tables by the time of day at which they opened, in quarters of an hour; red: "
            f"scheduled releases. {window}"
        ),
        source=source,
    )
    parts.figure(
        lambda look, said: clock_figure(openings["opened_minute"].to_numpy(), clock, look, said),
        released,
        key="clock",
        alt=f"{released.title}. {released.subtitle}",
        file_name=stem("venue-openings"),
        measure="release_clock",
        table=openings.assign(
            is_scheduled_release=False if clock is None else clock.is_release,
            venue_id=facts.venue_id,
            venue=facts.name,
            source=source,
        ),
    )
    for what, said_of, cells in (
        ("opened", "at which they opened", shapes.opened_cells(openings)),
        ("slot", "they are for", shapes.slot_cells(openings)),
    ):
        caption = Caption(
            title=venue_findings.venue_hours_title(cells, is_slot=what == "slot"),
            subtitle=f"Tables by the weekday and hour {said_of}. {window}",
            source=source,
        )
        parts.figure(
            lambda look, said, cells=cells: weekday_hour_figure(cells, look, said),  # type: ignore[misc]
            caption,
            key=f"{what}-hours",
            alt=f"{caption.title}. {caption.subtitle}",
            file_name=stem(f"venue-{what}-hours"),
            table=cells.assign(venue_id=facts.venue_id, venue=facts.name, source=source),
        )


def _rank(facts: VenueFacts, as_of: date, reach: Progress) -> None:
    """The venue's rank from week to week, then the venues next to it."""
    everyone = data.rank_history(facts.market_id, as_of, reach.version)
    ranks = everyone[everyone["venue_id"] == facts.venue_id].reset_index(drop=True)
    source = parts.source(reach, is_simulated=facts.is_simulated)
    notes = data.annotations(facts.market_id)
    stem = parts.file_stem("venue-ranks", facts.venue_id, as_of, is_simulated=facts.is_simulated)
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
    parts.figure(
        lambda look, said: rank_history_figure(ranks, look, said, annotations=notes),
        caption,
        key="ranks",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=stem,
        table=ranks.assign(
            annotation=annotation_texts(notes, ranks["as_of_date"]),
            venue=facts.name,
            source=source,
        ),
        measure="ranks",
    )
    ranking = data.whole_ranking(facts.market_id, as_of, parts.USUAL_WINDOW, reach.version)
    near = shapes.neighbours(ranking, facts.venue_id, NEIGHBOURS)
    if near.empty:
        return
    st.markdown("**Next to it in the ranking**")
    rows = list(near.itertuples())
    st.table(
        pd.DataFrame(
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
        ).set_index("Rank"),
        alt=f"The venues next to {facts.name} in the ranking",
    )
    parts.footnote(formats.open_time_footnote(rows))


def _windows_table(windows: pd.DataFrame, facts: VenueFacts, as_of: date, reach: Progress) -> None:
    st.subheader("Over shorter and longer windows", anchor=False)
    st.caption(
        f"Windows that end on {date_words(as_of, with_year=True)}; prime time is "
        f"{formats.hours_words(facts.prime_start_hour, facts.prime_end_hour)}; brackets hold 95 % "
        f"intervals; how long tables stay open is known to {_resolution(windows)}."
    )
    rows = list(windows.itertuples())
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
    st.table(pd.DataFrame(with_intervals, index=[f"{row.window_days} days" for row in rows]).T)
    parts.footnote(formats.open_time_footnote(rows))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(parts.source(reach, is_simulated=facts.is_simulated))
        parts.csv_download(
            windows.drop(columns=["daily_prime_drops"]).assign(
                typical_open_not_printed_because=[insights.open_time_refusal(row) for row in rows],
                venue=facts.name,
                source=parts.source(reach, is_simulated=facts.is_simulated),
            ),
            file_name=parts.file_stem(
                "venue", facts.venue_id, as_of, is_simulated=facts.is_simulated
            ),
            key="windows-csv",
        )


def _week(facts: VenueFacts, as_of: date, reach: Progress) -> None:
    """The last whole week against the eight before it, as the weekly digest has it."""
    week = last_whole_week(as_of)
    found = data.venue_week_compared(facts.venue_id, week, reach.version)
    if found is None:
        return
    _, sunday = iso_week_bounds(week)
    times = formats.times_usual_words(found.ratio, found.lower, found.upper)
    st.caption(
        f"In the week to {date_words(sunday, with_year=True)}, on days watched about as much as is "
        f"usual: {number_of(found.observed, 'table')} opened, {times}, against the same weekdays "
        "of the eight weeks before (95 % interval)."
    )


def _with_interval(value: str, interval: str) -> str:
    return value if formats.UNKNOWN in (value, interval) else f"{value} ({interval})"


def _resolution(windows: pd.DataFrame) -> str:
    return formats.open_time_words(int(windows["resolution_seconds"].max()))


def _days(facts: VenueFacts, as_of: date, reach: Progress) -> None:
    days = data.venue_days(
        facts.venue_id, as_of - timedelta(days=DRAWN_DAYS - 1), as_of, reach.version
    )
    complete = reach.complete_through
    unfinished = as_of if complete is not None and as_of > complete else None
    is_measured = bool(len(days)) and bool(days["coverage_rate"].notna().any())
    first = days["window_date"].iloc[0] if len(days) else as_of
    notes = data.annotations(facts.market_id)
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
        source=parts.source(reach, is_simulated=facts.is_simulated),
    )
    parts.figure(
        lambda look, said: history_figure(
            days, look, said, unfinished=unfinished, annotations=notes
        ),
        caption,
        key="history",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=parts.file_stem(
            "venue-days", facts.venue_id, as_of, is_simulated=facts.is_simulated
        ),
        table=days.assign(
            annotation=annotation_texts(notes, days["window_date"]),
            venue_id=facts.venue_id,
            venue=facts.name,
            source=caption.source,
        ),
    )


page()

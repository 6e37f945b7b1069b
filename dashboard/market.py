"""Page: is the market out of the ordinary? Days against their weekday, weeks, neighborhoods, and a
week against the eight before it."""

from datetime import date, timedelta

import pandas as pd
import streamlit as st

from charts.annotations import annotation_texts, annotation_words
from charts.gaps import measured_coverage
from charts.look import Caption
from dashboard import choices, data, findings, formats, market_week, parts, printable, shapes
from dashboard.choices import Place, Window
from dashboard.figures import market_days_figure, multiples_figure, prime_share_figure, weeks_figure
from db import insights
from metrics.wording import count_words, date_words, number_of

WEEKS = (4, 13, 26)
COMPARED_DAYS = 28
PANELS = 24  # small multiples; the table below has all neighborhoods
DAY = timedelta(days=1)

HELP = {
    "change": "Tables of the last 7 whole days over those of the 7 before, per watched day, with "
    "its 95 % interval. Where that holds 1, no change can be told.",
    "prime": "Share of the tables that opened which were for prime time.",
}


def page() -> None:
    """Finding, window, days in their band, a week against the eight before it, weeks, prime share,
    neighborhoods."""
    place = choices.header("Market")
    if place is None:
        return
    finding = parts.finding()
    window = choices.window(place, WEEKS, default=13, unit_days=7, label="Weeks", keys="weeks")
    days = data.market_days(place.market_id, window.first, window.last, place.version)
    if days.empty:
        st.info(choices.NOT_SCORED)
        return
    complete = place.reach.complete_through or window.last
    whole = days[days["window_date"] <= complete]
    found = data.week_over_week(place.market_id, window.last, place.version)
    last = min(window.last, complete)
    facts = data.market_facts(place.market_id, last, place.version)
    finding.markdown(
        findings.day_finding(whole.iloc[-1] if len(whole) else None, place.name, facts)
        + f" {findings.weeks_title(found, place.name)}."
    )
    _days(days, place, window, complete)
    market_week.show(place, min(window.last, complete))
    _weeks(place, min(window.last, complete + DAY), complete)
    _prime_share(whole, place, window)
    _neighborhoods(place, window, min(window.last, complete))
    printable.show(
        facts,
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


def _days(days: pd.DataFrame, place: Place, window: Window, complete: date) -> None:
    notes = data.annotations(place.market_id)
    caption = Caption(
        title=findings.days_title(days[days["window_date"] <= complete]),
        subtitle=(
            "Tables that opened each day; the band is what would not stand out from the same "
            "weekday of the 8 weeks before, the line in it their median; "
            f"{_watched_words(days)}; {window.words}."
            + annotation_words(notes, window.first, window.last)
        ),
        source=place.source,
    )
    drawn = days.assign(
        is_spike=findings.is_plain_spike(days), coverage_rate=measured_coverage(days)
    )
    unfinished = window.last if window.last > complete else None
    stem = place.file_stem("market-days", window.last, f"{window.days}d")
    parts.figure(
        lambda look, printed: market_days_figure(
            drawn, look, printed, unfinished=unfinished, annotations=notes
        ),
        caption,
        key="market-days",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=stem,
        table=days.assign(
            annotation=annotation_texts(notes, days["window_date"]),
            market=place.market_id,
            source=place.source,
        ),
        measure="spikes",
    )
    _spikes(days, notes)


def _watched_words(days: pd.DataFrame) -> str:
    """What was left out for want of watching, and of how many days that is not known."""
    is_assumed = days["is_coverage_assumed"].astype(bool)
    if is_assumed.all():
        return "no scans tell how much was watched"
    left_out = "days watched less than half are left out"
    if is_assumed.any():
        left_out += f" (no scans tell of all of {number_of(int(is_assumed.sum()), 'day')})"
    return left_out


def _spikes(days: pd.DataFrame, notes: pd.DataFrame) -> None:
    spikes = days[days["is_spike"].astype(bool)]
    if spikes.empty:
        return
    texts = annotation_texts(notes, spikes["window_date"])
    st.table(
        pd.DataFrame(
            {
                "Opened": [count_words(int(row.drops)) for row in spikes.itertuples()],
                "Usual on that weekday": [
                    formats.quantity_words(row.usual) for row in spikes.itertuples()
                ],
                "Watched": [
                    formats.coverage_words(row.coverage_rate, is_assumed=row.is_coverage_assumed)
                    for row in spikes.itertuples()
                ],
                **({"Annotation": [text or "" for text in texts]} if any(texts) else {}),
            },
            index=pd.Index(
                [date_words(day, with_year=True) for day in spikes["window_date"]], name="Day"
            ),
        )
    )


def _weeks(place: Place, last: date, complete: date) -> None:
    first = last - (last.weekday() + 7) * DAY
    days = data.market_days(place.market_id, first, last, place.version)
    if days.empty:
        return
    # A day that has just begun is no gap: it is dashed instead.
    is_running = (days["window_date"] > complete).to_numpy()
    days = days.assign(coverage_rate=measured_coverage(days).mask(is_running))
    weeks = shapes.matched_weeks(days, last)
    found = data.week_over_week(place.market_id, last, place.version)
    unfinished = last.weekday() if last > complete else None
    monday = last - last.weekday() * DAY
    notes = data.annotations(place.market_id)
    caption = Caption(
        title=findings.weeks_title(found, place.name),
        subtitle=(
            f"Tables that opened each day of the week of {date_words(monday)} and of the week "
            "before; the finding compares the last 7 whole days with the 7 before, per watched day"
            + ("; the day that is not over is dashed." if unfinished is not None else ".")
            + annotation_words(notes, monday - 7 * DAY, monday + 6 * DAY)
        ),
        source=place.source,
    )
    stem = place.file_stem("weeks", last)
    parts.figure(
        lambda look, printed: weeks_figure(
            weeks, look, printed, unfinished_weekday=unfinished, monday=monday, annotations=notes
        ),
        caption,
        key="matched-weeks",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=stem,
        table=weeks.assign(
            week_of=monday,
            annotation=annotation_texts(notes, [monday + k * DAY for k in range(7)]),
            annotation_of_last_week=annotation_texts(
                notes, [monday + (k - 7) * DAY for k in range(7)]
            ),
            market=place.market_id,
            source=place.source,
        ),
        measure="rates",
    )


def _prime_share(whole: pd.DataFrame, place: Place, window: Window) -> None:
    weeks = insights.prime_shares(whole, since=place.reach.first_whole_date)
    notes = data.annotations(place.market_id)
    caption = Caption(
        title=findings.prime_share_title(weeks),
        subtitle=(
            f"Share of tables for prime time ({place.prime_words}), by the week they opened, with "
            f"95 % interval; weeks that are not whole are dotted; {window.words}."
            + annotation_words(notes, window.first, window.last)
        ),
        source=place.source,
    )
    stem = place.file_stem("prime-share", window.last, f"{window.days}d")
    parts.figure(
        lambda look, printed: prime_share_figure(weeks, look, printed, annotations=notes),
        caption,
        key="prime-share",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=stem,
        table=weeks.assign(
            annotation=annotation_texts(notes, weeks["week_date"], unit_days=7),
            market=place.market_id,
            source=place.source,
        ),
    )


def _neighborhoods(place: Place, window: Window, last: date) -> None:
    compared = data.neighborhoods_compared(place.market_id, last, COMPARED_DAYS, place.version)
    if compared["neighborhood"].isna().all():
        if len(compared):
            st.caption(f"{findings.neighborhoods_title(compared)} in {place.name}.")
        return
    weeks = shapes.weeks_by_neighborhood(
        data.neighborhood_days(place.market_id, window.first, last, place.version),
        max(window.first, place.reach.first_whole_date or window.first),
        last,
    )
    drawn = compared["neighborhood"].head(PANELS)
    weeks = weeks[weeks["neighborhood"].isin(drawn)].reset_index(drop=True)
    notes = data.annotations(place.market_id)
    caption = Caption(
        title=findings.neighborhoods_title(compared),
        subtitle=(
            f"Tables that opened each whole week of the {window.words}, all on one scale; the "
            "number is that of the last week"
            + (f"; the {PANELS} with most tables." if len(drawn) < len(compared) else ".")
            + annotation_words(notes, window.first, last)
        ),
        source=place.source,
    )
    stem = place.file_stem("neighborhoods", last)
    parts.figure(
        lambda look, printed: multiples_figure(weeks, look, printed, annotations=notes),
        caption,
        key="neighborhood-weeks",
        alt=f"{caption.title}. {caption.subtitle} The table below compares them.",
        file_name=stem,
        table=weeks.assign(
            annotation=annotation_texts(notes, weeks["week_date"], unit_days=7),
            market=place.market_id,
            source=place.source,
        ),
    )
    _compared(compared, last, stem, place)


def _compared(compared: pd.DataFrame, last: date, stem: str, place: Place) -> None:
    """The neighborhoods as a table."""
    rows = list(compared.itertuples())
    st.caption(
        f"{formats.window_ending(last, COMPARED_DAYS)}; "
        f"{number_of(len(compared), 'neighborhood')}; brackets hold 95 % intervals."
    )
    shown = pd.DataFrame(
        {
            "Neighborhood": compared["neighborhood"].fillna("not known"),
            "Venues": compared["venue_count"],
            "Opened": compared["drops"],
            "Prime share": compared["prime_rate"],
            "This week to last": [formats.ratio_text(row.change_ratio) for row in rows],
            "95 % interval": [
                formats.interval_words(row.change_lower, row.change_upper) for row in rows
            ],
        }
    )
    st.dataframe(
        shown.style.format({"Opened": "{:,}", "Prime share": formats.share_words}),
        hide_index=True,
        height="auto",
        key="neighborhoods",
        column_config={
            "Prime share": st.column_config.NumberColumn(help=HELP["prime"]),
            "This week to last": st.column_config.TextColumn(help=HELP["change"]),
        },
        alt="Neighborhoods, most tables first",
    )
    parts.csv_download(
        compared.assign(
            market=place.market_id,
            window_last=last,
            window_days=COMPARED_DAYS,
            source=place.source,
        ),
        file_name=stem,
        key="neighborhoods-csv",
    )


page()

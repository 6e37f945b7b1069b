"""What the page Market says, draws and tables: each part made once for all readers."""

from datetime import date, timedelta

import pandas as pd

from charts.annotations import annotation_texts, annotation_words
from charts.gaps import measured_coverage
from charts.look import Caption
from charts.market_days import market_days_figure
from charts.multiples import multiples_figure
from charts.prime_share import prime_share_figure
from charts.weeks import weeks_figure
from dashboard import data, findings, formats, shapes
from dashboard.choices import Place, Window
from dashboard.parts import remembered
from dashboard.pictures import Picture
from db import insights
from metrics.wording import count_words, date_words, number_of

COMPARED_DAYS = 28
PANELS = 12  # small multiples; the table below has all neighborhoods
DAY = timedelta(days=1)


@remembered
def finding(place: Place, window: Window, complete: date) -> str:
    """What the last whole day and the last week were like."""
    days = data.market_days(place.market_id, window.first, window.last, place.version)
    whole = days[days["window_date"] <= complete]
    found = data.week_over_week(place.market_id, window.last, place.version)
    facts = data.market_facts(place.market_id, min(window.last, complete), place.version)
    return (
        findings.day_finding(whole.iloc[-1] if len(whole) else None, place.name, facts)
        + f" {findings.weeks_title(found, place.name)}."
    )


@remembered
def days_picture(place: Place, window: Window, complete: date, notes: pd.DataFrame) -> Picture:
    """The days of the window against their weekday. complete: the last whole one in the data."""
    days = data.market_days(place.market_id, window.first, window.last, place.version)
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
    return Picture(
        lambda look, printed: market_days_figure(
            drawn, look, printed, unfinished=unfinished, annotations=notes
        ),
        caption,
        key="market-days",
        file_name=place.file_stem("market-days", window.last, f"{window.days}d"),
        table=days.assign(
            annotation=annotation_texts(notes, days["window_date"]),
            market=place.market_id,
            source=place.source,
        ),
        measure="spikes",
    )


def _watched_words(days: pd.DataFrame) -> str:
    """What was left out for want of watching, and of how many days that is not known."""
    is_assumed = days["is_coverage_assumed"].astype(bool)
    if is_assumed.all():
        return "no scans tell how much was watched"
    left_out = "days watched less than half are left out"
    if is_assumed.any():
        left_out += f" (no scans tell of all of {number_of(int(is_assumed.sum()), 'day')})"
    return left_out


@remembered
def spikes_table(place: Place, window: Window, notes: pd.DataFrame) -> pd.DataFrame | None:
    """The days that stood out; None where none did."""
    days = data.market_days(place.market_id, window.first, window.last, place.version)
    spikes = days[days["is_spike"].astype(bool)]
    if spikes.empty:
        return None
    texts = annotation_texts(notes, spikes["window_date"])
    return pd.DataFrame(
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


@remembered
def weeks_picture(place: Place, last: date, complete: date, notes: pd.DataFrame) -> Picture | None:
    """The week of a day beside the week before; None without a day."""
    first = last - (last.weekday() + 7) * DAY
    days = data.market_days(place.market_id, first, last, place.version)
    if days.empty:
        return None
    # A day that has just begun is no gap: it is dashed instead.
    is_running = (days["window_date"] > complete).to_numpy()
    days = days.assign(coverage_rate=measured_coverage(days).mask(is_running))
    weeks = shapes.matched_weeks(days, last)
    found = data.week_over_week(place.market_id, last, place.version)
    unfinished = last.weekday() if last > complete else None
    monday = last - last.weekday() * DAY
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
    return Picture(
        lambda look, printed: weeks_figure(
            weeks, look, printed, unfinished_weekday=unfinished, monday=monday, annotations=notes
        ),
        caption,
        key="matched-weeks",
        file_name=place.file_stem("weeks", last),
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


@remembered
def prime_share_picture(
    place: Place, window: Window, complete: date, notes: pd.DataFrame
) -> Picture:
    """The share of prime tables, week by week, of whole days."""
    days = data.market_days(place.market_id, window.first, window.last, place.version)
    whole = days[days["window_date"] <= complete]
    weeks = insights.prime_shares(whole, since=place.reach.first_whole_date)
    caption = Caption(
        title=findings.prime_share_title(weeks),
        subtitle=(
            f"Share of tables for prime time ({place.prime_words}), by the week they opened, with "
            f"95 % interval; weeks that are not whole are dotted; {window.words}."
            + annotation_words(notes, window.first, window.last)
        ),
        source=place.source,
    )
    return Picture(
        lambda look, printed: prime_share_figure(weeks, look, printed, annotations=notes),
        caption,
        key="prime-share",
        file_name=place.file_stem("prime-share", window.last, f"{window.days}d"),
        table=weeks.assign(
            annotation=annotation_texts(notes, weeks["week_date"], unit_days=7),
            market=place.market_id,
            source=place.source,
        ),
    )


@remembered
def neighborhoods_picture(place: Place, window: Window, last: date, notes: pd.DataFrame) -> Picture:
    """Each neighborhood's weeks, on one scale."""
    compared = data.neighborhoods_compared(place.market_id, last, COMPARED_DAYS, place.version)
    weeks = shapes.weeks_by_neighborhood(
        data.neighborhood_days(place.market_id, window.first, last, place.version),
        max(window.first, place.reach.first_whole_date or window.first),
        last,
    )
    drawn = compared["neighborhood"].head(PANELS)
    weeks = weeks[weeks["neighborhood"].isin(drawn)].reset_index(drop=True)
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
    return Picture(
        lambda look, printed: multiples_figure(weeks, look, printed, annotations=notes),
        caption,
        key="neighborhood-weeks",
        alt=f"{caption.in_words} The table below compares them.",
        file_name=place.file_stem("neighborhood-weeks", last),
        table=weeks.assign(
            annotation=annotation_texts(notes, weeks["week_date"], unit_days=7),
            market=place.market_id,
            source=place.source,
        ),
    )


@remembered
def neighborhoods_table(place: Place, last: date) -> pd.DataFrame:
    """The neighborhoods side by side, most tables first."""
    compared = data.neighborhoods_compared(place.market_id, last, COMPARED_DAYS, place.version)
    rows = list(compared.itertuples())
    return pd.DataFrame(
        {
            "Neighborhood": compared["neighborhood"].fillna("not known"),
            "Venues": compared["venue_count"],
            "Opened": compared["drops"],
            "Prime share": compared["prime_rate"].round(2),
            "This week to last": [formats.ratio_text(row.change_ratio) for row in rows],
            "95 % interval": [
                formats.interval_words(row.change_lower, row.change_upper) for row in rows
            ],
        }
    )

"""What the page This week says, draws and tables: each part made once for all readers."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

import pandas as pd
import pyarrow as pa

from charts.annotations import annotation_texts, annotation_words
from charts.gaps import measured_coverage
from charts.look import Caption
from charts.market_days import market_days_figure
from charts.slopes import drawn_words, lines_words, slopes_figure
from dashboard import data, findings, formats, parts
from dashboard.choices import Place
from dashboard.parts import remembered
from dashboard.pictures import Picture
from db import insights
from metrics.trend import Direction
from metrics.wording import date_words, list_words, number_of, percent_words

DRAWN_DAYS = 28
RANKED_DAYS = 28
HARDEST = 5
MOVERS = 10  # of the table; the page Hardest tables has all
RECENT = timedelta(days=7)


@remembered
def changes(place: Place, complete: date, last: date) -> str:
    """The last whole day, the last week against the one before, and what stood out: a list."""
    days = _days(place, last)
    whole = days[days["window_date"] <= complete]
    facts = data.market_facts(place.market_id, complete, place.version)
    lines = [findings.day_finding(whole.iloc[-1] if len(whole) else None, place.name, facts)]
    lines += [
        f"{fact.printable}."
        for fact in facts
        if fact.kind == "week_over_week" and fact.printable is not None
    ]
    recent = whole[findings.is_plain_spike(whole) & (whole["window_date"] > complete - RECENT)]
    lines += [
        f"{date_words(row.window_date)} stood out: {number_of(int(row.drops), 'table')} opened, "
        f"about {formats.quantity_words(row.usual)} are usual on that weekday."
        for row in recent.itertuples()
        if row.window_date != complete
    ]
    measured = whole.assign(coverage_rate=measured_coverage(whole))
    unwatched = measured[
        (measured["coverage_rate"].fillna(1.0) < 1) & (measured["window_date"] > complete - RECENT)
    ]
    if len(unwatched):
        worst = unwatched.loc[unwatched["coverage_rate"].idxmin()]
        lines.append(
            f"We did not watch all of {number_of(len(unwatched), 'day')} of the last 7; least on "
            f"{date_words(worst['window_date'])} ({percent_words(worst['coverage_rate'])})."
        )
    lines.append("Weeks, spikes and neighborhoods: [Market](./market).")
    return "\n".join(f"- {parts.place_words(line)}" for line in lines)


@remembered
def days_picture(place: Place, complete: date, last: date, notes: pd.DataFrame) -> Picture:
    """The last four weeks day by day."""
    days = _days(place, last)
    # The day that is running is no gap: it is dashed instead.
    is_running = (days["window_date"] > complete).to_numpy()
    drawn = days.assign(
        is_spike=findings.is_plain_spike(days),
        coverage_rate=measured_coverage(days).mask(is_running),
    )
    caption = Caption(
        title=findings.days_title(days[days["window_date"] <= complete]),
        subtitle=(
            "Tables that opened each day, in the band of what is usual for the weekday; "
            + ("the day that is not over dashed; " if last > complete else "")
            + f"{formats.window_ending(last, len(days))}."
            + annotation_words(notes, days["window_date"].iloc[0], last)
        ),
        source=place.source,
    )
    unfinished = last if last > complete else None
    return Picture(
        lambda look, printed: market_days_figure(
            drawn, look, printed, unfinished=unfinished, annotations=notes
        ),
        caption,
        key="week-days",
        file_name=place.file_stem("this-week", last),
        table=days.assign(
            annotation=annotation_texts(notes, days["window_date"]),
            market=place.market_id,
            source=place.source,
        ),
        measure="spikes",
    )


@dataclass(frozen=True)
class Hardest:
    """The hardest tables: title, what is listed, the table, its footnote, the rows to be saved."""

    title: str
    caption: str
    table: pa.Table | None
    footnote: str
    export: pd.DataFrame


@remembered
def hardest(place: Place, as_of: date) -> Hardest:
    """The hardest tables of the market in the window that ends on a day."""
    ranking = data.whole_ranking(place.market_id, as_of, RANKED_DAYS, place.version)
    rows = list(ranking[ranking["rank"].notna()].head(HARDEST).itertuples())
    table = pd.DataFrame(
        {
            "Venue": [parts.venue_link(row.venue_id, row.name) for row in rows],
            "Could rank": [
                formats.rank_interval_words(row.rank_lower, row.rank_upper) for row in rows
            ],
            "Catchable prime tables a week": [
                f"{formats.quantity_words(row.catchable_per_week)} "
                f"({formats.interval_words(row.catchable_lower, row.catchable_upper)})"
                for row in rows
            ],
            "Half are gone after": [formats.typical_open_words(row) for row in rows],
            "Neighborhood": [row.neighborhood or "" for row in rows],
        },
        index=pd.Index([f"{row.rank:.0f}" for row in rows], name="Rank"),
    )
    export = pd.DataFrame(
        {
            "rank": [int(row.rank) for row in rows],
            "rank_band_from": [int(row.rank_lower) for row in rows],
            "rank_band_to": [int(row.rank_upper) for row in rows],
            "venue_id": [row.venue_id for row in rows],
            "venue": [row.name for row in rows],
            "catchable_prime_tables_per_week": [row.catchable_per_week for row in rows],
            "catchable_lower_95": [row.catchable_lower for row in rows],
            "catchable_upper_95": [row.catchable_upper for row in rows],
            "typical_open_seconds": [row.typical_open_seconds for row in rows],
            "typical_open_not_printed_because": [insights.open_time_refusal(row) for row in rows],
            "neighborhood": [row.neighborhood for row in rows],
        }
    ).assign(
        market=place.market_id,
        window_days=RANKED_DAYS,
        window_ends_on=as_of,
        source=place.source,
    )
    return Hardest(
        title=formats.hardest_title(ranking, place.name, is_filtered=False),
        caption=(
            f"The {HARDEST} hardest tables, {formats.window_ending(as_of, RANKED_DAYS)}; brackets "
            "hold 95 % intervals. [All of them](./hardest)"
        ),
        table=parts.sendable(table) if rows else None,
        footnote=formats.open_time_footnote(rows),
        export=export,
    )


@remembered
def movers_picture(place: Place, complete: date) -> Picture:
    """Who gets harder or easier."""
    trends = data.trends(place.market_id, complete, place.version)
    weeks = int(trends["weeks"].max()) if len(trends) else 0
    caption = Caption(
        title=findings.movers_title(trends),
        subtitle=(
            f"Prime tables that can be caught: {lines_words(trends)} "
            + (
                f"{weeks} whole weeks to {date_words(trends['as_of_date'].iloc[0])}; "
                f"{drawn_words(trends)}."
                if len(trends)
                else "At least 8 whole weeks are needed."
            )
        ),
        source=place.source,
    )
    return Picture(
        lambda look, printed: slopes_figure(trends, look, printed, weeks=weeks),
        caption,
        key="movers",
        file_name=place.file_stem("movers", complete),
        table=trends.assign(source=place.source),
        measure="trend",
    )


@dataclass(frozen=True)
class Movers:
    """The certain trends that moved furthest, and where the others are found."""

    table: pa.Table
    footnote: str


@remembered
def movers_table(place: Place, complete: date) -> Movers | None:
    """The trends that are certain; None where none is."""
    return movers(data.trends(place.market_id, complete, place.version))


def movers(trends: pd.DataFrame) -> Movers | None:
    """Of `insights.trends`, those that are certain, in their order; None where none is."""
    every = trends[trends["label"].notna()]
    if every.empty:
        return None
    certain = every.head(MOVERS)
    table = pd.DataFrame(
        {
            "Venue": [parts.venue_link(row.venue_id, row.name) for row in certain.itertuples()],
            "It is": certain["label"].tolist(),
            "Tables to catch, each week": [
                f"{formats.change_words(row.change_per_week)} "
                f"({formats.change_words(row.lower)} to {formats.change_words(row.upper)})"
                for row in certain.itertuples()
            ],
            "Tables seen": [f"{row.tables:,}" for row in certain.itertuples()],
        }
    ).set_index("Venue")
    if len(certain) == len(every):
        return Movers(parts.sendable(table), "")
    ways = [
        f"[{label}](./hardest?{urlencode({'mode': label})})"
        for label in Direction
        if (every["label"] == label).any()
    ]
    return Movers(
        parts.sendable(table),
        f"The {MOVERS} that moved furthest of {number_of(len(every), 'venue')}. "
        f"All of them: {list_words(ways)}.",
    )


def _days(place: Place, last: date) -> pd.DataFrame:
    first = last - timedelta(days=DRAWN_DAYS - 1)
    return data.market_days(place.market_id, first, last, place.version)

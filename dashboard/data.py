"""What the pages read: `db.insights`, kept in memory. Of the dashboard only this reads the clock.

Answers are kept for `FRESH`; how far a market's data reach is asked more often, and because the
version of its numbers is part of what the other answers are remembered by, new ones show at once.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard.memory import kept
from db import digests, insights
from db.annotation_writes import add_annotation, remove_annotation
from db.engine import Engine, create_engine
from db.insights import (
    Night,
    Progress,
    Status,
    VenueFacts,
    Version,
    WeekCompared,
    WeekdayHours,
    WeekOverWeek,
)
from metrics.calendar import IsoWeek, local_day_bounds
from metrics.facts import Fact
from metrics.newsworthiness import Departure
from metrics.release_clock import ReleaseClock
from metrics.survival import SurvivalCurve
from settings import Settings, load_settings

FRESH = timedelta(minutes=10)
PROGRESS_FRESH = timedelta(seconds=15)
HEALTH_FRESH = timedelta(seconds=5)
LIVE_FRESH = timedelta(seconds=5)


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The environment's settings, read once."""
    return load_settings()


@st.cache_resource(show_spinner=False)
def engine() -> Engine:
    """The database that every session shares."""
    return create_engine(settings())


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


@kept(PROGRESS_FRESH)
def markets() -> pd.DataFrame:
    """Every market; columns as of `insights.markets`."""
    return insights.markets(engine())


@kept(PROGRESS_FRESH)
def progress(market_id: str) -> Progress:
    """How far the market's data reach."""
    return insights.progress(engine(), market_id)


@kept(FRESH)
def facets(market_id: str, version: Version) -> dict[str, Sequence[str]]:
    """What the market's venues can be filtered by."""
    return {
        "neighborhood": insights.neighborhoods(engine(), market_id),
        "cuisine": insights.cuisines(engine(), market_id),
        "list": insights.lists(engine(), market_id),
    }


@kept(PROGRESS_FRESH)
def scored_date(market_id: str, window_days: int, not_after: date | None) -> date | None:
    """The newest day, not after the one named, for which windows of this length were scored."""
    return insights.latest_as_of(engine(), market_id, window_days, not_after=not_after)


def usual_date(market_id: str, window_days: int) -> date | None:
    """The day a page is about unless another is asked for: the last whole one in the data."""
    complete = progress(market_id).complete_through
    return scored_date(market_id, window_days, complete) or scored_date(
        market_id, window_days, None
    )


@kept(FRESH, most=32)
def whole_ranking(market_id: str, as_of: date, window_days: int, version: Version) -> pd.DataFrame:
    """The market's ranking; columns as of `insights.ranking`. `version`: the scoring asked of."""
    return insights.ranking(engine(), market_id, as_of, window_days)


@kept(FRESH, most=16)
def openings_ranking(
    market_id: str, as_of: date, window_days: int, version: Version
) -> pd.DataFrame:
    """The market's venues by all tables that opened; columns as of `insights.openings_ranking`."""
    return insights.openings_ranking(engine(), market_id, as_of, window_days)


@kept(FRESH, most=16)
def rank_history(market_id: str, as_of: date, version: Version) -> pd.DataFrame:
    """The ranks of the market's venues, week by week; columns as of `insights.rank_history`."""
    return insights.rank_history(engine(), market_id, as_of)


@kept(FRESH)
def venue_names(market_id: str, version: Version) -> dict[str, str]:
    """The market's venues: name by id, in the order of their names."""
    names = insights.venue_names(engine(), market_id)
    return dict(zip(names["venue_id"], names["name"], strict=True))


# Its market's version is known only once this is: what it says is asked as often as that.
@kept(PROGRESS_FRESH, most=500)
def venue(venue_id: str) -> VenueFacts:
    """The venue's facts. Raises `UnknownVenueError`."""
    return insights.venue(engine(), venue_id)


@kept(FRESH, most=500)
def venue_windows(venue_id: str, as_of: date, version: Version) -> pd.DataFrame:
    """The venue's windows that end on a day, the shortest first."""
    return insights.venue_windows(engine(), venue_id, as_of)


@kept(FRESH, most=500)
def venue_days(venue_id: str, first: date, last: date, version: Version) -> pd.DataFrame:
    """The venue's days, one row each: window_date, new_drop_count, prime_time_drops,
    median_drop_duration_seconds, coverage_rate.

    A day on which nothing opened has zero drops; how much of it was watched is in its coverage,
    None where that is not measured. Days before the market's first event are left out.
    """
    market_id = venue(venue_id).market_id
    known = markets().set_index("market_id").loc[market_id]
    if known["first_date"] is None:
        return pd.DataFrame(columns=["window_date", "new_drop_count", "prime_time_drops"])
    first = max(first, known["first_date"])
    counted = insights.venue_history(engine(), venue_id, first, last).set_index("window_date")
    _, end = local_day_bounds(last, known["timezone"])
    watched = insights.coverage_days(engine(), now=end, days=(last - first).days + 1)
    watched = watched[(watched["market_id"] == market_id) & ~watched["is_assumed"].astype(bool)]
    days = counted[["new_drop_count", "prime_time_drops", "median_drop_duration_seconds"]].reindex(
        [first + timedelta(days=k) for k in range((last - first).days + 1)]
    )
    counts = ["new_drop_count", "prime_time_drops"]
    days[counts] = days[counts].fillna(0).astype("int64")
    days["coverage_rate"] = watched.set_index("local_date")["coverage_rate"].reindex(days.index)
    return days.rename_axis("window_date").reset_index()


@kept(PROGRESS_FRESH)
def annotations(market_id: str | None) -> pd.DataFrame:
    """What editors wrote beside the market's days; None: beside any market's."""
    return insights.annotations(engine(), market_id)


def annotate(market_id: str | None, first: date, last: date, text: str, added_by: str) -> None:
    """Keeps an annotation, for every reader at once. Raises what `add_annotation` raises."""
    add_annotation(
        engine(),
        market_id=market_id,
        first=first,
        last=last,
        text=text,
        added_by=added_by,
        added_at=now(),
    )
    annotations.cache_clear()


def forget_annotation(annotation_id: int) -> None:
    """Removes an annotation, for every reader at once. Raises `UnknownAnnotationError`."""
    try:
        remove_annotation(engine(), annotation_id)
    finally:
        annotations.cache_clear()


@kept(HEALTH_FRESH)
def status() -> Status:
    """How the machinery does, now."""
    return insights.status(engine(), now=now(), retention_days=settings().retention_days)


@kept(HEALTH_FRESH)
def rejections() -> pd.DataFrame:
    """Rows refused last, with why."""
    return insights.rejections(engine())


@kept(HEALTH_FRESH)
def late_days() -> pd.DataFrame:
    """Sealed days that events came for."""
    return insights.late_days(engine())


@kept(HEALTH_FRESH)
def receipts() -> pd.DataFrame:
    """Receipts of sealed days, the latest first."""
    return insights.receipts(engine())


@kept(PROGRESS_FRESH)
def coverage_days(days: int) -> pd.DataFrame:
    """Of each market and each of its last days: how much of it was watched."""
    return insights.coverage_days(engine(), now=now(), days=days)


@kept(FRESH)
def weekday_hours(
    market_id: str,
    first: date,
    last: date,
    clock: Literal["opened_hour", "slot_hour"],
    version: Version,
) -> WeekdayHours:
    """Drops by weekday and hour, as of `insights.weekday_hours`."""
    return insights.weekday_hours(engine(), market_id, first, last, clock, now=now())


@kept(FRESH, most=200)
def opening_times(
    market_id: str,
    slot_weekday: int,
    first: date,
    last: date,
    hours: tuple[int, int],
    version: Version,
) -> pd.DataFrame:
    """When tables for one weekday (1 is Monday) open."""
    return insights.opening_times(engine(), market_id, slot_weekday, first, last, hours=hours)


@kept(FRESH)
def lead_times(market_id: str, first: date, last: date, version: Version) -> pd.DataFrame:
    """How many days ahead tables opened."""
    return insights.lead_times(engine(), market_id, first, last)


@kept(FRESH, most=50)
def open_times_by_weekday(
    market_id: str, first: date, last: date, version: Version
) -> pd.DataFrame:
    """How long tables stay open, prime and off-peak, by weekday."""
    return insights.open_times_by_weekday(engine(), market_id, first, last, now=now())


@kept(FRESH)
def market_days(market_id: str, first: date, last: date, version: Version) -> pd.DataFrame:
    """The market's days against the same weekdays before."""
    return insights.market_days(engine(), market_id, first, last, now=now())


@kept(FRESH)
def prime_off_peak(market_id: str, last: date, version: Version) -> dict[str, Any] | None:
    """Prime and off-peak side by side over the 28 days to a day; None where nothing opened."""
    rows = insights.market_metrics(
        engine(), now=now(), days=1, metric_types=["prime_off_peak"], as_of=last, market=market_id
    )
    return None if rows.empty else dict(rows["value"].iloc[0])


@kept(FRESH)
def neighborhood_days(market_id: str, first: date, last: date, version: Version) -> pd.DataFrame:
    """Tables of each neighborhood on each day."""
    return insights.neighborhood_days(engine(), market_id, first, last)


@kept(FRESH)
def neighborhoods_compared(market_id: str, last: date, days: int, version: Version) -> pd.DataFrame:
    """The market's neighborhoods, most tables first."""
    return insights.neighborhoods_compared(engine(), market_id, last, days=days, now=now())


@kept(FRESH)
def week_over_week(market_id: str, as_of: date, version: Version) -> WeekOverWeek | None:
    """The last 7 whole days against the 7 before."""
    return insights.week_over_week(engine(), market_id=market_id, as_of=as_of, now=now())


@kept(FRESH)
def week_compared(
    market_id: str, week: IsoWeek, days: tuple[int, ...], version: Version
) -> WeekCompared | None:
    """The market's week against the eight before it, of these days of it."""
    return insights.week_compared(engine(), market_id, week, days)


@kept(FRESH, most=500)
def venue_week_compared(venue_id: str, week: IsoWeek, version: Version) -> Departure | None:
    """The venue's week against the eight before it."""
    return insights.venue_week_compared(engine(), venue_id, week)


@kept(FRESH)
def market_facts(market_id: str, as_of: date, version: Version) -> list[Fact]:
    """What may be said of the market as of a day."""
    return insights.market_facts(engine(), market_id, as_of, now=now())


@kept(FRESH)
def timing_facts(
    market_id: str, first: date, last: date, night: Night, version: Version
) -> list[Fact]:
    """What may be said of when tables open."""
    return insights.timing_facts(engine(), market_id, first, last, night, now=now())


@kept(FRESH)
def trends(market_id: str, as_of: date, version: Version) -> pd.DataFrame:
    """The venues' trends, the largest change first."""
    return insights.trends(engine(), market_id, as_of)


@kept(FRESH)
def trend_facts(
    market_id: str, as_of: date, venue_ids: tuple[str, ...], version: Version
) -> list[Fact]:
    """What may be said of the venues' trends, in the order asked for."""
    return insights.trend_facts(engine(), market_id, as_of, venue_ids, now=now())


@kept(FRESH)
def supply(market_id: str, day: date, version: Version) -> pd.DataFrame:
    """What was to be had in each full hour of a day and of the one before, oldest first."""
    return insights.supply(engine(), market_id, day - timedelta(days=1), day, now=now())


@kept(FRESH, most=50)
def venue_curves(
    market_id: str, venue_ids: tuple[str, ...], first: date, last: date, scored_on: date
) -> dict[str, SurvivalCurve]:
    """How long each venue's tables stay open. scored_on: the day it is asked on."""
    return insights.venue_curves(engine(), market_id, venue_ids, first, last, now=now())


@kept(FRESH, most=500)
def venue_facts(venue_id: str, as_of: date, days: int, version: Version) -> list[Fact]:
    """What may be said of the venue over the days to a day."""
    beside = insights.Beside(
        ranking=lambda market_id, day, window: whole_ranking(market_id, day, window, version),
        trends=lambda market_id, day: trends(market_id, day, version),
    )
    return insights.venue_facts(
        engine(), venue_id, as_of, now=now(), window_days=days, beside=beside
    )


@kept(FRESH, most=500)
def venue_curve(venue_id: str, first: date, last: date, version: Version) -> SurvivalCurve | None:
    """How long the venue's tables stay open."""
    return insights.open_duration(engine(), venue_id=venue_id, first=first, last=last, now=now())


@kept(FRESH, most=500)
def venue_openings(venue_id: str, first: date, last: date, version: Version) -> pd.DataFrame:
    """The venue's openings, a row each, in the order of its release clock."""
    return insights.venue_openings(engine(), venue_id, first, last)


@kept(FRESH, most=500)
def release_clock(venue_id: str, as_of: date, days: int, version: Version) -> ReleaseClock | None:
    """The venue's release clock over the days to a day; None without a drop."""
    return insights.release_clock(engine(), venue_id, as_of, days)


@kept(LIVE_FRESH)
def live_counts(market_id: str) -> pd.DataFrame:
    """Tables open now, by the night they are for."""
    return insights.live_counts(engine(), market_id, now())


@kept(LIVE_FRESH)
def live_drops(market_id: str, limit: int, *, prime_only: bool = False) -> pd.DataFrame:
    """Drops open now, the newest first."""
    return insights.live_drops(engine(), market_id, now(), limit, prime_only=prime_only)


@kept(LIVE_FRESH)
def just_closed(market_id: str, limit: int) -> pd.DataFrame:
    """Drops taken in the last hour, the last one first."""
    return insights.just_closed(engine(), market_id, now(), limit)


@kept(PROGRESS_FRESH, most=20)
def editions(market_id: str, audience: str) -> Sequence[digests.Edition]:
    """The latest revision of each of the market's editions, the newest week first."""
    return digests.editions(engine(), market_id=market_id, audience=audience)


def note(market_id: str, iso_week: str) -> str | None:
    """The editor's note for a week, as it is now."""
    return digests.note(engine(), market_id, iso_week)


def write_note(market_id: str, iso_week: str, text: str) -> None:
    """Sets the editor's note for a week; an empty one takes it back."""
    digests.write_note(engine(), market_id, iso_week, text, written_at=now())

"""What the pages read: `db.insights`, cached. The one place of the dashboard that reads the clock.

Answers are kept for `FRESH`; how far a market's data reach is asked more often, and because that is
part of what the other answers are remembered by, a new scoring shows at once.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import streamlit as st

from db import insights
from db.engine import Engine, create_engine
from db.insights import Progress, Status, VenueFacts
from metrics.calendar import local_day_bounds
from settings import Settings, load_settings

FRESH = timedelta(minutes=10)
PROGRESS_FRESH = timedelta(seconds=15)
HEALTH_FRESH = timedelta(seconds=5)


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


@st.cache_data(ttl=PROGRESS_FRESH, show_spinner=False)
def markets() -> pd.DataFrame:
    """Every market; columns as of `insights.markets`."""
    return insights.markets(engine())


@st.cache_data(ttl=PROGRESS_FRESH, show_spinner=False)
def default_market() -> str:
    """The market shown to somebody who named none."""
    return insights.default_market(engine())


@st.cache_data(ttl=PROGRESS_FRESH, show_spinner=False)
def progress(market_id: str) -> Progress:
    """How far the market's data reach."""
    return insights.progress(engine(), market_id)


@st.cache_data(ttl=FRESH, show_spinner=False)
def facets(market_id: str, _version: Progress) -> dict[str, Sequence[str]]:
    """What the market's venues can be filtered by."""
    return {
        "neighborhood": insights.neighborhoods(engine(), market_id),
        "cuisine": insights.cuisines(engine(), market_id),
        "list": insights.lists(engine(), market_id),
    }


@st.cache_data(ttl=PROGRESS_FRESH, show_spinner=False)
def scored_date(market_id: str, window_days: int, not_after: date | None) -> date | None:
    """The newest day, not after the one named, for which windows of this length were scored."""
    return insights.latest_as_of(engine(), market_id, window_days, not_after=not_after)


def usual_date(market_id: str, window_days: int) -> date | None:
    """The day a page is about unless another is asked for: the last whole one in the data."""
    complete = progress(market_id).complete_through
    return scored_date(market_id, window_days, complete) or scored_date(
        market_id, window_days, None
    )


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=200)
def ranking(
    market_id: str,
    as_of: date,
    window_days: int,
    neighborhood: str | None,
    cuisine: str | None,
    on_list: str | None,
    version: Progress,
) -> pd.DataFrame:
    """The ranking; columns as of `insights.ranking`. `version`: the scoring it is asked of."""
    return insights.ranking(
        engine(),
        market_id,
        as_of,
        window_days,
        neighborhood=neighborhood,
        cuisine=cuisine,
        on_list=on_list,
    )


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=500)
def venue(venue_id: str) -> VenueFacts:
    """The venue's facts. Raises `UnknownVenueError`."""
    return insights.venue(engine(), venue_id)


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=500)
def venue_windows(venue_id: str, as_of: date, version: Progress) -> pd.DataFrame:
    """The venue's windows that end on a day, the shortest first."""
    return insights.venue_windows(engine(), venue_id, as_of)


@st.cache_data(ttl=FRESH, show_spinner=False, max_entries=500)
def venue_days(venue_id: str, first: date, last: date, version: Progress) -> pd.DataFrame:
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


@st.cache_data(ttl=HEALTH_FRESH, show_spinner=False)
def status() -> Status:
    """How the machinery does, now."""
    return insights.status(engine(), now=now(), retention_days=settings().retention_days)


@st.cache_data(ttl=HEALTH_FRESH, show_spinner=False)
def rejections() -> pd.DataFrame:
    """Rows refused last, with why."""
    return insights.rejections(engine())


@st.cache_data(ttl=HEALTH_FRESH, show_spinner=False)
def late_days() -> pd.DataFrame:
    """Sealed days that events came for."""
    return insights.late_days(engine())


@st.cache_data(ttl=HEALTH_FRESH, show_spinner=False)
def receipts() -> pd.DataFrame:
    """Receipts of sealed days, the latest first."""
    return insights.receipts(engine())


@st.cache_data(ttl=PROGRESS_FRESH, show_spinner=False)
def coverage_days(days: int) -> pd.DataFrame:
    """Of each market and each of its last days: how much of it was watched."""
    return insights.coverage_days(engine(), now=now(), days=days)

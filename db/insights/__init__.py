"""The one reading service: pages, API and digest ask here, so a number has one value everywhere.

Functions take an Engine and whatever instant or date they are asked for; none reads the clock. They
answer with DataFrames or small frozen dataclasses.
"""

from db.insights.durations import open_duration
from db.insights.facts import fact_as_json, market_facts, venue_facts
from db.insights.health import (
    DATABASE_UNAVAILABLE,
    Backlog,
    HeldDay,
    JobRun,
    MarketStatus,
    Retention,
    Status,
    coverage_days,
    late_days,
    receipts,
    rejections,
    status,
)
from db.insights.live import drop_event_id, just_closed, live_drops, read_drop_event_id
from db.insights.market import (
    Progress,
    UnknownMarketError,
    UnknownVenueError,
    cuisines,
    data_through,
    default_market,
    latest_as_of,
    lists,
    markets,
    markets_asked_for,
    neighborhoods,
    progress,
)
from db.insights.published import market_metrics, venue_metrics, venue_rolling_metrics
from db.insights.ranks import WINDOW_DAYS, ranking
from db.insights.supply import WeekOverWeek, spikes, supply, week_over_week
from db.insights.timing import WeekdayHours, opening_times, release_clock, weekday_hours
from db.insights.trends import trends
from db.insights.venues import VenueFacts, venue, venue_history, venue_windows

__all__ = [
    "DATABASE_UNAVAILABLE",
    "WINDOW_DAYS",
    "Backlog",
    "HeldDay",
    "JobRun",
    "MarketStatus",
    "Progress",
    "Retention",
    "Status",
    "UnknownMarketError",
    "UnknownVenueError",
    "VenueFacts",
    "WeekOverWeek",
    "WeekdayHours",
    "coverage_days",
    "cuisines",
    "data_through",
    "default_market",
    "drop_event_id",
    "fact_as_json",
    "just_closed",
    "late_days",
    "latest_as_of",
    "lists",
    "live_drops",
    "market_facts",
    "market_metrics",
    "markets",
    "markets_asked_for",
    "neighborhoods",
    "open_duration",
    "opening_times",
    "progress",
    "ranking",
    "read_drop_event_id",
    "receipts",
    "rejections",
    "release_clock",
    "spikes",
    "status",
    "supply",
    "trends",
    "venue",
    "venue_facts",
    "venue_history",
    "venue_metrics",
    "venue_rolling_metrics",
    "venue_windows",
    "week_over_week",
    "weekday_hours",
]

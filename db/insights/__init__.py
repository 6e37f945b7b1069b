"""The one reading service: pages, API and digest ask here, so a number has one value everywhere.

Functions take an Engine and whatever instant or date they are asked for; none reads the clock. They
answer with DataFrames or small frozen dataclasses.
"""

from db.insights.annotations import annotations
from db.insights.comparisons import (
    Comparison,
    Kinds,
    VenueConversion,
    kinds_compared,
    saved_fact,
    saved_or_not,
    venues_by_conversion,
)
from db.insights.conversion import (
    LONGEST_WINDOW_HOURS,
    Funnel,
    FunnelRow,
    FunnelStep,
    alerted_markets,
    funnel,
)
from db.insights.conversion_users import FunnelUsers, funnel_users
from db.insights.curves import open_times_by_weekday, venue_curves
from db.insights.days import (
    lead_times,
    live_counts,
    market_days,
    neighborhood_days,
    neighborhoods_compared,
    prime_shares,
    weekday_sides,
)
from db.insights.durations import open_duration
from db.insights.facts import fact_as_json, market_facts, trend_facts, venue_facts
from db.insights.health import (
    DATABASE_UNAVAILABLE,
    Backlog,
    HeldDay,
    JobRun,
    MarketStatus,
    RejectionReason,
    Retention,
    Status,
    coverage_days,
    late_days,
    receipts,
    rejection_reasons,
    rejections,
    status,
)
from db.insights.live import drop_event_id, just_closed, live_drops, read_drop_event_id
from db.insights.market import (
    Progress,
    UnknownMarketError,
    UnknownVenueError,
    Version,
    cuisines,
    data_through,
    default_market,
    latest_as_of,
    lists,
    markets,
    markets_asked_for,
    neighborhoods,
    preferred_market,
    progress,
)
from db.insights.openings import venue_openings
from db.insights.patterns import Night, timing_facts
from db.insights.published import market_metrics, venue_metrics, venue_rolling_metrics
from db.insights.ranks import (
    WINDOW_DAYS,
    narrowed,
    new_among_hardest,
    open_time_refusal,
    openings_ranking,
    rank_history,
    ranking,
)
from db.insights.reactions import ReactionCurves, TimeToAct, reaction_curves, time_to_act
from db.insights.supply import WeekOverWeek, spikes, supply, week_over_week
from db.insights.timing import WeekdayHours, opening_times, release_clock, weekday_hours
from db.insights.trends import trends
from db.insights.venues import VenueFacts, venue, venue_history, venue_names, venue_windows
from db.insights.week import Candidate, NothingToTellError, WeekReport, market_week
from db.insights.week_compared import WeekCompared, venue_week_compared, week_compared
from db.insights.week_conversion import week_conversion

__all__ = [
    "DATABASE_UNAVAILABLE",
    "LONGEST_WINDOW_HOURS",
    "WINDOW_DAYS",
    "Backlog",
    "Candidate",
    "Comparison",
    "Funnel",
    "FunnelRow",
    "FunnelStep",
    "FunnelUsers",
    "HeldDay",
    "JobRun",
    "Kinds",
    "MarketStatus",
    "Night",
    "NothingToTellError",
    "Progress",
    "ReactionCurves",
    "RejectionReason",
    "Retention",
    "Status",
    "TimeToAct",
    "UnknownMarketError",
    "UnknownVenueError",
    "VenueConversion",
    "VenueFacts",
    "Version",
    "WeekCompared",
    "WeekOverWeek",
    "WeekReport",
    "WeekdayHours",
    "alerted_markets",
    "annotations",
    "coverage_days",
    "cuisines",
    "data_through",
    "default_market",
    "drop_event_id",
    "fact_as_json",
    "funnel",
    "funnel_users",
    "just_closed",
    "kinds_compared",
    "late_days",
    "latest_as_of",
    "lead_times",
    "lists",
    "live_counts",
    "live_drops",
    "market_days",
    "market_facts",
    "market_metrics",
    "market_week",
    "markets",
    "markets_asked_for",
    "narrowed",
    "neighborhood_days",
    "neighborhoods",
    "neighborhoods_compared",
    "new_among_hardest",
    "open_duration",
    "open_time_refusal",
    "open_times_by_weekday",
    "opening_times",
    "openings_ranking",
    "preferred_market",
    "prime_shares",
    "progress",
    "rank_history",
    "ranking",
    "reaction_curves",
    "read_drop_event_id",
    "receipts",
    "rejection_reasons",
    "rejections",
    "release_clock",
    "saved_fact",
    "saved_or_not",
    "spikes",
    "status",
    "supply",
    "time_to_act",
    "timing_facts",
    "trend_facts",
    "trends",
    "venue",
    "venue_curves",
    "venue_facts",
    "venue_history",
    "venue_metrics",
    "venue_names",
    "venue_openings",
    "venue_rolling_metrics",
    "venue_week_compared",
    "venue_windows",
    "venues_by_conversion",
    "week_compared",
    "week_conversion",
    "week_over_week",
    "weekday_hours",
    "weekday_sides",
]

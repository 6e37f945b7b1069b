"""The shapes of answers, for the OpenAPI page. Answers are written without them (`api/answers.py`);
that both agree is a test."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field


class Counts(BaseModel):
    """Drops of a day or a window. Opened = closed + expired + open."""

    new_drop_count: int
    closed_count: int
    expired_count: int
    open_count: int
    prime_time_drops: int
    off_peak_drops: int
    avg_drop_duration_seconds: float | None = Field(description="of closed drops")
    median_drop_duration_seconds: float | None = Field(description="of closed drops")


class Scores(BaseModel):
    """How hard the venue is. Undefined where it was not watched enough."""

    catchable_per_week: float | None = Field(description="catchable prime tables a week")
    catchable_lower: float | None = Field(description="lower end of its 95 % interval")
    catchable_upper: float | None = Field(description="upper end of its 95 % interval")
    scarcity_score: float | None = Field(description="0 to 100, 100 is hardest")
    volatility_score: float | None = Field(description="variance over mean of daily drops")


class Derivation(BaseModel):
    formula_version: int
    computed_at: datetime


class VenueMetric(Counts, Scores, Derivation):
    """A venue's local day. The scores are of the 14 days that end on it."""

    venue_id: str
    venue_name: str
    neighborhood: str | None
    cuisine: str | None
    market_id: str
    is_simulated: bool
    window_date: date
    coverage_rate: float | None = Field(description="observed share of the day")
    is_coverage_assumed: bool | None = Field(description="no scans tell")


class VenueMetrics(BaseModel):
    venue_metrics: list[VenueMetric]
    days: int
    limit: int


class VenueRollingMetric(Counts, Scores, Derivation):
    """A venue's window: `window_days` local days that end on `as_of_date`."""

    venue_id: str
    as_of_date: date
    window_days: int
    market_id: str
    typical_open_seconds: float | None = Field(description="Kaplan-Meier median")
    typical_open_lower: float | None
    typical_open_upper: float | None
    resolution_seconds: int = Field(description="open times are not known better than this")
    seen_closed_count: int | None = Field(description="closings that open times rest on")
    lasting_rate: float | None = Field(description="share that outlasts the reaction time")
    lasting_log_variance: float | None
    catchable_drops: int
    catchable_squares: float
    watched_days: int
    tier: str | None
    volatility_p: float | None
    duration_variation: float | None
    fully_booked_rate: float | None
    observed_days: float
    coverage_rate: float | None
    is_coverage_assumed: bool
    daily_prime_drops: list[int]
    name: str
    neighborhood: str | None
    cuisine: str | None
    price: str | None
    lists: list[str]
    is_simulated: bool
    rank: int | None = Field(description="1 is hardest; within the market")
    rank_lower: int | None = Field(description="joint 95 % band of the rank")
    rank_upper: int | None
    rank_tied: int | None = Field(description="how many venues share the rank")
    trend_as_of_date: date | None = Field(description="the Sunday that ends the trend's last week")
    trend_weeks: int | None = Field(description="complete weeks it rests on, 8 to 26")
    trend_change_per_week: float | None = Field(description="share; -0.03: 3 % fewer a week")
    trend_lower: float | None
    trend_upper: float | None
    trend_p_value: float | None
    trend_label: str | None = Field(description="where it survives across the market's venues")


class VenueRollingMetrics(BaseModel):
    venue_rolling_metrics: list[VenueRollingMetric]
    window_days: int
    limit: int


class MarketMetric(Derivation):
    market_id: str
    is_simulated: bool
    window_date: date
    metric_type: str
    value: Any


class MarketMetrics(BaseModel):
    market_metrics: list[MarketMetric]
    days: int


class Drop(BaseModel):
    drop_event_id: str = Field(description="names the drop in alert events")
    venue_id: str
    venue_name: str
    neighborhood: str | None
    slot_id: str
    opened_at: datetime
    slot_at: datetime
    slot_date: date
    slot_hour: int
    party_size: int | None = Field(description="null: not known")
    bucket_id: str | None
    is_prime: bool


class OpenDrop(Drop):
    open_seconds: int = Field(description="so far")


class ClosedDrop(Drop):
    closed_at: datetime
    open_seconds: int = Field(description="from opening to closing")


class LiveDrops(BaseModel):
    market_id: str
    now: datetime
    data_through: datetime | None
    open_drops: list[OpenDrop]
    just_closed: list[ClosedDrop]
    limit: int


class RowError(BaseModel):
    index: int = Field(description="the event's place in what was sent, from 0")
    reason: str


class Accepted(BaseModel):
    """received = accepted + duplicate + pending + rejected + late."""

    batch_id: int
    received: int
    accepted: int
    duplicate: int
    pending: int = Field(description="closings that wait for their opening")
    rejected: int
    late: int = Field(description="of days that are sealed: kept, and in no metric")
    is_repeat: bool = Field(description="the delivery was known: these are its first counts")
    errors: list[RowError] = Field(description="the first 100 rejected events")


class Tracked(BaseModel):
    """received = accepted + duplicate + rejected."""

    received: int
    accepted: int
    duplicate: int = Field(description="known by their venue and event_id: they change nothing")
    rejected: int
    errors: list[RowError] = Field(description="every rejected event")


class Rate(BaseModel):
    """A share with its 95 % Wilson interval, which takes alerts to be independent. One user's are
    not: the pages' intervals take users as the unit and are wider."""

    rate: float
    lower: float
    upper: float


class FunnelStep(BaseModel):
    step: str = Field(description="the event type")
    count: int = Field(description="settled alerts that came this far, or further")
    step_rate: Rate | None = Field(description="of those that came to the step before")
    overall_rate: Rate | None = Field(description="of all settled alerts")


class FunnelCounts(BaseModel):
    settled: int = Field(description="alerts whose window has passed: only they are in a rate")
    unsettled: int
    steps: list[FunnelStep]
    losses: dict[str, int] = Field(description="settled alerts without a booking, by cause")


class FunnelRow(FunnelCounts):
    key: str | None = Field(description="null: not said")


class Funnel(FunnelCounts):
    days: int
    window_hours: float
    first_date: date | None
    last_date: date | None
    settled_at: datetime | None = Field(description="the instant that was scored for")
    by: str | None = None
    rows: list[FunnelRow] | None = Field(None, description="with `by`: they add up to the total")


class Fact(BaseModel):
    """A statement with what backs it; `printable` is what may be said, null if nothing may."""

    kind: str
    verdict: str = Field(description="print, hedge or do not print")
    printable: str | None
    sentence: str
    hedged_sentence: str | None
    reason: str | None = Field(description="why not as it stands")
    number: float | None
    unit: str
    n: int
    interval: list[float | None] | None = Field(description="95 %; null: open")
    first_date: date
    last_date: date
    coverage_rate: float | None
    is_coverage_assumed: bool
    source_line: str
    permalink: str
    method_version: int


class Facts(BaseModel):
    facts: list[Fact]


class DigestSummary(BaseModel):
    """One revision of a market's week."""

    market_id: str
    iso_week: str
    audience: str
    number: int = Field(description="counts the market's weeks from its first")
    revision: int
    revised_on: date | None = Field(description="the market's day; null: the first edition")
    first_date: date
    last_date: date
    kind: str = Field(description="news, quiet, too early or not watched enough")
    headline: str
    is_simulated: bool
    coverage_rate: float
    is_coverage_assumed: bool
    method_version: int
    content_sha256: str


class Digests(BaseModel):
    digests: list[DigestSummary]
    audience: str


class Digest(DigestSummary):
    changes: list[dict[str, str | None]] = Field(description="against the revision before")
    facts: dict[str, Any] = Field(description="what every text of the edition is made from")


class ProblemDetails(BaseModel):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str

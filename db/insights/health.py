"""How the machinery does: jobs, backlog, what was turned away, receipts, retention, coverage."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from db import migrate
from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import markets
from db.insights.watched import watched_market
from db.queries import run
from db.seals import QUIET_TIME
from db.watching import dates_between
from metrics.calendar import local_date, local_day_minutes, local_day_start

TICK_JOB = "tick"
TICK_LATE_AFTER = timedelta(minutes=5)
COVERAGE_DAYS = 28
# A day that is ready is sealed the next night: a long day of 25 hours and the run itself.
LATEST_SEAL = timedelta(hours=26)
SENDS_SHOWN = timedelta(days=28)  # of editions' weeks

# What readers and writers raise while there is no database, or none has time for them.
DATABASE_UNAVAILABLE = (InterfaceError, OperationalError, PoolTimeoutError)


@dataclass(frozen=True)
class JobRun:
    """A job's last run. `succeeded_at`: when the job last came to a good end."""

    job: str
    due_key: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    error: str | None
    detail: dict[str, Any]
    succeeded_at: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long it ran; `None` while it does."""
        if self.finished_at is None:
            return None
        return (self.finished_at - self.started_at).total_seconds()


@dataclass(frozen=True)
class Backlog:
    """What was accepted and is in no rollup yet, and closings that wait for their opening."""

    batches: int
    rows: int
    oldest_received_at: datetime | None
    pending_ends: int


@dataclass(frozen=True)
class RejectionReason:
    """How many rows were refused for like reasons, and the first of them (from 1) with its own."""

    row_count: int
    row_number: int
    reason: str


@dataclass(frozen=True)
class HeldDay:
    """A day past retention with drops that could still end, the last of them at latest_slot_at."""

    opened_date: date
    open_drops: int
    latest_slot_at: datetime


@dataclass(frozen=True)
class Retention:
    """Which raw days are kept. `due_dates`: past retention, could be sealed now. `overdue_dates`:
    those of them that the timer should have sealed by now."""

    retention_days: int
    oldest_unsealed_date: date | None
    unsealed_days: int
    due_dates: tuple[date, ...]
    overdue_dates: tuple[date, ...]
    held_days: tuple[HeldDay, ...]


@dataclass(frozen=True)
class MarketStatus:
    """A market's span and the coverage of its last 28 days, assumed where no scans tell."""

    market_id: str
    name: str
    is_simulated: bool
    first_date: date | None
    latest_date: date | None
    coverage_rate: float | None
    is_coverage_assumed: bool


@dataclass(frozen=True)
class Sends:
    """What became of one edition's mails. unknown: handed over when the sender stopped, so that
    they may have arrived, and are not sent again."""

    market_id: str
    audience: str
    iso_week: str
    sent: int
    under_way: int
    failed: int
    unknown: int
    last_at: datetime | None
    last_error: str | None


@dataclass(frozen=True)
class Status:
    """What `pipeline status`, `/readyz` and the page "Data health" say, each from the same.

    unsent_alerts: alerts with steps but no sending, which are in no number.
    """

    now: datetime
    schema_revision: str | None
    is_schema_current: bool
    jobs: tuple[JobRun, ...]
    backlog: Backlog
    late_events: int
    rejected_events: int
    unsent_alerts: int
    retention: Retention
    markets: tuple[MarketStatus, ...]
    sends: tuple[Sends, ...]
    database_bytes: int

    @property
    def timer_problem(self) -> str | None:
        """Why the timer must be called late; `None` if it is not."""
        tick = next((job for job in self.jobs if job.job == TICK_JOB), None)
        if tick is None or tick.succeeded_at is None:
            return "no tick has succeeded yet: start the timer with python -m pipeline run"
        if self.now - tick.succeeded_at > TICK_LATE_AFTER:
            return (
                f"the last good tick ended at {tick.succeeded_at:%Y-%m-%d %H:%M:%S}Z, more than "
                f"{TICK_LATE_AFTER.seconds // 60} minutes ago: see python -m pipeline status"
            )
        return None

    @property
    def schema_problem(self) -> str | None:
        """Why the schema cannot be used; `None` if it can."""
        if self.is_schema_current:
            return None
        return (
            f"the database's schema is at revision {self.schema_revision or 'none'}, not at "
            f"{migrate.head_revision()}: start the application once to migrate it"
        )


def status(engine: Engine, *, now: datetime, retention_days: int) -> Status:
    """The state of everything at `now`. Raises SQLAlchemy's errors when there is no database."""
    revision = migrate.current_revision(engine)
    with engine.connect() as connection:
        jobs = run(connection, "insight_last_runs").mappings().all()
        backlog = run(connection, "insight_backlog").one()
        unsent = run(connection, "insight_unsent_alerts").all()
        sends = run(connection, "insight_sends", since=(now - SENDS_SHOWN).date()).mappings().all()
    known = markets(engine)
    return Status(
        now=now,
        schema_revision=revision,
        is_schema_current=revision == migrate.head_revision(),
        jobs=tuple(JobRun(**job) for job in jobs),
        backlog=Backlog(
            batches=backlog.batches,
            rows=int(backlog.rows),
            oldest_received_at=backlog.oldest_received_at,
            pending_ends=backlog.pending_ends,
        ),
        late_events=backlog.late_events,
        rejected_events=backlog.rejected_events,
        unsent_alerts=sum(int(row.alerts) for row in unsent),
        retention=_retention(engine, known, now, retention_days),
        markets=_market_statuses(engine, known, now),
        sends=tuple(Sends(**row) for row in sends),
        database_bytes=backlog.database_bytes,
    )


def rejections(engine: Engine, limit: int = 50, *, batch_id: int | None = None) -> pd.DataFrame:
    """Rows refused last, or those of one batch: received_at, source, kind, batch_id, row_number
    (from 1), reason, payload."""
    return frame(engine, "insight_rejections", row_limit=limit, batch_id=batch_id)


def rejection_reasons(engine: Engine, batch_id: int, limit: int) -> list[RejectionReason]:
    """Why rows of a batch were refused, the `limit` most frequent reasons, that one first."""
    with engine.connect() as connection:
        rows = run(
            connection, "insight_rejection_reasons", batch_id=batch_id, reason_limit=limit
        ).mappings()
        return [RejectionReason(**row) for row in rows]


def late_days(engine: Engine, limit: int = 50) -> pd.DataFrame:
    """Sealed days that events came for: opened_date, late_events, last_received_at."""
    return frame(engine, "insight_late_days", row_limit=limit)


def receipts(engine: Engine, limit: int = 100) -> pd.DataFrame:
    """Receipts, the latest day first; columns of day_receipts."""
    return frame(engine, "insight_receipts", row_limit=limit)


def coverage_days(engine: Engine, *, now: datetime, days: int = COVERAGE_DAYS) -> pd.DataFrame:
    """Of each market with data and of each of its last `days` complete local days: market_id,
    local_date, observed_minutes, wall_minutes, coverage_rate, is_assumed (no scans told of it).
    Days before the market's first are left out."""
    return _coverage_days(engine, markets(engine), now, days)


def _coverage_days(engine: Engine, known: pd.DataFrame, now: datetime, days: int) -> pd.DataFrame:
    found = []
    for known_market in known[known["first_date"].notna()].itertuples():
        today = local_date(now, known_market.timezone)
        first = max(today - timedelta(days=days), known_market.first_date)
        with engine.connect() as connection:
            market = watched_market(connection, known_market.market_id, now)
            if market is None or first >= today:
                continue
            dates = dates_between(first, today - timedelta(days=1))
            exposure = market.exposure(connection, dates[0], dates[-1]).tolist()
        is_assumed = market.assumed_days(dates[0], dates[-1]).tolist()
        for day, share, assumed in zip(dates, exposure, is_assumed, strict=True):
            wall = local_day_minutes(day, known_market.timezone)
            # Without any scan, nothing says that we stopped looking after the last event.
            seen = wall if not market.has_scans else round(share * wall)
            if wall > 0:
                found.append((market.row.market_id, day, seen, wall, seen / wall, assumed))
    return pd.DataFrame(
        found,
        columns=[
            "market_id",
            "local_date",
            "observed_minutes",
            "wall_minutes",
            "coverage_rate",
            "is_assumed",
        ],
    )


def _retention(
    engine: Engine, known: pd.DataFrame, now: datetime, retention_days: int
) -> Retention:
    # A day is over when it is over in every market.
    zones = set(known["timezone"]) or {"UTC"}
    last_day = min(local_date(now, zone) for zone in zones) - timedelta(days=retention_days + 1)
    with engine.connect() as connection:
        unsealed = run(connection, "insight_unsealed_days", now=now, last_day=last_day).all()
    past = [day for day in unsealed if day.opened_date <= last_day]
    due = [day for day in past if not day.open_drops]
    return Retention(
        retention_days=retention_days,
        oldest_unsealed_date=unsealed[0].opened_date if unsealed else None,
        unsealed_days=len(unsealed),
        due_dates=tuple(day.opened_date for day in due),
        overdue_dates=tuple(
            day.opened_date
            for day in due
            if now > _ready_at(day, zones, retention_days) + LATEST_SEAL
        ),
        held_days=tuple(
            HeldDay(day.opened_date, day.open_drops, day.latest_slot_at)
            for day in past
            if day.open_drops
        ),
    )


def _ready_at(day: Any, zones: Iterable[str], retention_days: int) -> datetime:
    """Since when the timer may seal a day: past retention in every market, its last slot gone by,
    and nothing come for it in the time that has to be quiet."""
    over = day.opened_date + timedelta(days=retention_days + 1)
    instants = [local_day_start(over, zone) for zone in zones]
    if day.latest_slot_at is not None:
        instants.append(day.latest_slot_at)
    if day.last_received_at is not None:
        instants.append(day.last_received_at + QUIET_TIME)
    return max(instants)


def _market_statuses(
    engine: Engine, known: pd.DataFrame, now: datetime
) -> tuple[MarketStatus, ...]:
    coverage = _coverage_days(engine, known, now, COVERAGE_DAYS)
    statuses = []
    for market in known.itertuples():
        own = coverage[coverage["market_id"] == market.market_id]
        wall = int(own["wall_minutes"].sum())
        statuses.append(
            MarketStatus(
                market_id=market.market_id,
                name=market.name,
                is_simulated=bool(market.is_simulated),
                first_date=market.first_date,
                latest_date=market.latest_date,
                coverage_rate=int(own["observed_minutes"].sum()) / wall if wall else None,
                is_coverage_assumed=bool(own["is_assumed"].any()),
            )
        )
    return tuple(statuses)

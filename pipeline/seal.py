"""Seal: days past retention give way to their receipts; days that could still change are held."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from db.alert_writes import prune_alert_events
from db.engine import Engine
from db.markets import market_zones
from db.seals import (
    QUIET_TIME,
    HeldDay,
    SealedDay,
    is_quiet,
    reject_stale_pending,
    seal_day,
    unsealed_days,
)
from db.work import exclusive
from db.writes import settle_pending_ends
from metrics.calendar import local_date
from pipeline.tick import tick
from settings import Settings


@dataclass(frozen=True)
class SealResult:
    """What one run did, by day. `busy` days had events accepted within the last 24 hours."""

    sealed: Sequence[SealedDay] = field(default_factory=tuple)
    held: Sequence[HeldDay] = field(default_factory=tuple)
    busy: Sequence[date] = field(default_factory=tuple)
    pending_rejected: int = 0
    alert_events_pruned: int = 0

    def summary(self) -> dict[str, object]:
        """For the record of the job."""
        return {
            "sealed": [day.day.isoformat() for day in self.sealed],
            "held": [day.day.isoformat() for day in self.held],
            "busy": [day.isoformat() for day in self.busy],
            "rows_pruned": sum(day.rows_pruned for day in self.sealed),
            "pending_rejected": self.pending_rejected,
            "alert_events_pruned": self.alert_events_pruned,
        }


def last_day_past_retention(engine: Engine, settings: Settings, now: datetime) -> date:
    """The latest day that is past retention in every market."""
    today = min(local_date(now, zone) for zone in market_zones(engine).values())
    return today - timedelta(days=settings.retention_days + 1)


def seal(
    engine: Engine,
    settings: Settings,
    now: datetime,
    *,
    through: date | None = None,
    waits_for_quiet: bool = False,
    progress: Callable[[SealedDay | HeldDay], None] = lambda day: None,
) -> SealResult:
    """Seals every day past retention (up to `through`), oldest first, each in its transaction.

    With `waits_for_quiet`, as the timer asks for, days that events came in for within the last 24
    hours are left for later. Raises `db.seals.UnprovenDayError` at the first day that cannot be
    proven; the days before it stay sealed. Scores what the seals changed.
    """
    last = last_day_past_retention(engine, settings, now)
    sealed: list[SealedDay] = []
    held: list[HeldDay] = []
    busy: list[date] = []
    with exclusive(engine):
        settle_pending_ends(engine, now=now)
        rejected = reject_stale_pending(engine, now - timedelta(days=settings.retention_days))
    try:
        for day in unsealed_days(engine, min(last, through or last)):
            if waits_for_quiet and not is_quiet(engine, day, now - QUIET_TIME):
                busy.append(day)
                continue
            with exclusive(engine):
                outcome = seal_day(
                    engine, day, now, poll_interval_seconds=settings.poll_interval_seconds
                )
            if isinstance(outcome, SealedDay):
                sealed.append(outcome)
            elif isinstance(outcome, HeldDay):
                held.append(outcome)
            if outcome is not None:
                progress(outcome)
    finally:
        tick(engine, settings, now)
    pruned = prune_alert_events(engine, now - timedelta(days=settings.alert_retention_days))
    return SealResult(tuple(sealed), tuple(held), tuple(busy), rejected, pruned)

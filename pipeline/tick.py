"""Tick: one pass from accepted batches to derived numbers.

settle waiting closings → aggregate every batch not yet aggregated → score what changed. Aggregating
and scoring are one transaction on one snapshot: the derived tables never show half of a batch, and
whatever stops the pass, the next one does what is left.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from db.engine import Engine
from db.partitions import days_to_make, make_days
from db.retry import retried
from db.rollups import aggregate_batches
from db.work import exclusive, snapshot
from db.writes import settle_pending_ends
from pipeline.conversion import score_conversion
from pipeline.score import pack_everything, score
from settings import Settings

DAYS_AHEAD = 2


@dataclass(frozen=True)
class TickResult:
    """What one pass did."""

    batches_aggregated: int
    venues_scored: int
    pending_settled: int


def tick(engine: Engine, settings: Settings, now: datetime) -> TickResult:
    """Aggregates and scores as of `now`; waits for another tick or a seal that is under way."""
    today = now.date()
    days = [today + timedelta(days=ahead) for ahead in range(-1, DAYS_AHEAD + 1)]
    with engine.connect() as connection:
        missing = days_to_make(connection, days)
    make_days(engine, missing)
    with exclusive(engine):
        settled = settle_pending_ends(engine, now=now)
        aggregated, scored = retried(lambda: _aggregate_and_score(engine, settings, now))
    return TickResult(aggregated, scored, settled)


def rescore(engine: Engine, settings: Settings, now: datetime) -> int:
    """Rebuilds every derived table from the durable ones; returns the number of venues scored."""
    with exclusive(engine):
        pack_everything(engine)
        return retried(lambda: _aggregate_and_score(engine, settings, now, everything=True))[1]


def _aggregate_and_score(
    engine: Engine, settings: Settings, now: datetime, *, everything: bool = False
) -> tuple[int, int]:
    with snapshot(engine) as connection:
        aggregated = aggregate_batches(
            connection, now, poll_interval_seconds=settings.poll_interval_seconds
        )
        scored = score(connection, settings, now, everything=everything)
        score_conversion(connection, settings, now, everything=everything)
        return aggregated, scored

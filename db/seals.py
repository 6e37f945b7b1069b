"""Sealing a day: expire → aggregate → prove → receipt → prune, in one transaction.

The day's row in `opened_days` is taken first and its partition is dropped last, so ingest either
wrote before the seal (and was aggregated by it) or finds the day sealed (and keeps its rows as
late). Nothing is pruned that was not recomputed from raw events and found equal to the rollup.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, insert, text

from db.deliveries import finish_batch, open_internal_batch
from db.partitions import drop_day
from db.queries import run
from db.retry import retried
from db.rollups import EXPIRY, aggregate_batches
from db.schema import day_receipts
from db.scores import scored_markets, seen_until

METHOD_VERSION = 1  # of receipts: what is counted and how the checksum is made
QUIET_TIME = timedelta(hours=24)  # in which nothing came for a day, before the timer seals it
LOCK_TIMEOUT = "2s"  # a waiting DROP makes every reader and writer behind it wait


class UnprovenDayError(Exception):
    """A day's rollup is not what its raw events give: the seal stops and prunes nothing."""


@dataclass(frozen=True)
class SealedDay:
    """`rows_pruned` raw events gave way to the day's receipts."""

    day: date
    rows_pruned: int


@dataclass(frozen=True)
class HeldDay:
    """A day past retention that waits: a drop of it could still end, until `held_until`."""

    day: date
    held_until: datetime


def unsealed_days(engine: Engine, through: date) -> list[date]:
    """Days up to `through` that have no receipt."""
    with engine.connect() as connection:
        return list(run(connection, "unsealed_days", through=through).scalars())


def is_quiet(engine: Engine, day: date, since: datetime) -> bool:
    """Whether nothing was accepted for the day after `since`."""
    with engine.connect() as connection:
        return bool(run(connection, "day_is_quiet", day=day, since=since).scalar_one())


def reject_stale_pending(engine: Engine, before: datetime) -> int:
    """Rejects closings from before that instant whose opening never came in; returns how many."""

    def attempt() -> int:
        with engine.begin() as connection:
            return sum(row.rows for row in run(connection, "reject_stale_pending", before=before))

    return retried(attempt)


def seal_day(
    engine: Engine, day: date, now: datetime, *, poll_interval_seconds: int
) -> SealedDay | HeldDay | None:
    """Seals the day; `None` if it is sealed already. To be called with `db.work.exclusive` held.

    Raises `UnprovenDayError`, having changed nothing, where rollup, raw events and the batches'
    ledger disagree.
    """
    return retried(lambda: _seal_day(engine, day, now, poll_interval_seconds))


def _seal_day(
    engine: Engine, day: date, now: datetime, poll_interval_seconds: int
) -> SealedDay | HeldDay | None:
    with engine.begin() as connection:
        run(connection, "note_day", day=day)
        if run(connection, "lock_day", day=day).scalar_one() is not None:
            return None
        aggregate_batches(connection, now, poll_interval_seconds=poll_interval_seconds)
        held_until = run(connection, "held_until", day=day, now=now).scalar_one()
        if held_until is not None:
            return HeldDay(day, held_until)
        if _expire(connection, day, now):
            aggregate_batches(connection, now, poll_interval_seconds=poll_interval_seconds)
        rows_pruned = _prove(connection, day, now)
        run(connection, "note_sealed", day=day, now=now)
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
        drop_day(connection, day)
        return SealedDay(day, rows_pruned)


def _expire(connection: Connection, day: date, now: datetime) -> int:
    """Ends the day's drops that nobody took, as an internal batch; returns how many."""
    if not run(connection, "day_has_open_drops", day=day).scalar_one():
        return 0
    batch_id = open_internal_batch(connection, EXPIRY, now)
    looked_until = {
        market.market_id: seen_until(market).isoformat() for market in scored_markets(connection)
    }
    expired = run(
        connection,
        "expire_drops",
        day=day,
        batch_id=batch_id,
        seen_until=json.dumps(looked_until),
        now=now,
    ).rowcount
    run(connection, "remove_expired_drops", day=day, batch_id=batch_id)
    run(connection, "note_batch_days", batch_id=batch_id, open_dates=[day])
    finish_batch(connection, batch_id, received=expired, accepted=expired, is_empty=expired == 0)
    return expired


def _prove(connection: Connection, day: date, now: datetime) -> int:
    """Holds raw events, rollup and ledger against one another and writes the receipts.

    Returns the number of raw rows that they stand for.
    """
    cell = run(connection, "unequal_cells", days=[day]).first()
    if cell is not None:
        raise UnprovenDayError(
            f"{day}: the rollup of venue {cell.venue_id} (slots of {cell.slot_date} at "
            f"{cell.slot_hour}:00, party of {cell.party_size}) is not what its raw events give: "
            f"{cell.kept_openings} against {cell.raw_openings} openings, {cell.kept_closings} "
            f"against {cell.raw_closings} closings, {cell.kept_expiries} against "
            f"{cell.raw_expiries} expiries. Nothing was pruned. Run `python -m pipeline verify`."
        )
    rows_pruned = 0
    for total in run(connection, "day_totals", day=day).all():
        raw = (total.raw_openings, total.raw_closings, total.raw_expiries)
        rollup = (total.rollup_openings, total.rollup_closings, total.rollup_expiries)
        ledger = (total.ledger_openings, total.ledger_closings, total.ledger_expiries)
        is_ended = raw[0] == raw[1] + raw[2]
        if not (raw == rollup == ledger and is_ended):
            raise UnprovenDayError(
                f"{day}, market {total.market_id}: openings, closings and expiries are {raw} in "
                f"the raw events, {rollup} in the rollup and {ledger} in the batches' ledger; they "
                "must be equal, and every drop ended. Nothing was pruned. Run "
                "`python -m pipeline verify`."
            )
        rows_pruned += total.raw_rows
        connection.execute(
            insert(day_receipts).values(
                opened_date=day,
                market_id=total.market_id,
                raw_openings=raw[0],
                raw_closings=raw[1],
                raw_expiries=raw[2],
                rollup_openings=rollup[0],
                rollup_closings=rollup[1],
                rollup_expiries=rollup[2],
                rollup_cells=total.rollup_cells,
                rollup_checksum=total.rollup_checksum,
                method_version=METHOD_VERSION,
                rows_pruned=total.raw_rows,
                sealed_at=now,
            )
        )
    return rows_pruned

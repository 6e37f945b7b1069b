"""Accepting deliveries: one delivery is one batch is one transaction.

    stage (COPY) → judge each row → register venues → make the days' partitions → lock the days
    → quarantine, late ledger, openings, ends, pending ends → open drops → count

Used by the pipeline for files and by the API for requests alike. Every received row ends in exactly
one place: received = accepted + duplicate + pending + rejected + late.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DBAPIError

from db.deliveries import (
    Acceptance,
    Delivery,
    IdempotencyConflictError,
    finish_batch,
    first_acceptance,
    open_batch,
    open_internal_batch,
    stage,
)
from db.partitions import analyze_days, days_to_make, make_days
from db.queries import run
from db.retry import retried
from db.schema import pending_ends

__all__ = [
    "Acceptance",
    "Delivery",
    "IdempotencyConflictError",
    "accept_drops",
    "settle_pending_ends",
]

DEFAULT_MARKET_ID = "nyc"
LARGE_BATCH = 10_000  # rows from which the planner is told what came, and staging is truncated


def accept_drops(
    engine: Engine, delivery: Delivery, *, received_at: datetime, max_lead_days: int
) -> Acceptance:
    """Takes in drop events: all of the delivery or, when this raises, nothing of it.

    A delivery whose idempotency key is known is not read again: its first counts are returned.
    Raises `UnreadableFileError` when it cannot be read and `IdempotencyConflictError` when its key
    stands for other content.
    """

    def attempt() -> Acceptance:
        with engine.begin() as connection:
            batch_id = open_batch(connection, delivery, received_at)
            if batch_id is None:
                return first_acceptance(connection, delivery)
            received = stage(connection, delivery, batch_id, analyze_above=LARGE_BATCH)
            run(
                connection,
                "reject_invalid_drops",
                batch_id=batch_id,
                received_at=received_at,
                max_lead_days=max_lead_days,
                is_simulated=delivery.is_simulated,
            )
            return _accept_staged_drops(engine, connection, batch_id, received, received_at)

    return retried(attempt)


def settle_pending_ends(engine: Engine, *, now: datetime) -> int:
    """Settles closings whose opening came in beside them, in another transaction.

    Returns how many rows were settled. They are written as a batch of their own.
    """

    def attempt() -> int:
        with engine.begin() as connection:
            if not _has_pending(connection):
                return 0
            batch_id = open_internal_batch(connection, "settle", now)
            open_dates = lock_days(connection, [], has_unnamed=True)[0]
            settled, written = _settle(connection, batch_id, open_dates, is_sweep=True)
            _note_open_drops(connection, batch_id, open_dates)
            run(connection, "note_batch_days", batch_id=batch_id, open_dates=open_dates)
            finish_batch(connection, batch_id, received=0, settled=written, is_empty=written == 0)
            if settled == 0:
                connection.rollback()
            return settled

    return retried(attempt)


def _accept_staged_drops(
    engine: Engine,
    connection: Connection,
    batch_id: int,
    received: int,
    received_at: datetime,
) -> Acceptance:
    is_large = received > LARGE_BATCH
    rejected = run(connection, "quarantine_drops", batch_id=batch_id).rowcount
    named = run(connection, "named_venues", batch_id=batch_id).all()
    if new := [venue.venue_id for venue in named if venue.is_new]:
        run(connection, "await_venue_loads")
        run(connection, "register_venues", venue_ids=new, default_market_id=DEFAULT_MARKET_ID)
    run(connection, "update_venue_facts", batch_id=batch_id)
    run(connection, "lock_venues", venue_ids=[venue.venue_id for venue in named])

    staged = run(connection, "staged_days", batch_id=batch_id).all()
    staged_days = [row for row in staged if row.opened_date is not None]
    dates = sorted({row.opened_date for row in staged_days})
    make_days(engine, days_to_make(connection, dates))
    kept = 0
    if len(staged_days) < len(staged):
        kept = run(connection, "keep_pending_ends", batch_id=batch_id).rowcount
    open_dates, sealed_dates = lock_days(connection, dates, has_unnamed=kept > 0)

    late = 0
    if sealed_dates:
        late = run(
            connection,
            "keep_late_drops",
            batch_id=batch_id,
            received_at=received_at,
            sealed_dates=sealed_dates,
        ).rowcount
    run(connection, "write_openings", batch_id=batch_id, open_dates=open_dates)
    if is_large:
        analyze_days(connection, open_dates)
    run(connection, "write_ends", batch_id=batch_id, open_dates=open_dates)
    settled_here = settled_elsewhere = 0
    if _has_pending(connection):
        settled_here, settled_elsewhere = _settle(connection, batch_id, open_dates)
    _note_open_drops(connection, batch_id, open_dates)
    if is_large:
        connection.execute(text("ANALYZE open_drops"))
    run(connection, "note_batch_days", batch_id=batch_id, open_dates=open_dates)
    told = [row for row in staged_days if row.opened_date not in sealed_dates]
    run(
        connection,
        "note_market_starts",
        batch_id=batch_id,
        market_ids=[row.market_id for row in told],
        first_event_ats=[row.first_event_at for row in told],
    )

    written = run(connection, "written_rows", batch_id=batch_id, open_dates=open_dates).one()
    accepted = written.rows_written - written.rows_implied - settled_elsewhere
    pending = kept - settled_here
    counts = Acceptance(
        batch_id=batch_id,
        received=received,
        accepted=accepted,
        duplicate=received - accepted - pending - rejected - late,
        pending=pending,
        rejected=rejected,
        late=late,
    )
    if counts.duplicate:
        run(connection, "complete_implied_openings", batch_id=batch_id, open_dates=open_dates)
    finish_batch(
        connection,
        batch_id,
        received=received,
        accepted=accepted,
        duplicate=counts.duplicate,
        pending=pending,
        rejected=rejected,
        late=late,
        implied=written.rows_implied,
        settled=settled_elsewhere,
        is_empty=written.rows_written == 0,
    )
    _empty_staging(connection, batch_id, received)
    return counts


def lock_days(
    connection: Connection, dates: Iterable[date], *, has_unnamed: bool
) -> tuple[list[date], list[date]]:
    """The locked days that can be written to, and those of `dates` that are sealed."""
    days = run(connection, "lock_days", dates=list(dates), has_unnamed=has_unnamed).all()
    return (
        [day.opened_date for day in days if day.sealed_at is None],
        [day.opened_date for day in days if day.sealed_at is not None],
    )


def _has_pending(connection: Connection) -> bool:
    return connection.execute(select(pending_ends.c.venue_id).limit(1)).first() is not None


def _settle(
    connection: Connection, batch_id: int, open_dates: list[date], *, is_sweep: bool = False
) -> tuple[int, int]:
    """Settles pending closings; returns how many of this batch's own rows came to rest, and how
    many rows of other batches were written here. A sweep has no rows of its own: it returns all
    that came to rest, and those written."""
    own = elsewhere = everything = 0
    for row in run(
        connection,
        "settle_pending_ends",
        batch_id=batch_id,
        open_dates=open_dates,
        is_sweep=is_sweep,
    ).all():
        everything += row.rows_settled
        if row.batch_id == batch_id:
            own = row.rows_settled
        else:
            elsewhere += row.rows_written
            run(
                connection,
                "settle_batches",
                received_in=row.batch_id,
                rows_settled=row.rows_settled,
                rows_written=row.rows_written,
            )
    return (everything if is_sweep else own), elsewhere


def _note_open_drops(connection: Connection, batch_id: int, open_dates: list[date]) -> None:
    # What the batch opens and ends is not added, so only drops of batches before are to be removed.
    for statement in ("remove_ended_drops", "add_open_drops"):
        run(connection, statement, batch_id=batch_id, open_dates=open_dates)


def _empty_staging(connection: Connection, batch_id: int, rows: int) -> None:
    """Removes the staged rows. Nobody's staged rows outlive their transaction, so whoever gets the
    table to himself may truncate it, which a large batch tries, to leave no dead rows behind."""
    if rows > LARGE_BATCH:
        savepoint = connection.begin_nested()
        try:
            connection.execute(text("LOCK TABLE staged_drops IN ACCESS EXCLUSIVE MODE NOWAIT"))
        except DBAPIError as error:
            savepoint.rollback()
            if not _is_lock_refusal(error):
                raise
        else:
            connection.execute(text("TRUNCATE staged_drops"))
            savepoint.commit()
            return
    run(connection, "delete_staged_drops", batch_id=batch_id)


def _is_lock_refusal(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlstate", None) == "55P03"

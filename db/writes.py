"""Accepting deliveries: one delivery is one batch is one transaction.

    stage (COPY) → judge each row → register venues → make the days' partitions → lock the days
    → quarantine, late ledger, openings, ends, pending ends → open drops → count

Used by the pipeline for files and by the API for requests alike. Every received row ends in exactly
one place: received = accepted + duplicate + pending + rejected + late.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa
from psycopg import sql
from sqlalchemy import Connection, Engine, insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or_nothing
from sqlalchemy.exc import DBAPIError

from db.intake import Format, as_csv
from db.partitions import analyze_days, ensure_days
from db.queries import run
from db.retry import retried
from db.schema import batches, pending_ends

DEFAULT_MARKET_ID = "nyc"
LARGE_BATCH = 10_000  # rows from which the planner is told what came, and staging is truncated


class IdempotencyConflictError(Exception):
    """An idempotency key came again with other content than it stands for."""


@dataclass(frozen=True)
class Delivery:
    """Something to accept. `chunks` is called anew for each attempt and yields Arrow tables."""

    format: Format
    chunks: Callable[[], Iterable[pa.Table]]
    idempotency_key: str
    content_sha256: str
    source: str


@dataclass(frozen=True)
class Acceptance:
    """What became of a delivery's rows; `is_repeat` when it had been accepted before."""

    batch_id: int
    received: int
    accepted: int
    duplicate: int
    pending: int
    rejected: int
    late: int
    is_repeat: bool = False


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
            batch_id = _open_batch(connection, delivery, received_at)
            if batch_id is None:
                return _first_acceptance(connection, delivery)
            received = _stage(connection, delivery, batch_id)
            return _accept_staged_drops(
                engine, connection, batch_id, received, received_at, max_lead_days
            )

    return retried(attempt)


def settle_pending_ends(engine: Engine, *, now: datetime) -> int:
    """Settles closings whose opening came in beside them, in another transaction.

    Returns how many rows were settled. They are written as a batch of their own.
    """

    def attempt() -> int:
        with engine.begin() as connection:
            if not _has_pending(connection):
                return 0
            batch_id = open_internal_batch(connection, "settle", f"settle:{now.isoformat()}", now)
            open_dates = _lock_days(connection, [], has_unnamed=True)[0]
            settled, written = _settle(connection, batch_id, open_dates, is_sweep=True)
            _note_open_drops(connection, batch_id, open_dates)
            run(connection, "note_batch_days", batch_id=batch_id, open_dates=open_dates)
            finish_batch(connection, batch_id, received=0, settled=written, is_empty=written == 0)
            if settled == 0:
                connection.rollback()
            return settled

    return retried(attempt)


def open_internal_batch(
    connection: Connection, kind: str, idempotency_key: str, now: datetime
) -> int:
    """A batch that nobody sent: what the seal or the sweep of pending closings writes."""
    return int(
        connection.execute(
            insert(batches)
            .values(idempotency_key=idempotency_key, source="internal", kind=kind, received_at=now)
            .returning(batches.c.batch_id)
        ).scalar_one()
    )


def _open_batch(connection: Connection, delivery: Delivery, received_at: datetime) -> int | None:
    """The new batch's id; `None` when the key is taken (waits for one that is being taken)."""
    return connection.execute(
        insert_or_nothing(batches)
        .values(
            idempotency_key=delivery.idempotency_key,
            content_sha256=delivery.content_sha256,
            source=delivery.source,
            kind=delivery.format.kind,
            received_at=received_at,
        )
        .on_conflict_do_nothing(index_elements=["idempotency_key"])
        .returning(batches.c.batch_id)
    ).scalar_one_or_none()


def _first_acceptance(connection: Connection, delivery: Delivery) -> Acceptance:
    row = connection.execute(
        select(batches).where(batches.c.idempotency_key == delivery.idempotency_key)
    ).one()
    if (row.kind, row.content_sha256) != (delivery.format.kind, delivery.content_sha256):
        raise IdempotencyConflictError(
            f"The idempotency key {delivery.idempotency_key!r} was used at "
            f"{row.received_at:%Y-%m-%d %H:%M:%S}Z for other content (batch {row.batch_id}). "
            "Send new content with a new key."
        )
    return Acceptance(
        batch_id=row.batch_id,
        received=row.rows_received,
        accepted=row.rows_accepted,
        duplicate=row.rows_duplicate,
        pending=row.rows_pending,
        rejected=row.rows_rejected,
        late=row.rows_late,
        is_repeat=True,
    )


def _stage(connection: Connection, delivery: Delivery, batch_id: int) -> int:
    """COPYs the delivery into its staging table; returns the number of rows."""
    names = ("batch_id", "row_number", *delivery.format.names, "problem", "payload")
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(delivery.format.staging_table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    received = 0
    driver_connection = connection.connection.driver_connection
    assert driver_connection is not None
    with driver_connection.cursor() as cursor, cursor.copy(statement) as copy:
        for chunk in delivery.chunks():
            rows = delivery.format.typed(chunk, received + 1, batch_id)
            copy.write(as_csv(rows.select(names)))
            received += chunk.num_rows
    return received


def _accept_staged_drops(
    engine: Engine,
    connection: Connection,
    batch_id: int,
    received: int,
    received_at: datetime,
    max_lead_days: int,
) -> Acceptance:
    is_large = received > LARGE_BATCH
    if is_large:
        connection.execute(text("ANALYZE staged_drops"))
    run(
        connection,
        "reject_invalid_drops",
        batch_id=batch_id,
        received_at=received_at,
        max_lead_days=max_lead_days,
    )
    rejected = run(connection, "quarantine_drops", batch_id=batch_id).rowcount
    run(connection, "register_venues", batch_id=batch_id, default_market_id=DEFAULT_MARKET_ID)
    run(connection, "update_venue_facts", batch_id=batch_id)
    run(connection, "lock_venues", batch_id=batch_id)

    dates = run(connection, "staged_dates", batch_id=batch_id).scalars().all()
    ensure_days(engine, dates)
    kept = run(connection, "keep_pending_ends", batch_id=batch_id).rowcount
    open_dates, sealed_dates = _lock_days(connection, dates, has_unnamed=kept > 0)

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
    run(connection, "note_batch_days", batch_id=batch_id, open_dates=open_dates)

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


def _lock_days(
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
    for statement in ("add_open_drops", "remove_ended_drops", "supersede_open_drops"):
        run(connection, statement, batch_id=batch_id, open_dates=open_dates)


def finish_batch(
    connection: Connection,
    batch_id: int,
    *,
    received: int,
    is_empty: bool,
    accepted: int = 0,
    duplicate: int = 0,
    pending: int = 0,
    rejected: int = 0,
    late: int = 0,
    implied: int = 0,
    settled: int = 0,
) -> None:
    """Notes what became of the batch's rows; one that wrote none has nothing to aggregate."""
    run(
        connection,
        "finish_batch",
        batch_id=batch_id,
        rows_received=received,
        rows_accepted=accepted,
        rows_duplicate=duplicate,
        rows_pending=pending,
        rows_rejected=rejected,
        rows_late=late,
        rows_implied=implied,
        rows_settled=settled,
        is_empty=is_empty,
    )


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

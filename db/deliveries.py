"""One delivery, one batch: what files and requests of every kind have in common."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import pyarrow as pa
from psycopg import sql
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or_nothing

from db.intake import Format, as_csv
from db.queries import run
from db.schema import batches


class IdempotencyConflictError(Exception):
    """An idempotency key came again with other content than it stands for."""


@dataclass(frozen=True)
class Delivery:
    """Something to accept. `chunks` is called anew for each attempt and yields Arrow tables.

    is_simulated: the simulator's own, for simulated markets only. All others are for real ones.
    """

    format: Format
    chunks: Callable[[], Iterable[pa.Table]]
    idempotency_key: str
    content_sha256: str
    source: str
    is_simulated: bool = False


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


def open_internal_batch(connection: Connection, kind: str, now: datetime) -> int:
    """A batch that nobody sent: what the seal or the sweep of pending closings writes.

    Its key is one that no sender can know, or the sender could keep the seal from its day.
    """
    return int(
        connection.execute(
            insert(batches)
            .values(
                idempotency_key=f"internal:{kind}:{uuid4()}",
                source="internal",
                kind=kind,
                received_at=now,
            )
            .returning(batches.c.batch_id)
        ).scalar_one()
    )


def open_batch(connection: Connection, delivery: Delivery, received_at: datetime) -> int | None:
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


def first_acceptance(connection: Connection, delivery: Delivery) -> Acceptance:
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


def stage(
    connection: Connection, delivery: Delivery, batch_id: int, *, analyze_above: int | None = None
) -> int:
    """COPYs the delivery into its staging table; returns the number of rows.

    While the server takes in one part, the next is read, in a thread of its own. Of more rows than
    `analyze_above` the planner is told: it takes a staging table for nearly empty.
    """
    names = ("batch_id", "row_number", *delivery.format.names, "problem", "payload")
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(delivery.format.staging_table),
        sql.SQL(", ").join(map(sql.Identifier, names)),
    )
    parts = _parts(delivery, batch_id, names)
    received = 0
    driver_connection = connection.connection.driver_connection
    assert driver_connection is not None
    with (
        driver_connection.cursor() as cursor,
        cursor.copy(statement) as copy,
        ThreadPoolExecutor(1) as reader,
    ):
        following = reader.submit(next, parts, None)
        while (part := following.result()) is not None:
            following = reader.submit(next, parts, None)
            written, rows = part
            copy.write(written)
            received += rows
    if analyze_above is not None and received > analyze_above:
        table = sql.Identifier(delivery.format.staging_table)
        connection.execute(text(sql.SQL("ANALYZE {}").format(table).as_string()))
    return received


def _parts(delivery: Delivery, batch_id: int, names: Sequence[str]) -> Iterator[tuple[bytes, int]]:
    """What COPY is to read, a part at a time, and how many rows it is."""
    received = 0
    for chunk in delivery.chunks():
        rows = delivery.format.typed(chunk, received + 1, batch_id)
        yield as_csv(rows.select(names)), chunk.num_rows
        received += chunk.num_rows


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

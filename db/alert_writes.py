"""Accepting alert events: what apps report about alerts, folded into one row an alert.

    hash user ids → stage (COPY) → judge each row → register venues → keep each event once
    → fold the new ones into `alerts` → count

The fold takes of each step the earliest time and of each fact the least value, so that order,
repetition and the way events were split into deliveries change nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, Engine, Row

from db.deliveries import (
    Acceptance,
    Delivery,
    finish_batch,
    first_acceptance,
    open_batch,
    stage,
)
from db.insights.live import DERIVED_PREFIX, read_drop_event_id
from db.intake import ALERTS, FOUND_PROBLEM, Column
from db.json_rows import chunk_of_json
from db.queries import run
from db.retry import retried
from db.user_keys import user_keys
from db.writes import DEFAULT_MARKET_ID, LARGE_BATCH

# As staged: with the user's key in the place of the id.
STAGED_ALERTS = replace(
    ALERTS,
    columns=tuple(
        Column("user_key", "id") if column.name == "user_id" else column
        for column in ALERTS.columns
    ),
)


@dataclass(frozen=True)
class PostOutcome:
    """What became of one post among several. refused: place in the post, from 0, and why."""

    received: int
    accepted: int
    refused: tuple[tuple[int, str], ...]


def accept_alerts(
    engine: Engine, delivery: Delivery, *, received_at: datetime, secret: bytes
) -> Acceptance:
    """Takes in alert events: all of the delivery or, when this raises, nothing of it.

    secret: what user ids are hashed by (`db.user_keys`). An event whose venue and id are known is
    a duplicate and changes nothing. Raises what `db.writes.accept_drops` raises.
    """
    staged = replace(
        delivery, format=STAGED_ALERTS, chunks=_without_user_ids(delivery.chunks, secret)
    )

    def attempt() -> Acceptance:
        with engine.begin() as connection:
            batch_id = open_batch(connection, delivery, received_at)
            if batch_id is None:
                return first_acceptance(connection, delivery)
            received = stage(connection, staged, batch_id, analyze_above=LARGE_BATCH)
            return _accept_staged_alerts(connection, delivery, batch_id, received, received_at)

    return retried(attempt)


def accept_posts(
    engine: Engine,
    posts: Sequence[Sequence[object]],
    *,
    received_at: datetime,
    secret: bytes,
    source: str,
) -> list[PostOutcome]:
    """Takes in several posts of parsed JSON events as one delivery: one transaction for all.

    Each outcome is the one that the post would have had alone, after those before it. Raises what
    `accept_alerts` raises; then nothing of any post is kept.
    """
    chunk = chunk_of_json(ALERTS, [event for post in posts for event in post])
    key = f"alerts:together:{uuid4()}"
    delivery = Delivery(
        format=STAGED_ALERTS,
        chunks=_without_user_ids(lambda: [chunk], secret),
        idempotency_key=key,
        # Nobody can send it again: every event is known by its own id.
        content_sha256=hashlib.sha256(key.encode()).hexdigest(),
        source=source,
    )

    def attempt() -> list[Row[Any]]:
        outcomes: list[Row[Any]] = []

        def note(connection: Connection, batch_id: int) -> None:
            outcomes.extend(run(connection, "alert_row_outcomes", batch_id=batch_id).all())

        with engine.begin() as connection:
            batch_id = open_batch(connection, delivery, received_at)
            assert batch_id is not None
            received = stage(connection, delivery, batch_id)
            _accept_staged_alerts(connection, delivery, batch_id, received, received_at, note)
        return outcomes

    rows = iter(retried(attempt))
    found = []
    for post in posts:
        own = [next(rows) for _ in post]
        refused = [(k, row.problem) for k, row in enumerate(own) if row.problem is not None]
        found.append(PostOutcome(len(own), sum(row.is_new for row in own), tuple(refused)))
    return found


def _accept_staged_alerts(
    connection: Connection,
    delivery: Delivery,
    batch_id: int,
    received: int,
    received_at: datetime,
    once_folded: Callable[[Connection, int], None] = lambda _connection, _batch_id: None,
) -> Acceptance:
    run(
        connection,
        "reject_invalid_alerts",
        batch_id=batch_id,
        received_at=received_at,
        is_simulated=delivery.is_simulated,
    )
    rejected = run(connection, "quarantine_alerts", batch_id=batch_id).rowcount
    run(connection, "register_alert_venues", batch_id=batch_id, default_market_id=DEFAULT_MARKET_ID)
    run(connection, "mark_moved_alerts", batch_id=batch_id)
    accepted = run(
        connection, "fold_alerts", batch_id=batch_id, received_at=received_at
    ).scalar_one()
    once_folded(connection, batch_id)
    run(connection, "forget_again", batch_id=batch_id)
    duplicate = received - accepted - rejected
    finish_batch(
        connection,
        batch_id,
        received=received,
        accepted=accepted,
        duplicate=duplicate,
        rejected=rejected,
        is_empty=accepted == 0,
    )
    run(connection, "delete_staged_alerts", batch_id=batch_id)
    return Acceptance(batch_id, received, accepted, duplicate, 0, rejected, 0)


def prune_alert_events(engine: Engine, before: datetime) -> int:
    """Deletes raw events received before that instant, whose batches have been aggregated.

    What they say is in `alerts`. In small pieces, each a transaction of its own, so that nobody
    waits; the room is used again by the events that follow. Returns how many were deleted.
    """
    pruned = 0
    while True:
        with engine.begin() as connection:
            rows = run(connection, "prune_alert_events", before=before).rowcount
        pruned += rows
        if rows == 0:
            return pruned


def forget_user(engine: Engine, key: str, *, now: datetime) -> tuple[int, int]:
    """Erases a user's key from their alerts, and their raw events; counts stay as they are.

    Returns how many alerts were made anonymous and how many raw events were erased. A repeated
    event does not bring the key back.
    """

    def attempt() -> tuple[int, int]:
        with engine.begin() as connection:
            row = run(connection, "forget_user", user_key=key, now=now).one()
            return row.alerts, row.events

    return retried(attempt)


def _without_user_ids(
    chunks: Callable[[], Iterable[pa.Table]], secret: bytes
) -> Callable[[], Iterator[pa.Table]]:
    """The chunks with the key in the place of the id, and with nothing that nobody asked for: a
    column of another name, or a line that cannot be read, may hold an id too."""

    def keyed() -> Iterator[pa.Table]:
        for chunk in chunks():
            kept = [name for name in chunk.column_names if name in (*ALERTS.names, FOUND_PROBLEM)]
            yield _with_identity(_with_keys(chunk.select(kept), secret))

    return keyed


def _with_keys(chunk: pa.Table, secret: bytes) -> pa.Table:
    if "user_id" not in chunk.column_names:
        return chunk
    keys = user_keys(chunk["user_id"], secret)
    return chunk.drop_columns("user_id").append_column("user_key", keys)


def _with_identity(chunk: pa.Table) -> pa.Table:
    """An id as /drops/live shows it says slot and opening: these take its place."""
    if "drop_event_id" not in chunk.column_names:
        return chunk
    ids = chunk["drop_event_id"].cast(pa.string())
    if not pc.any(pc.starts_with(ids, DERIVED_PREFIX)).as_py():
        return chunk
    size = chunk.num_rows
    given = [
        chunk[name].to_pylist() if name in chunk.column_names else [None] * size
        for name in ("slot_id", "opened_at")
    ]
    slot_ids, opened_ats, kept_ids = [], [], []
    for drop_event_id, slot_id, opened_at in zip(ids.to_pylist(), *given, strict=True):
        read = None if drop_event_id is None else read_drop_event_id(drop_event_id.strip())
        if read is not None:
            drop_event_id, slot_id, opened_at = None, read[0], read[1]
        kept_ids.append(drop_event_id)
        slot_ids.append(slot_id)
        opened_ats.append(opened_at if isinstance(opened_at, str) else _written(opened_at))
    for name, values in (
        ("drop_event_id", kept_ids),
        ("slot_id", slot_ids),
        ("opened_at", opened_ats),
    ):
        column = pa.array(values, pa.string())
        if name in chunk.column_names:
            chunk = chunk.set_column(chunk.column_names.index(name), name, column)
        else:
            chunk = chunk.append_column(name, column)
    return chunk


def _written(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()

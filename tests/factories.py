"""Small worlds for tests: markets, venues, events as senders write them, and what came of them."""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import orjson
import pyarrow as pa
import sqlalchemy as sa

from db.deliveries import Acceptance, Delivery
from db.engine import Engine
from db.intake import DROPS, SCANS, VENUES
from db.json_rows import chunk_of_json
from db.proofs import problems
from db.scan_writes import accept_scans
from db.schema import metadata
from db.venue_writes import accept_venues
from db.writes import accept_drops
from settings import Settings

Event = dict[str, Any]
Rows = list[dict[str, Any]]

SETTINGS = Settings(_env_file=None)
NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)  # 13:00 in New York, a Friday

# Tables that can be computed again; `computed_at` says when they were, not what.
DERIVED = ("venue_metrics", "venue_rolling_metrics", "venue_trends", "market_metrics")
SORTED_ARRAYS = (
    "opened_minutes",
    "closed_seconds",
    "closed_minutes",
    "censored_seconds",
    "censored_minutes",
)

_keys = count(1)


def at(text: str) -> datetime:
    """An instant, written as `2026-11-20 12:30` in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def new_drop(
    opened_at: datetime, *, venue_id: str = "v", slot_id: str = "s", **facts: Any
) -> Event:
    """A NEW_DROP; its slot is five days later unless said otherwise."""
    return {
        "event_type": "NEW_DROP",
        "venue_id": venue_id,
        "slot_id": slot_id,
        "opened_at": opened_at,
        "occurred_at": opened_at,
        "slot_at": opened_at + timedelta(days=5),
        **facts,
    }


def closed(
    occurred_at: datetime,
    opened_at: datetime | None,
    *,
    venue_id: str = "v",
    slot_id: str = "s",
    **facts: Any,
) -> Event:
    """A CLOSED, without `opened_at` where that is None; then its `slot_at` must be given."""
    event = {
        "event_type": "CLOSED",
        "venue_id": venue_id,
        "slot_id": slot_id,
        "occurred_at": occurred_at,
        **facts,
    }
    if opened_at is not None:
        event = {"slot_at": opened_at + timedelta(days=5), **event, "opened_at": opened_at}
    return event


def sent(events: Iterable[Event]) -> list[Event]:
    """The events as JSON has them: instants become texts."""
    return [
        {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in event.items()
        }
        for event in events
    ]


def deliver(
    engine: Engine,
    *events: Event,
    key: str | None = None,
    received_at: datetime = NOW,
    max_lead_days: int = SETTINGS.max_lead_days,
    is_simulated: bool = False,
) -> Acceptance:
    """Drop events, accepted as one delivery; its key is a new one unless given."""
    return accept_drops(
        engine,
        _delivery(DROPS, sent(events), key, is_simulated),
        received_at=received_at,
        max_lead_days=max_lead_days,
    )


def deliver_table(engine: Engine, table: pa.Table, *, received_at: datetime = NOW) -> Acceptance:
    """Drop events as Parquet has them: columns of their own types."""
    delivery = Delivery(DROPS, lambda: [table], f"test:{next(_keys)}", "", "test")
    return accept_drops(
        engine, delivery, received_at=received_at, max_lead_days=SETTINGS.max_lead_days
    )


def deliver_scans(
    engine: Engine, *scans: Event, received_at: datetime = NOW, is_simulated: bool = False
) -> Acceptance:
    """Scans, accepted as one delivery."""
    delivery = _delivery(SCANS, sent(scans), None, is_simulated)
    return accept_scans(engine, delivery, received_at=received_at)


def deliver_venues(
    engine: Engine, *venues: Event, received_at: datetime = NOW, is_simulated: bool = False
) -> Acceptance:
    """Venues with their markets and zones, accepted as one delivery."""
    delivery = _delivery(VENUES, list(venues), None, is_simulated)
    return accept_venues(engine, delivery, received_at=received_at)


def _delivery(
    format: Any, events: Sequence[Event], key: str | None, is_simulated: bool
) -> Delivery:
    chunk = chunk_of_json(format, events)
    return Delivery(
        format=format,
        chunks=lambda: [chunk],
        idempotency_key=key or f"test:{next(_keys)}",
        content_sha256=hashlib.sha256(orjson.dumps(events)).hexdigest(),
        source="test",
        is_simulated=is_simulated,
    )


def outcome(acceptance: Acceptance) -> dict[str, int]:
    """What became of the rows, without what there was none of."""
    names = ("accepted", "duplicate", "pending", "rejected", "late")
    counts = {name: getattr(acceptance, name) for name in names}
    assert acceptance.received == sum(counts.values())
    return {name: count for name, count in counts.items() if count}


def counts_of(engine: Engine, batch_id: int) -> dict[str, int]:
    """The batch's counts as they are now: pending rows come to rest later."""
    row = read(engine, "SELECT * FROM batches WHERE batch_id = :batch_id", batch_id=batch_id)[0]
    return {
        name.removeprefix("rows_"): number
        for name, number in row.items()
        if name.startswith("rows_") and name != "rows_received" and number
    }


def read(engine: Engine, statement: str, **parameters: Any) -> Rows:
    """The statement's rows."""
    with engine.connect() as connection:
        rows = connection.execute(sa.text(statement), parameters).mappings()
        return [dict(row) for row in rows]


def execute(engine: Engine, statement: str, **parameters: Any) -> int:
    """Runs a statement behind everybody's back; returns the number of rows it changed."""
    with engine.begin() as connection:
        return connection.execute(sa.text(statement), parameters).rowcount


def contents(engine: Engine, table: str, *without: str) -> Rows:
    """All rows of a table in the order of its key, arrays that are bags sorted."""
    columns = [column for column in metadata.tables[table].columns if column.name not in without]
    key = metadata.tables[table].primary_key.columns
    with engine.connect() as connection:
        rows = connection.execute(sa.select(*columns).order_by(*key)).mappings()
        return [
            {name: sorted(value) if name in SORTED_ARRAYS else value for name, value in row.items()}
            for row in rows
        ]


def derived(engine: Engine) -> dict[str, Rows]:
    """Every derived row, without when it was computed."""
    return {table: contents(engine, table, "computed_at") for table in DERIVED}


def differences(left: dict[str, Rows], right: dict[str, Rows]) -> list[str]:
    """What distinguishes the rows of two sets of tables, a line a row.

    Floats are equal to nine digits: sums over many venues at once round by what is scored together.
    """
    lines = []
    for table in sorted({*left, *right}):
        key = [column.name for column in metadata.tables[table].primary_key.columns]
        given, wanted = (
            {tuple(str(row[name]) for name in key): row for row in rows[table]}
            for rows in (left, right)
        )
        for where in sorted({*given, *wanted}):
            if where not in wanted or where not in given:
                lines.append(f"{table} {where}: only {'left' if where in given else 'right'}")
                continue
            odd = [
                f"{name} {value!r} != {wanted[where][name]!r}"
                for name, value in given[where].items()
                if not _is_same(value, wanted[where][name])
            ]
            if odd:
                lines.append(f"{table} {where}: {', '.join(odd)}")
    return lines


def _is_same(left: Any, right: Any) -> bool:
    if isinstance(left, float) and isinstance(right, float):
        return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_is_same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_is_same, left, right))
    return bool(left == right)


def rollup(engine: Engine) -> Rows:
    return contents(engine, "drop_rollup")


def ends(engine: Engine) -> list[tuple[str, datetime, str, datetime, int]]:
    """Each raw end: slot, when it opened, what ended it and when, seconds it was open."""
    rows = read(engine, "SELECT * FROM drop_events WHERE is_end ORDER BY opened_at, slot_id")
    return [
        (
            row["slot_id"],
            row["opened_at"],
            row["event_type"],
            row["occurred_at"],
            row["open_seconds"],
        )
        for row in rows
    ]


def openings(engine: Engine) -> list[tuple[str, datetime]]:
    """Each raw opening: slot, when."""
    rows = read(engine, "SELECT * FROM drop_events WHERE NOT is_end ORDER BY opened_at, slot_id")
    return [(row["slot_id"], row["opened_at"]) for row in rows]


def reasons(engine: Engine) -> list[str]:
    """Why rows were rejected, in the order they came."""
    rows = read(engine, "SELECT reason FROM rejected_events ORDER BY batch_id, row_number")
    return [row["reason"] for row in rows]


def assert_sound(engine: Engine) -> None:
    """Conservation holds for every batch, day and receipt."""
    assert list(problems(engine)) == []


def forget_derived(engine: Engine) -> None:
    """Empties everything that a rescore rebuilds."""
    for table in (*DERIVED, "venue_day_drops", "market_scores", "unscored_venue_days"):
        execute(engine, f"DELETE FROM {table}")  # noqa: S608  # names from this file


def forget_everything(engine: Engine) -> None:
    """Empties a database but for markets and venues; days keep the partitions they have."""
    kept = ("markets", "venues", "opened_days")
    with engine.begin() as connection:
        # Not TRUNCATE: that makes files anew for every table, partition and index.
        for table in reversed(metadata.sorted_tables):
            if table.name not in kept:
                connection.execute(sa.delete(table))
        connection.execute(sa.text("DELETE FROM opened_days WHERE sealed_at IS NOT NULL"))


def scan(scanned_at: datetime, *, market_id: str = "nyc", ok: bool = True, **facts: Any) -> Event:
    """A poll of the market's evening bucket."""
    return {
        "market_id": market_id,
        "bucket_id": f"{scanned_at:%Y-%m-%d}_19:00",
        "scanned_at": scanned_at,
        "ok": ok,
        "available_slots": 3 if ok else None,
        **facts,
    }


def one(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The only row there is."""
    assert len(rows) == 1
    return rows[0]


def days(first: date, number: int) -> list[date]:
    return [first + timedelta(days=offset) for offset in range(number)]

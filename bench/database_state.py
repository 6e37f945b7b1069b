"""All that is in a database, in a form in which two databases can be held against one another.

Numbers that a database hands out itself are left out or replaced: a batch is known by its key.
"""

from typing import Any

from sqlalchemy import Connection, Engine, Table, select, text

from db.schema import batches, job_runs, metadata

# The order in which drops came into a cell is no part of what it says.
UNORDERED = (
    "opened_minutes",
    "closed_seconds",
    "closed_minutes",
    "censored_seconds",
    "censored_minutes",
)

State = dict[str, list[str]]


def state(engine: Engine) -> State:
    """Every table's rows as sorted texts, and the names of the partitions."""
    with engine.connect() as connection:
        names = {
            row.batch_id: _batch_name(row)
            for row in connection.execute(
                select(
                    batches.c.batch_id, batches.c.kind, batches.c.source, batches.c.idempotency_key
                )
            )
        }
        return {
            table.name: _rows(connection, table, names)
            for table in metadata.sorted_tables
            if table is not job_runs
        } | {"partitions": _partitions(connection)}


def differences(found: State, expected: State, limit: int = 5) -> list[str]:
    """What one state has and the other has not, a line each, at most `limit` a table."""
    lines = []
    for table in sorted(found.keys() | expected.keys()):
        missing, surplus = list(expected.get(table, [])), []
        for row in found.get(table, []):
            if row in missing:
                missing.remove(row)
            else:
                surplus.append(row)
        lines += [f"{table}: lost {row}" for row in missing[:limit]]
        lines += [f"{table}: not expected {row}" for row in surplus[:limit]]
    return lines


def _batch_name(row: Any) -> str:
    # Of what nobody sent, the key is made up when it is written.
    return str(row.kind if row.source == "internal" else row.idempotency_key)


def _rows(connection: Connection, table: Table, batch_names: dict[int, str]) -> list[str]:
    rows = []
    for row in connection.execute(select(table)).mappings():
        values: dict[str, object] = dict(row)
        if table is batches:
            values["idempotency_key"] = batch_names[row["batch_id"]]
            del values["batch_id"]
        elif "batch_id" in values:
            values["batch_id"] = batch_names[row["batch_id"]]
        for name in UNORDERED:
            if name in values:
                values[name] = sorted(row[name])
        rows.append(", ".join(f"{name}={_shown(value)}" for name, value in values.items()))
    return sorted(rows)


def _shown(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


def _partitions(connection: Connection) -> list[str]:
    names = text("SELECT inhrelid::regclass::text FROM pg_inherits")
    return sorted(connection.scalars(names))

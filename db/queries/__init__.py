"""Named SQL: one file a statement, each opening with what it does and what it takes.

`run(connection, "merge_rollup", batch_ids=[…])` executes `merge_rollup.sql` with bind parameters.
Nobody assembles SQL from strings.
"""

from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, CursorResult, TextClause, text

QUERIES_DIR = Path(__file__).parent


@cache
def query(name: str) -> TextClause:
    """The statement in `name`.sql; raises `FileNotFoundError` for a name there is no file of."""
    return text((QUERIES_DIR / f"{name}.sql").read_text(encoding="utf-8"))


def run(connection: Connection, name: str, **parameters: Any) -> CursorResult[Any]:
    """Executes the named statement."""
    return connection.execute(query(name), parameters)

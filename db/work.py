"""The one lock that tick and seal share, so that never two of them run at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

LOCK_KEY = 0x7473776F726B  # "tswork" in ASCII


@contextmanager
def exclusive(engine: Engine) -> Iterator[None]:
    """Waits for every other tick and seal, and keeps them out while the block runs.

    A session's lock on a connection of its own: it goes with the process or the connection. Should
    only that connection die, the rows' own locks still keep two workers from counting twice.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK_KEY})
        try:
            yield
        finally:
            if not connection.invalidated:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK_KEY})


@contextmanager
def exclusive_or_skip(engine: Engine) -> Iterator[bool]:
    """Like `exclusive`, without waiting: yields whether the lock was free."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_free = bool(
            connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": LOCK_KEY})
        )
        try:
            yield is_free
        finally:
            if is_free and not connection.invalidated:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK_KEY})


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees the database as of its start, and its own writes."""
    with (
        engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        connection.begin(),
    ):
        yield connection

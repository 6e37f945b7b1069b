"""Forcing an order on concurrent work: threads that stop before a statement until they are let go.

with Stop(engine, "lock_days") as stop, in_thread(ingest) as ingesting:
    stop.wait()      # ingest has made its partitions and has not locked its days
    seal()
    stop.release()
    ingesting.result()
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Engine, event, text

from db.queries import query

PATIENCE_SECONDS = 15.0

Result = TypeVar("Result")


class Stop:
    """Stops the first thread that is about to execute a statement on an engine, and no other.

    `statement` is the name of a query, or how a statement begins ("DROP TABLE").
    """

    def __init__(self, engine: Engine, statement: str) -> None:
        self._engine = engine
        self._beginning = (
            statement
            if statement.isupper()
            else str(query(statement).compile(dialect=engine.dialect))
        )
        self._reached, self._released = Event(), Event()

    def wait(self) -> None:
        """Until some thread has come there."""
        assert self._reached.wait(PATIENCE_SECONDS), f"nobody executed {self._beginning[:80]}"

    def release(self) -> None:
        """Lets the thread go on."""
        self._released.set()

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._stop)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
        event.remove(self._engine, "before_cursor_execute", self._stop)

    def _stop(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(self._beginning) and not self._reached.is_set():
            self._reached.set()
            assert self._released.wait(PATIENCE_SECONDS), "nobody let the thread go"


@contextmanager
def in_thread(work: Callable[[], Result]) -> Iterator[Future[Result]]:
    """Runs `work` beside the block, which ends when it does; errors come with its `result()`."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(work)


def wait_until_blocked(engine: Engine, sessions: int = 1) -> None:
    """Until so many sessions of the engine's database wait for a lock."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            if connection.scalar(waiting) >= sessions:
                return
        time.sleep(0.005)
    raise AssertionError(f"{sessions} sessions were to wait for a lock")

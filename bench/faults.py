"""Where a process or its connection dies: before the n-th thing it asks of the database.

Counted is where psycopg talks to the server, so that nothing escapes: SQLAlchemy's statements, COPY
and its data, COMMIT and ROLLBACK. For a process of its own, which it changes for good.
"""

import os
import signal
from collections.abc import Generator
from enum import StrEnum
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.sql import Composable

# How psycopg calls what ends a transaction; without one, nothing is sent.
ENDS = {"_commit_gen": "COMMIT", "_rollback_gen": "ROLLBACK"}


class Fault(StrEnum):
    """What happens instead of the n-th request, or before it."""

    PROCESS_KILLED = "process killed"
    BACKEND_KILLED = "backend killed"


class Requests:
    """Counts this process's requests to a database and, at one of them, brings a fault about.

    `labels` says of each request what it was. `at` counts from 0.
    """

    def __init__(self, url: str, fault: Fault | None = None, at: int | None = None) -> None:
        self.labels: list[str] = []
        self._url = url
        self._fault = fault
        self._at = at
        wait = psycopg.Connection.wait

        def counted_wait(
            connection: psycopg.Connection[Any], request: Generator[Any, Any, Any], *more: Any
        ) -> Any:
            self._count(connection, request)
            return wait(connection, request, *more)

        psycopg.Connection.wait = counted_wait  # type: ignore[method-assign]

    def end(self) -> None:
        """Of the work: where a process may die, too."""
        if self._fault is Fault.PROCESS_KILLED and self._at == len(self.labels):
            os.kill(os.getpid(), signal.SIGKILL)

    def _count(
        self, connection: psycopg.Connection[Any], request: Generator[Any, Any, Any]
    ) -> None:
        label = _label(connection, request)
        if label is None:
            return
        number = len(self.labels)
        self.labels.append(label)
        if number != self._at:
            return
        if self._fault is Fault.PROCESS_KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
        self._kill_backend(connection.info.backend_pid)

    def _kill_backend(self, process_id: int) -> None:
        self._at = None  # the connection that kills is not one of those that are killed
        with psycopg.connect(self._url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [process_id])


def _label(connection: psycopg.Connection[Any], request: Generator[Any, Any, Any]) -> str | None:
    """What is sent, in a line; `None` for what psycopg answers itself."""
    name, sent = request.__name__, request.gi_frame.f_locals
    is_idle = connection.info.transaction_status is TransactionStatus.IDLE
    if name.startswith("_set_") or (name in ENDS and is_idle):
        return None
    if name in ENDS:
        return ENDS[name]
    statement = sent.get("query", sent.get("statement"))
    if statement is None:
        return name
    if isinstance(statement, Composable):
        statement = statement.as_string(connection)
    lines = [line for line in str(statement).splitlines() if line and not line.startswith("--")]
    return lines[0][:60]

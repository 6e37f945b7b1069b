"""Crashes: ingest, tick and seal stopped before every request to the database, then finished.

`python -m bench.crash` runs every point there is, prints a table and exits 1 if anything is lost,
doubled or left behind. Each point has a database of its own, cloned from the one its phase starts
from. A forked process, which has imported everything, does the phase's work and dies in it, or has
its backend killed; then the work is simply done again. What is in the database afterwards must
equal what an undisturbed run leaves, and the proofs must hold.
"""

import argparse
import itertools
import multiprocessing
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from sqlalchemy.exc import DBAPIError
from tqdm import tqdm

from bench.crash_work import PHASES, Phase, small_large_batches
from bench.database_state import State, differences, state
from bench.faults import Fault, Requests
from db import embedded, migrate
from db.engine import Engine, create_engine
from db.proofs import problems

FAST_AND_UNSAFE = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
PATIENCE_SECONDS = 60.0
BROKE_OFF = 3  # exit status of a process that lost its backend

# Forked from a server that has imported everything and has neither threads nor connections.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["bench.crash_work", "bench.faults", "db.migrate", "db.proofs", "tqdm"]
)


@dataclass(frozen=True)
class Point:
    """A fault before the request `number` of a phase's work."""

    phase: Phase
    fault: Fault
    number: int
    request: str

    def __str__(self) -> str:
        return f"{self.phase.name}, {self.fault} at request {self.number}: {self.request}"


@dataclass(frozen=True)
class Start:
    """Where a phase starts (a database's name), what it asks for, and what it has to leave."""

    database: str
    requests: tuple[str, ...]
    end: State


class Laboratory:
    """The databases that the phases start from, on one server. To be made by `laboratory`."""

    def __init__(self, server_url: str, prefix: str) -> None:
        self._server_url = server_url
        self._prefix = prefix
        self._numbers = itertools.count(1)
        self._starts: dict[str, Start] = {}

    def prepare(self) -> None:
        """Makes each phase's start, and runs it undisturbed once."""
        before: str | None = None
        for phase in PHASES:
            database = f"{self._prefix}_{phase.name}"
            self._create(database, before)
            with self._engine(database) as engine, small_large_batches():
                if before is None:
                    migrate.upgrade(engine)
                phase.prepare(engine)
            before = database
            with self._clone(database) as name:
                receiver, sender = FORKS.Pipe(duplex=False)
                exit_code = self._work(phase, name, sender=sender)
                assert exit_code == 0, f"{phase.name} failed without being stopped"
                requests = receiver.recv()
                with self._engine(name) as engine:
                    assert list(problems(engine)) == []
                    end = state(engine)
            self._starts[phase.name] = Start(database, tuple(requests), end)

    def points(self) -> list[Point]:
        """Every place at which something can happen."""
        return [
            Point(phase, fault, number, request)
            for phase in PHASES
            for fault in Fault
            for number, request in enumerate(self._requests(phase, fault))
        ]

    def failures(self, point: Point) -> list[str]:
        """Stops the work at the point and does it again; says what is then not as it should be."""
        start = self._starts[point.phase.name]
        with self._clone(start.database) as name:
            exit_code = self._work(point.phase, name, point.fault, point.number)
            if point.fault is Fault.PROCESS_KILLED and exit_code != -signal.SIGKILL:
                return [f"the process was not killed: it ended with {exit_code}"]
            # Of a connection that waits in the pool, the loss is noticed and made good.
            if point.fault is Fault.BACKEND_KILLED and exit_code not in (BROKE_OFF, 0):
                return [f"the process ended with {exit_code}"]
            with self._engine(name) as engine:
                with small_large_batches():
                    point.phase.run(engine)
                return [*problems(engine), *differences(state(engine), start.end)]

    def drop(self) -> None:
        """Removes the databases."""
        for start in self._starts.values():
            self._execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(start.database)))

    def _requests(self, phase: Phase, fault: Fault) -> tuple[str, ...]:
        requests = self._starts[phase.name].requests
        return (*requests, "(all done)") if fault is Fault.PROCESS_KILLED else requests

    def _work(
        self,
        phase: Phase,
        database: str,
        fault: Fault | None = None,
        at: int | None = None,
        sender: Pipe | None = None,
    ) -> int | None:
        process = FORKS.Process(
            target=_worker, args=(phase.name, self._url(database), fault, at, sender)
        )
        process.start()
        process.join(PATIENCE_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
            raise TimeoutError(f"{phase.name} did not end within {PATIENCE_SECONDS:.0f} s")
        return process.exitcode

    @contextmanager
    def _clone(self, database: str) -> Iterator[str]:
        name = f"{self._prefix}_{next(self._numbers)}"
        self._create(name, database)
        try:
            yield name
        finally:
            self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _create(self, name: str, template: str | None) -> None:
        self._execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template or "template1")
            )
        )

    @contextmanager
    def _engine(self, database: str) -> Iterator[Engine]:
        engine = create_engine(self._url(database))
        try:
            yield engine
        finally:
            engine.dispose()

    def _url(self, database: str) -> str:
        return urlsplit(self._server_url)._replace(path=f"/{database}").geturl()

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def laboratory(server_url: str, prefix: str) -> Iterator[Laboratory]:
    """A laboratory whose databases' names begin with `prefix`; it leaves none behind."""
    made = Laboratory(server_url, prefix)
    try:
        made.prepare()
        yield made
    finally:
        made.drop()


def _worker(
    phase_name: str, url: str, fault: Fault | None, at: int | None, sender: Pipe | None
) -> None:
    """Does a phase's work in a process of its own, which may not live to see its end."""
    phase = next(phase for phase in PHASES if phase.name == phase_name)
    engine = create_engine(url)
    with engine.connect():
        pass  # what SQLAlchemy asks a server when it meets it is not the work's
    requests = Requests(url, fault, at)
    try:
        with small_large_batches():
            phase.run(engine)
    except (DBAPIError, psycopg.OperationalError) as error:
        if fault is not Fault.BACKEND_KILLED:
            raise
        print(f"{type(error).__name__}: {error}".splitlines()[0], file=sys.stderr)
        sys.exit(BROKE_OFF)
    requests.end()
    if sender is not None:
        sender.send(requests.labels)


def main() -> int:
    """Runs every point; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--phase", choices=[phase.name for phase in PHASES], help="only this one")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tablestakes-crash-") as folder:
        server = embedded.start_server(Path(folder), options=FAST_AND_UNSAFE)
        try:
            return _report(server.url, arguments.phase)
        finally:
            embedded.release_server(Path(folder))


def _report(server_url: str, only: str | None) -> int:
    tried: Counter[tuple[str, Fault]] = Counter()
    failed: Counter[tuple[str, Fault]] = Counter()
    begun = time.monotonic()
    with laboratory(server_url, "crash") as lab:
        points = [point for point in lab.points() if only in (None, point.phase.name)]
        for point in tqdm(points, unit="point", disable=None):
            key = (point.phase.name, point.fault)
            tried[key] += 1
            failures = lab.failures(point)
            failed[key] += bool(failures)
            for failure in [str(point), *failures] if failures else []:
                tqdm.write(failure, file=sys.stdout)
    print(f"{'phase':8}{'fault':18}{'points':>8}{'failed':>8}")
    for (phase, fault), count in tried.items():
        print(f"{phase:8}{fault:18}{count:8}{failed[phase, fault]:8}")
    seconds = time.monotonic() - begun
    print(f"{tried.total()} points in {seconds:.0f} s, {failed.total()} failed")
    return 1 if failed.total() else 0


if __name__ == "__main__":
    sys.exit(main())

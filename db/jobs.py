"""The record of what the timer ran, from which the database decides what is due."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine, insert, text, update

from db.queries import run
from db.schema import job_runs

TIMER_LOCK_KEY = 0x747374696D6572  # "tstimer" in ASCII
LONGEST_ERROR = 2_000  # characters


class JobRecord:
    """A run under way: how it ends is noted with its end."""

    def __init__(self, engine: Engine, job_run_id: int) -> None:
        self._engine = engine
        self._job_run_id = job_run_id

    def succeeded(self, now: datetime, detail: dict[str, object]) -> None:
        """Notes a good end and what was done."""
        self._finish(now, "succeeded", detail, None)

    def failed(self, now: datetime, error: str) -> None:
        """Notes the error, for `status` and the page Data health."""
        self._finish(now, "failed", {}, error[:LONGEST_ERROR])

    def _finish(
        self, now: datetime, status: str, detail: dict[str, object], error: str | None
    ) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(job_runs)
                .where(job_runs.c.job_run_id == self._job_run_id)
                .values(finished_at=now, status=status, detail=detail, error=error)
            )


def start_job(engine: Engine, job: str, due_key: str, now: datetime) -> JobRecord:
    """Notes that a run begins."""
    with engine.begin() as connection:
        job_run_id = connection.execute(
            insert(job_runs)
            .values(job=job, due_key=due_key, started_at=now, status="running")
            .returning(job_runs.c.job_run_id)
        ).scalar_one()
    return JobRecord(engine, job_run_id)


def is_done(engine: Engine, job: str, due_key: str, *, rest_since: datetime) -> bool:
    """Whether the job succeeded for `due_key`, or failed for it after `rest_since`."""
    with engine.connect() as connection:
        return bool(
            run(connection, "job_is_done", job=job, due_key=due_key, rest_since=rest_since).scalar()
        )


def forget_ticks(engine: Engine, before: datetime) -> None:
    """Deletes the records of good ticks from before that instant."""
    with engine.begin() as connection:
        run(connection, "forget_job_runs", before=before)


@contextmanager
def timer_turn(engine: Engine, now: datetime) -> Iterator[bool]:
    """Yields whether no other timer is at work; while the block runs, none will be.

    Runs that an earlier process left unfinished are marked as interrupted.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_ours = bool(
            connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": TIMER_LOCK_KEY})
        )
        try:
            if is_ours:
                run(connection, "interrupt_job_runs", now=now)
            yield is_ours
        finally:
            if is_ours and not connection.invalidated:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": TIMER_LOCK_KEY})

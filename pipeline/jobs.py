"""The timer: `schedule` wakes it, the database decides what is due.

Every few seconds it extends simulated markets and ticks; once a local day, in each market's small
hours or as soon as it runs again after them, it seals. From Monday 7 am of each market on it makes
the editions of the week that is over, with those of the weeks before that are missing or changed,
and mails them. Two timers on one database take turns: one
works, the other passes. What a job did or why it failed is in `job_runs`.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import schedule

from db import digests
from db.engine import Engine
from db.jobs import forget_ticks, is_done, start_job, timer_turn
from db.markets import market_zones
from db.subscribers import sends_due
from metrics.calendar import IsoWeek, last_week_over, local_time, parse_iso_week
from pipeline.digest import build_week, catch_up, has_something_to_tell, summary
from pipeline.mail import deliver
from pipeline.seal import seal
from pipeline.simulate.demo import extend_simulations
from pipeline.tick import tick
from settings import Settings

log = logging.getLogger("tablestakes.timer")

SECONDS_BETWEEN_TICKS = 15
SMALL_HOUR = 3  # local; nobody drops tables then, and every clock change is over
DIGEST_HOUR = timedelta(hours=7)  # after Monday's first instant, market time
REST_AFTER_FAILURE = timedelta(minutes=15)
TICKS_KEPT = timedelta(days=2)
STOP_SECONDS = 60.0


def utc_now() -> datetime:
    """The timer's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class DueJob:
    """Something to run now; `due_key` says what for, so that it is not run for that again."""

    name: str
    due_key: str
    work: Callable[[], dict[str, object]]


class Timer:
    """Runs what is due until it is stopped: in its own thread (`start`) or in this one (`run`)."""

    def __init__(
        self, engine: Engine, settings: Settings, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._now = now
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins to run in a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="timer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Lets a job that is under way come to its end, then stops."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def run(self) -> None:
        """Runs until `stop` is called, from another thread or by a signal."""
        scheduler = schedule.Scheduler()
        scheduler.every(SECONDS_BETWEEN_TICKS).seconds.do(self.run_due_jobs)
        scheduler.run_all()
        while not self._stopping.is_set():
            scheduler.run_pending()
            self._stopping.wait(max(0.1, scheduler.idle_seconds or 0.0))

    def run_due_jobs(self) -> list[str]:
        """Runs everything that is due, one after the other; returns the names of what succeeded.

        A job that fails is noted and rests for a while; it never stops the others or the timer.
        """
        now = self._now()
        succeeded = []
        try:
            with timer_turn(self._engine, now) as is_ours:
                if is_ours:
                    succeeded = [job.name for job in self._due_jobs(now) if self._run(job)]
        except Exception:  # the timer outlives a database that is away
            log.exception("the timer could not reach the database; it tries again in a while")
        return succeeded

    def _due_jobs(self, now: datetime) -> list[DueJob]:
        jobs = [DueJob("tick", "", lambda: self._tick(now))]
        rest_since = now - REST_AFTER_FAILURE
        zones = dict(sorted(market_zones(self._engine).items()))
        for market_id, zone in zones.items():
            there = local_time(now, zone)
            due_key = f"{market_id} {there.date().isoformat()}"
            if there.hour >= SMALL_HOUR and not is_done(
                self._engine, "seal", due_key, rest_since=rest_since
            ):
                jobs.append(DueJob("seal", due_key, lambda: self._seal(now)))
        return [*jobs, *self._digest_jobs(now, zones), *self._mail_jobs(now)]

    def _digest_jobs(self, now: datetime, zones: dict[str, str]) -> Iterator[DueJob]:
        """Editions of the last week over at 7 am, of weeks with a new note, and mails to send."""
        for market_id, zone in zones.items():
            week = last_week_over(now - DIGEST_HOUR, zone)
            due_key = f"{market_id} {week}"
            is_made = is_done(self._engine, "digest", due_key, rest_since=now - REST_AFTER_FAILURE)
            if not is_made and has_something_to_tell(self._engine, market_id, week):
                yield DueJob("digest", due_key, partial(self._digest, now, market_id, week))
        for market_id, name in digests.weeks_to_note(self._engine):
            yield DueJob(
                "digest-note",
                f"{market_id} {name}",
                partial(self._revise, now, market_id, parse_iso_week(name)),
            )

    def _mail_jobs(self, now: datetime) -> Iterator[DueJob]:
        if self._settings.smtp_url is None:
            return
        for market_id, week, audience in sends_due(self._engine, now=now):
            yield DueJob(
                "digest-send",
                f"{market_id} {week} {audience}",
                partial(self._mail, market_id, week, audience),
            )

    def _run(self, job: DueJob) -> bool:
        if self._stopping.is_set():
            return False
        record = start_job(self._engine, job.name, job.due_key, self._now())
        try:
            detail = job.work()
        except Exception as error:  # noted, shown on Data health, tried again
            log.exception("job %s failed", job.name)
            record.failed(self._now(), f"{type(error).__name__}: {error}")
            return False
        record.succeeded(self._now(), detail)
        return True

    def _tick(self, now: datetime) -> dict[str, object]:
        simulated = extend_simulations(self._engine, self._settings, now)
        return {"rows_simulated": simulated, **asdict(tick(self._engine, self._settings, now))}

    def _seal(self, now: datetime) -> dict[str, object]:
        forget_ticks(self._engine, now - TICKS_KEPT)
        return seal(self._engine, self._settings, now, waits_for_quiet=True).summary()

    def _digest(self, now: datetime, market_id: str, week: IsoWeek) -> dict[str, object]:
        return summary(catch_up(self._engine, self._settings, market_id, week, now=now))

    def _revise(self, now: datetime, market_id: str, week: IsoWeek) -> dict[str, object]:
        return summary(build_week(self._engine, self._settings, market_id, week, now=now))

    def _mail(self, market_id: str, week: str, audience: str) -> dict[str, object]:
        edition = digests.edition(self._engine, market_id, week, audience)
        assert edition is not None  # it is due
        return asdict(deliver(self._engine, self._settings, edition, now=self._now))


@contextmanager
def recorded(engine: Engine, job: str) -> Iterator[dict[str, object]]:
    """Notes a job that somebody runs by hand, as the timer notes its own; yields its detail."""
    record = start_job(engine, job, "by hand", utc_now())
    detail: dict[str, object] = {}
    try:
        yield detail
    except Exception as error:
        record.failed(utc_now(), f"{type(error).__name__}: {error}")
        raise
    record.succeeded(utc_now(), detail)

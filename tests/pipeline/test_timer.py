"""The timer wakes; the database decides what is due."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from db import digests
from db.jobs import timer_turn
from pipeline import jobs
from pipeline.jobs import Timer
from tests.factories import NOW, SETTINGS, closed, deliver, new_drop, one, read

MINUTE = timedelta(minutes=1)


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock(NOW)


@pytest.fixture
def timer(engine, clock):
    return Timer(engine, SETTINGS, clock)


def runs(engine, job):
    return read(engine, "SELECT * FROM job_runs WHERE job = :job ORDER BY job_run_id", job=job)


def test_a_tick_is_due_at_every_turn_and_a_seal_once_a_local_day(engine, timer, clock):
    assert timer.run_due_jobs() == ["tick", "seal"]
    clock.now += MINUTE
    assert timer.run_due_jobs() == ["tick"]
    clock.now += timedelta(days=1)
    assert timer.run_due_jobs() == ["tick", "seal"]
    assert [run["due_key"] for run in runs(engine, "seal")] == ["nyc 2026-11-20", "nyc 2026-11-21"]


def test_no_seal_before_the_small_hours_are_over(timer, clock):
    clock.now = NOW.replace(hour=6)  # 1 am in New York
    assert timer.run_due_jobs() == ["tick"]
    clock.now = NOW.replace(hour=8)  # 3 am
    assert timer.run_due_jobs() == ["tick", "seal"]


def test_after_downtime_everything_is_caught_up_with_in_one_turn(engine, timer, clock):
    opened = NOW - timedelta(days=40)
    deliver(
        engine,
        new_drop(opened),
        closed(opened + MINUTE, opened),
        received_at=NOW - timedelta(days=39),
    )
    assert timer.run_due_jobs() == ["tick", "seal"]
    assert one(read(engine, "SELECT * FROM day_receipts"))["raw_openings"] == 1
    assert one(runs(engine, "seal"))["detail"]["rows_pruned"] == 2


def test_a_job_that_fails_is_noted_rests_and_stops_nobody(engine, timer, clock, monkeypatch):
    def fails(*_, **__):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(jobs, "seal", fails)
    assert timer.run_due_jobs() == ["tick"]
    failed = one(runs(engine, "seal"))
    assert (failed["status"], failed["error"]) == ("failed", "RuntimeError: the disk is full")
    monkeypatch.undo()
    clock.now += MINUTE
    assert timer.run_due_jobs() == ["tick"]
    clock.now += jobs.REST_AFTER_FAILURE
    assert timer.run_due_jobs() == ["tick", "seal"]


def test_of_two_timers_one_works_and_the_other_passes(engine, timer, clock):
    with timer_turn(engine, clock.now) as is_ours:
        assert is_ours
        assert timer.run_due_jobs() == []
    assert timer.run_due_jobs() == ["tick", "seal"]


def test_a_run_whose_process_died_is_marked_as_interrupted(engine, timer, clock):
    jobs.start_job(engine, "tick", "", NOW)
    timer.run_due_jobs()
    assert [run["status"] for run in runs(engine, "tick")] == ["interrupted", "succeeded"]


def test_a_timer_stops_when_it_is_told_to(engine, timer):
    thread = threading.Thread(target=timer.run)
    thread.start()
    timer.stop()
    thread.join(30)
    assert not thread.is_alive()


def test_a_database_that_is_away_does_not_end_the_timer(engine, clock, caplog):
    class Away:
        def connect(self):
            raise ConnectionError("nobody is there")

    assert Timer(Away(), SETTINGS, clock).run_due_jobs() == []
    assert "could not reach the database" in caplog.text


@pytest.mark.world("weeks")
def test_editions_are_made_on_monday_at_seven_of_the_market_and_once(engine, timer, clock):
    clock.now = datetime(2026, 11, 23, 11, 59, tzinfo=UTC)  # 6:59 am in New York
    assert "digest" in timer.run_due_jobs()  # of the weeks before: the timer was away
    weeks = {row["iso_week"] for row in read(engine, "SELECT iso_week FROM digests")}
    assert weeks == {"2026-W44", "2026-W45", "2026-W46"}
    clock.now += MINUTE
    assert "digest" in timer.run_due_jobs()
    assert [run["due_key"] for run in runs(engine, "digest")] == ["nyc 2026-W46", "nyc 2026-W47"]
    clock.now += MINUTE
    assert timer.run_due_jobs() == ["tick"]


@pytest.mark.world("weeks")
def test_a_note_becomes_a_revision_at_the_next_turn_and_only_then(engine, timer, clock):
    clock.now = datetime(2026, 11, 23, 17, tzinfo=UTC)
    timer.run_due_jobs()
    digests.write_note(engine, "nyc", "2026-W47", "A holiday is near.", written_at=clock.now)
    clock.now += MINUTE
    assert timer.run_due_jobs() == ["tick", "digest-note"]
    revised = digests.edition(engine, "nyc", "2026-W47", "public")
    assert (revised.revision, revised.facts["note"]) == (2, "A holiday is near.")
    clock.now += MINUTE
    assert timer.run_due_jobs() == ["tick"]

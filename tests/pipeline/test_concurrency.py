"""Ingest, tick and seal at the same time: as one after the other, and nobody waits without need.

Threads are stopped before a statement and let go again (`bench.interleave`), so that each test has
the one interleaving it is about.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

import db.retry
import db.seals
import db.writes
from bench.database_state import differences, state
from bench.interleave import Stop, in_thread, wait_until_blocked
from db.engine import Engine, create_engine
from db.partitions import partition_exists
from db.proofs import problems
from pipeline.seal import seal
from pipeline.tick import rescore, tick
from tests.factories import (
    NOW,
    SETTINGS,
    assert_sound,
    at,
    closed,
    contents,
    counts_of,
    deliver,
    deliver_venues,
    ends,
    execute,
    forget_everything,
    new_drop,
    one,
    outcome,
    read,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOON = NOW - HOUR
SLOT = NOON + 10 * DAY  # of a slot that opens more than once
OLD = at("2026-10-20 17:00")  # past retention
OLD_DAY = OLD.date()
ATTEMPTS = 3

Work = Callable[[], object]


@pytest.fixture
def impatient(database_url) -> Iterator[Engine]:
    """An engine whose statements fail where they would have to wait for a lock."""
    engine = create_engine(f"{database_url}&options=-c%20lock_timeout%3D300")
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture
def hurried(monkeypatch) -> None:
    """Locks are waited for shortly, and not often."""
    monkeypatch.setattr(db.seals, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(db.retry, "ATTEMPTS", ATTEMPTS)


def run_tick(engine: Engine) -> Work:
    return lambda: tick(engine, SETTINGS, NOW)


def run_seal(engine: Engine) -> Work:
    return lambda: seal(engine, SETTINGS, NOW)


def assert_as_one_after_the_other(engine: Engine, *works: Work) -> None:
    """What is in the database after a tick is what these would have left in this order."""
    assert_sound(engine)
    tick(engine, SETTINGS, NOW)
    assert_sound(engine)
    found = state(engine)
    forget_everything(engine)
    for work in (*works, run_tick(engine)):
        work()
    assert differences(found, state(engine)) == []


def begin_old_day(engine: Engine) -> None:
    """A day past retention: a drop that was taken, one that was not, and a waiting closing."""
    deliver(
        engine,
        new_drop(OLD, slot_id="taken"),
        closed(OLD + MINUTE, OLD, slot_id="taken"),
        new_drop(OLD, slot_id="untaken"),
        key="old",
    )


def deliver_to_old_day(engine: Engine) -> Work:
    return lambda: deliver(
        engine,
        closed(OLD + HOUR, OLD, slot_id="untaken"),
        new_drop(OLD + HOUR, slot_id="another"),
        new_drop(NOON, slot_id="of today"),
        key="to the old day",
    )


# --- two of the same ------------------------------------------------------------------------------


def test_two_ticks_at_once_count_once(engine, other):
    begin_old_day(engine)
    with (
        Stop(engine, "merge_rollup") as stop,
        in_thread(run_tick(engine)) as first,
        in_thread(lambda: (stop.wait(), run_tick(other)())[1]) as second,
    ):
        wait_until_blocked(other)
        stop.release()
        assert first.result().batches_aggregated == 1
        assert second.result().batches_aggregated == 0
    assert_as_one_after_the_other(
        engine, lambda: begin_old_day(engine), run_tick(engine), run_tick(engine)
    )


def test_two_ticks_whose_lock_was_lost_count_once(engine, other):
    begin_old_day(engine)
    with Stop(engine, "mark_aggregated") as stop, in_thread(run_tick(engine)) as first:
        stop.wait()
        killed = read(
            other,
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks "
            "WHERE locktype = 'advisory' AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        assert len(killed) == 1
        with in_thread(run_tick(other)) as second:
            wait_until_blocked(other)
            stop.release()
            assert second.result().batches_aggregated == 0
        with pytest.raises(OperationalError):
            first.result()
    assert_as_one_after_the_other(
        engine, lambda: begin_old_day(engine), run_tick(engine), run_tick(engine)
    )


def test_two_seals_at_once_seal_once(engine, other):
    begin_old_day(engine)
    with Stop(engine, "note_sealed") as stop, in_thread(run_seal(engine)) as first:
        stop.wait()
        with in_thread(run_seal(other)) as second:
            wait_until_blocked(other)
            stop.release()
            assert [day.day for day in first.result().sealed] == [OLD_DAY]
            assert second.result().sealed == ()
    assert_as_one_after_the_other(engine, lambda: begin_old_day(engine), run_seal(engine))


def test_a_tick_waits_for_a_seal_that_is_under_way(engine, other):
    begin_old_day(engine)
    with Stop(engine, "note_sealed") as stop, in_thread(run_seal(engine)) as sealing:
        stop.wait()
        with in_thread(run_tick(other)) as ticking:
            wait_until_blocked(other)
            stop.release()
            sealing.result()
            ticking.result()
    assert_as_one_after_the_other(
        engine, lambda: begin_old_day(engine), run_seal(engine), run_tick(engine)
    )


# --- ingest against seal --------------------------------------------------------------------------


def test_a_seal_waits_for_an_ingest_into_its_day_and_counts_it(engine, other):
    begin_old_day(engine)
    with (
        Stop(engine, "write_openings") as stop,
        in_thread(deliver_to_old_day(engine)) as delivering,
    ):
        stop.wait()
        with in_thread(run_seal(other)) as sealing:
            wait_until_blocked(other)
            stop.release()
            assert outcome(delivering.result()) == {"accepted": 3}
            assert one(sealing.result().sealed).rows_pruned == 6
    assert_as_one_after_the_other(
        engine, lambda: begin_old_day(engine), deliver_to_old_day(engine), run_seal(engine)
    )


def test_an_ingest_into_a_day_that_is_being_sealed_waits_and_is_late(engine, other):
    begin_old_day(engine)
    with Stop(other, "note_sealed") as stop, in_thread(run_seal(other)) as sealing:
        stop.wait()
        with in_thread(deliver_to_old_day(engine)) as delivering:
            wait_until_blocked(other)
            stop.release()
            sealing.result()
            assert outcome(delivering.result()) == {"accepted": 1, "late": 2}
    assert_as_one_after_the_other(
        engine, lambda: begin_old_day(engine), run_seal(engine), deliver_to_old_day(engine)
    )


def test_a_day_sealed_between_an_ingests_look_and_its_lock_is_not_made_again(engine, other):
    begin_old_day(engine)
    with Stop(engine, "lock_days") as stop, in_thread(deliver_to_old_day(engine)) as delivering:
        stop.wait()
        seal(other, SETTINGS, NOW)
        stop.release()
        assert outcome(delivering.result()) == {"accepted": 1, "late": 2}
    with engine.connect() as connection:
        assert not partition_exists(connection, "drop_events", OLD_DAY)
    assert_as_one_after_the_other(
        engine, lambda: begin_old_day(engine), run_seal(engine), deliver_to_old_day(engine)
    )


def test_a_partition_that_is_made_while_its_day_is_sealed_does_not_come_back(engine, other):
    begin_old_day(engine)
    execute(engine, "DROP TABLE scans_20261020")  # so that ingest finds something to make
    with Stop(engine, "note_day") as stop, in_thread(deliver_to_old_day(engine)) as delivering:
        stop.wait()
        seal(other, SETTINGS, NOW)
        stop.release()
        assert outcome(delivering.result()) == {"accepted": 1, "late": 2}
    with engine.connect() as connection:
        assert not partition_exists(connection, "drop_events", OLD_DAY)
    assert_sound(engine)


def test_a_seal_that_cannot_drop_tries_again_until_it_can(engine, other, hurried):
    begin_old_day(engine)
    with other.connect() as reader, in_thread(run_seal(engine)) as sealing:
        reader.execute(text("SELECT count(*) FROM drop_events"))
        wait_until_blocked(engine)
        reader.rollback()
        assert one(sealing.result().sealed).rows_pruned == 4
    assert_as_one_after_the_other(engine, lambda: begin_old_day(engine), run_seal(engine))


def test_a_seal_that_can_never_drop_fails_loudly_and_prunes_nothing(engine, other, hurried):
    begin_old_day(engine)
    tick(engine, SETTINGS, NOW)
    before = state(engine)
    with other.connect() as reader:
        reader.execute(text("SELECT count(*) FROM drop_events"))
        with pytest.raises(OperationalError) as failure:
            seal(engine, SETTINGS, NOW)
    assert isinstance(failure.value.orig, psycopg.errors.LockNotAvailable)
    assert differences(state(engine), before) == []
    assert_sound(engine)
    assert one(seal(engine, SETTINGS, NOW).sealed).rows_pruned == 4


def test_a_proof_beside_a_seal_finds_nothing(engine, other, hurried):
    begin_old_day(engine)
    tick(engine, SETTINGS, NOW)
    with (
        Stop(engine, "unequal_batch_days") as stop,
        in_thread(lambda: list(problems(engine))) as proving,
    ):
        stop.wait()  # its snapshot is taken; raw events were not read yet
        with in_thread(run_seal(other)) as sealing:
            wait_until_blocked(other)
            stop.release()
            assert proving.result() == []
        assert one(sealing.result().sealed).day == OLD_DAY
    assert_sound(engine)


# --- two ingests ----------------------------------------------------------------------------------


def drop_of_today(engine: Engine, key: str, *slots: str) -> Work:
    return lambda: deliver(
        engine,
        *(new_drop(NOON, slot_id=slot) for slot in slots),
        *(closed(NOON + MINUTE, NOON, slot_id=slot) for slot in slots),
        key=key,
    )


def test_one_delivery_that_comes_twice_at_once_is_accepted_once(engine, other):
    with Stop(engine, "finish_batch") as stop, in_thread(drop_of_today(engine, "k", "a")) as first:
        stop.wait()
        with in_thread(drop_of_today(other, "k", "a")) as second:
            wait_until_blocked(other)
            stop.release()
            assert not first.result().is_repeat
            assert second.result().is_repeat
            assert second.result().batch_id == first.result().batch_id
    assert_as_one_after_the_other(engine, drop_of_today(engine, "k", "a"))


def test_a_delivery_whose_twin_dies_is_accepted(engine, other):
    with Stop(engine, "finish_batch") as stop, in_thread(drop_of_today(engine, "k", "a")) as first:
        stop.wait()
        with in_thread(drop_of_today(other, "k", "a")) as second:
            wait_until_blocked(other)
            read(
                other,
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND state = 'idle in transaction'",
            )
            stop.release()
            assert outcome(second.result()) == {"accepted": 2}
            assert not second.result().is_repeat
        with pytest.raises(OperationalError):
            first.result()
    assert_as_one_after_the_other(engine, drop_of_today(engine, "k", "a"))


def test_the_same_rows_in_two_deliveries_at_once_count_once(engine, other):
    first_work, second_work = (
        drop_of_today(engine, "one", "b", "a"),
        drop_of_today(other, "two", "c", "b"),
    )
    with Stop(engine, "finish_batch") as stop, in_thread(first_work) as first:
        stop.wait()
        with in_thread(second_work) as second:
            wait_until_blocked(other)
            stop.release()
            assert outcome(first.result()) == {"accepted": 4}
            assert outcome(second.result()) == {"accepted": 2, "duplicate": 2}
    assert_as_one_after_the_other(engine, first_work, second_work)


def test_an_end_that_comes_while_its_opening_is_being_written_ends_it(engine, other):
    def opening() -> object:
        return deliver(engine, new_drop(NOON), key="opening")

    def ending() -> object:
        return deliver(other, closed(NOON + MINUTE, NOON), key="ending")

    with Stop(engine, "finish_batch") as stop, in_thread(opening) as first:
        stop.wait()
        with in_thread(ending) as second:
            wait_until_blocked(other)
            stop.release()
            assert outcome(first.result()) == outcome(second.result()) == {"accepted": 1}
    assert contents(engine, "open_drops") == []
    assert_as_one_after_the_other(engine, opening, ending)


def test_a_deadlock_between_two_ingests_is_tried_again(engine, other):
    """Each holds an end that the other's waiting closing then turns out to be."""
    slots = ("a", "b")

    def setup() -> object:
        return deliver(engine, *(new_drop(NOON, slot_id=slot) for slot in slots), key="openings")

    def work(own: Engine, named: str, unnamed: str) -> Work:
        return lambda: deliver(
            own,
            closed(NOON + MINUTE, NOON, slot_id=named),
            closed(NOON + MINUTE, None, slot_id=unnamed, slot_at=NOON + 5 * DAY),
            key=f"{named} named",
        )

    setup()
    works = work(engine, "a", "b"), work(other, "b", "a")
    with (
        Stop(engine, "settle_pending_ends") as first_stop,
        Stop(other, "settle_pending_ends") as second_stop,
        in_thread(works[0]) as first,
        in_thread(works[1]) as second,
    ):
        first_stop.wait()
        second_stop.wait()
        first_stop.release()
        second_stop.release()
        outcomes = [outcome(first.result()), outcome(second.result())]
    assert sorted(outcomes, key=str) == [{"accepted": 2}, {"duplicate": 2}]
    order = works if outcomes[0] == {"accepted": 2} else works[::-1]
    assert_as_one_after_the_other(engine, setup, *order)


def test_a_closing_that_two_openings_want_ends_one_drop(engine, other):
    """Two deliveries, each with an opening of the slot, that see the same waiting closing."""

    def waiting() -> object:
        return deliver(engine, closed(NOON + HOUR, None, slot_at=SLOT), key="closing")

    def early() -> object:
        return deliver(other, new_drop(NOON, slot_at=SLOT), key="early")

    def late() -> object:
        return deliver(engine, new_drop(NOON + MINUTE, slot_at=SLOT), key="late")

    waiting()
    with Stop(engine, "settle_batches") as stop, in_thread(late) as first:
        stop.wait()
        with in_thread(early) as second:
            wait_until_blocked(other)
            stop.release()
            first.result()
            assert outcome(second.result()) == {"accepted": 1}
    assert ends(engine) == [("s", NOON + MINUTE, "CLOSED", NOON + HOUR, 59 * 60)]
    tick(engine, SETTINGS, NOW)
    assert_as_one_after_the_other(engine, waiting, late, early, run_tick(engine))


@pytest.mark.parametrize("is_reversed", [False, True])
def test_a_slot_that_reopens_in_two_deliveries_at_once_is_censored(engine, other, is_reversed):
    moments = [NOON, NOON + MINUTE]

    def opening(own: Engine, moment: int) -> Work:
        return lambda: deliver(
            own, new_drop(moments[moment], slot_at=SLOT), key=f"opening {moment}"
        )

    def known_venue() -> object:
        return deliver(engine, new_drop(NOON, slot_id="before"), key="before")

    slow, quick = opening(engine, int(is_reversed)), opening(other, int(not is_reversed))
    known_venue()
    with Stop(engine, "finish_batch") as stop, in_thread(slow) as first:
        stop.wait()
        quick()
        stop.release()
        first.result()
    tick(engine, SETTINGS, NOW)
    superseded = read(
        engine, "SELECT superseded_at FROM open_drops WHERE slot_id = 's' ORDER BY opened_at"
    )
    assert [row["superseded_at"] for row in superseded] == [moments[1], None]
    assert_as_one_after_the_other(engine, known_venue, quick, slow, run_tick(engine))


def test_a_venue_that_is_being_registered_by_a_delivery_cannot_change_its_market(engine, other):
    """Its events are already in the default market's calendar."""
    london = {"venue_id": "v", "market": "london", "timezone": "Europe/London"}
    with (
        Stop(engine, "finish_batch") as stop,
        in_thread(lambda: deliver(engine, new_drop(NOON))) as delivering,
    ):
        stop.wait()
        with in_thread(lambda: deliver_venues(other, london)) as loading:
            wait_until_blocked(other)
            stop.release()
            assert outcome(delivering.result()) == {"accepted": 1}
            assert outcome(loading.result()) == {"rejected": 1}
    assert one(contents(engine, "venues"))["market_id"] == "nyc"
    assert_sound(engine)


def test_a_delivery_for_a_venue_that_is_being_loaded_is_in_that_venues_market(engine, other):
    london = {"venue_id": "v", "market": "london", "timezone": "Europe/London"}
    with (
        Stop(engine, "finish_batch") as stop,
        in_thread(lambda: deliver_venues(engine, london)) as loading,
    ):
        stop.wait()
        with in_thread(lambda: deliver(other, new_drop(at("2026-11-20 02:00")))) as delivering:
            wait_until_blocked(other)
            stop.release()
            assert outcome(loading.result()) == {"accepted": 1}
            assert outcome(delivering.result()) == {"accepted": 1}
    assert one(contents(engine, "drop_events"))["opened_minute"] == 2 * 60
    assert_sound(engine)


# --- ingest against tick --------------------------------------------------------------------------


def test_an_ingest_while_a_tick_runs_is_counted_by_the_next(engine, other):
    begin, more = drop_of_today(engine, "begin", "a"), drop_of_today(other, "more", "b")
    begin()
    with Stop(engine, "merge_rollup") as stop, in_thread(run_tick(engine)) as ticking:
        stop.wait()
        more()
        stop.release()
        assert ticking.result().batches_aggregated == 1
    assert_sound(engine)
    assert tick(engine, SETTINGS, NOW).batches_aggregated == 1
    assert_as_one_after_the_other(engine, begin, run_tick(engine), more, run_tick(engine))


def test_what_comes_in_between_a_rescores_packing_and_its_scoring_is_scored(engine, other):
    def begin() -> object:
        return deliver(engine, new_drop(NOON), key="begin")

    def more() -> object:
        return deliver(other, closed(NOON + MINUTE, NOON), key="more")

    begin()
    tick(engine, SETTINGS, NOW)
    with (
        Stop(engine, "unaggregated_batches") as stop,
        in_thread(lambda: rescore(engine, SETTINGS, NOW)) as rescoring,
    ):
        stop.wait()
        more()
        stop.release()
        assert rescoring.result() == 1
    assert_as_one_after_the_other(engine, begin, run_tick(engine), more, run_tick(engine))


def test_a_tick_while_an_ingest_runs_counts_what_is_in(engine, other):
    begin, more = drop_of_today(engine, "begin", "a"), drop_of_today(engine, "more", "b")
    begin()
    with Stop(engine, "finish_batch") as stop, in_thread(more) as delivering:
        stop.wait()
        assert tick(other, SETTINGS, NOW).batches_aggregated == 1
        stop.release()
        delivering.result()
    tick(engine, SETTINGS, NOW)
    assert_as_one_after_the_other(engine, begin, run_tick(engine), more, run_tick(engine))


def test_a_slot_that_reopens_while_a_tick_scores_is_scored_by_the_next(engine, other):
    """The tick must not forget what was noted for scoring after it had looked."""

    def begin() -> object:
        return deliver(engine, new_drop(NOON - DAY, slot_at=SLOT), key="begin")

    def again() -> object:
        return deliver(engine, new_drop(NOON - DAY, slot_id="x"), key="again")

    def reopened() -> object:
        return deliver(other, new_drop(NOON, slot_at=SLOT), key="reopened")

    begin()
    tick(engine, SETTINGS, NOW)
    again()
    with Stop(engine, "drops_to_score") as stop, in_thread(run_tick(engine)) as ticking:
        stop.wait()
        reopened()
        stop.release()
        ticking.result()
    tick(engine, SETTINGS, NOW)
    first_day = contents(engine, "venue_metrics")[0]
    assert (first_day["expired_count"], first_day["open_count"]) == (1, 1)
    assert_as_one_after_the_other(
        engine, begin, run_tick(engine), again, run_tick(engine), reopened, run_tick(engine)
    )


def test_a_closing_settled_while_a_tick_runs_is_counted_once(engine, other):
    def waiting() -> object:
        return deliver(engine, closed(NOON + MINUTE, None, slot_at=SLOT), key="closing")

    def opening() -> object:
        return deliver(other, new_drop(NOON, slot_at=SLOT), key="opening")

    waiting()
    with Stop(engine, "unaggregated_batches") as stop, in_thread(run_tick(engine)) as ticking:
        stop.wait()
        opening()
        stop.release()
        ticking.result()
    tick(engine, SETTINGS, NOW)
    waiting_batch = read(engine, "SELECT batch_id FROM batches WHERE idempotency_key = 'closing'")
    assert counts_of(engine, one(waiting_batch)["batch_id"]) == {
        "accepted": 1,
        "settled_later": 1,
    }
    assert_as_one_after_the_other(engine, waiting, opening, run_tick(engine))


# --- nobody waits without need --------------------------------------------------------------------


@contextmanager
def long_ingest(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """While the block runs, a large delivery into today has written its rows and is not in yet."""
    monkeypatch.setattr(db.writes, "LARGE_BATCH", 1)
    with (
        Stop(engine, "finish_batch") as stop,
        in_thread(drop_of_today(engine, "long", "a", "b", "c")) as delivering,
    ):
        stop.wait()
        monkeypatch.undo()
        yield
        stop.release()
        delivering.result()
    assert_sound(engine)


def test_a_long_ingest_into_today_does_not_hold_up_a_short_one(engine, impatient, monkeypatch):
    deliver(engine, new_drop(NOON, slot_id="before"))
    with long_ingest(engine, monkeypatch):
        short = deliver(
            impatient, new_drop(NOON, slot_id="new"), closed(NOON + HOUR, NOON, slot_id="before")
        )
        assert outcome(short) == {"accepted": 2}
        new_venue = deliver(impatient, new_drop(NOON, venue_id="new venue"))
        assert outcome(new_venue) == {"accepted": 1}
        unnamed = deliver(
            impatient, closed(NOON + HOUR, None, slot_id="new", slot_at=NOON + 5 * DAY)
        )
        assert outcome(unnamed) == {"accepted": 1}


def test_a_long_ingest_does_not_hold_up_one_that_says_more_of_its_venue(
    engine, impatient, monkeypatch
):
    deliver(engine, new_drop(NOON, slot_id="before"))
    with long_ingest(engine, monkeypatch):
        short = deliver(impatient, new_drop(NOON, slot_id="new", venue_name="Anna's"))
        assert outcome(short) == {"accepted": 1}


def test_a_long_ingest_does_not_hold_up_the_making_of_another_day(engine, impatient, monkeypatch):
    with long_ingest(engine, monkeypatch):
        assert outcome(deliver(impatient, new_drop(NOON - 3 * DAY, venue_id="w"))) == {
            "accepted": 1
        }


def test_a_long_ingest_does_not_hold_up_a_tick(engine, impatient, monkeypatch):
    deliver(engine, new_drop(NOON, slot_id="before"))
    with long_ingest(engine, monkeypatch):
        assert tick(impatient, SETTINGS, NOW).batches_aggregated == 1


def test_a_late_delivery_does_not_hold_up_another_into_the_same_sealed_day(engine, impatient):
    begin_old_day(engine)
    seal(engine, SETTINGS, NOW)
    with (
        Stop(engine, "finish_batch") as stop,
        in_thread(lambda: deliver(engine, new_drop(OLD, slot_id="late"))) as delivering,
    ):
        stop.wait()
        assert outcome(deliver(impatient, new_drop(OLD, slot_id="late too"))) == {"late": 1}
        stop.release()
        assert outcome(delivering.result()) == {"late": 1}


def test_an_ingest_into_a_known_day_makes_do_with_one_connection(database_url, engine):
    """Ingests that have used up the connections would wait for one another's second ones."""
    deliver(engine, new_drop(NOON, slot_id="before"))
    narrow = create_engine(database_url, pool_size=1, max_overflow=0, pool_timeout=1)
    try:
        assert outcome(deliver(narrow, new_drop(NOON))) == {"accepted": 1}
    finally:
        narrow.dispose()

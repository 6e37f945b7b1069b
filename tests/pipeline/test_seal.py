"""Nothing is pruned unproven; what could still change is held; what was sealed stays as it was."""

from datetime import date, timedelta

import pytest

from db.proofs import problems
from db.seals import UnprovenDayError
from pipeline.seal import seal
from pipeline.tick import tick
from tests.factories import (
    NOW,
    SETTINGS,
    assert_sound,
    closed,
    deliver,
    derived,
    execute,
    new_drop,
    one,
    read,
    rollup,
)

OPENED = NOW - timedelta(days=40)
DAY = date(2026, 10, 11)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def old_day(engine):
    """A day past retention: a drop that closed, one that nobody took."""
    deliver(
        engine,
        new_drop(OPENED, slot_id="taken"),
        closed(OPENED + 5 * MINUTE, OPENED, slot_id="taken"),
        new_drop(OPENED, slot_id="left"),
    )
    tick(engine, SETTINGS, NOW)
    return engine


def raw_rows(engine):
    return one(read(engine, "SELECT count(*) AS rows FROM drop_events"))["rows"]


def test_a_day_past_retention_gives_way_to_its_receipt_and_changes_no_number(old_day):
    before = derived(old_day)
    result = seal(old_day, SETTINGS, NOW)
    assert [(day.day, day.rows_pruned) for day in result.sealed] == [(DAY, 4)]
    receipt = one(read(old_day, "SELECT * FROM day_receipts"))
    assert (receipt["raw_openings"], receipt["raw_closings"], receipt["raw_expiries"]) == (2, 1, 1)
    assert raw_rows(old_day) == 0
    assert derived(old_day) == before
    assert_sound(old_day)


def test_a_second_seal_finds_nothing_to_do(old_day):
    seal(old_day, SETTINGS, NOW)
    assert seal(old_day, SETTINGS, NOW).sealed == ()


def test_a_day_within_retention_is_left_alone(old_day):
    assert seal(old_day, SETTINGS, OPENED + timedelta(days=20)).sealed == ()
    assert raw_rows(old_day) == 3


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE drop_rollup SET closed_seconds = '{301}' WHERE cardinality(closed_seconds) = 1",
        "UPDATE drop_rollup SET opened_minutes = opened_minutes || opened_minutes",
        "DELETE FROM drop_rollup",
        "DELETE FROM drop_events WHERE event_type = 'CLOSED'",
        "UPDATE drop_events SET open_seconds = 7 WHERE is_end",
        "UPDATE batch_days SET closings = closings + 1",
    ],
)
def test_a_day_that_cannot_be_proven_fails_loudly_and_keeps_its_events(old_day, tampering):
    assert execute(old_day, tampering) > 0
    assert list(problems(old_day)) != []
    rows = raw_rows(old_day)
    with pytest.raises(UnprovenDayError, match="Nothing was pruned"):
        seal(old_day, SETTINGS, NOW)
    assert raw_rows(old_day) == rows
    assert read(old_day, "SELECT * FROM day_receipts") == []


def test_verify_notices_a_rollup_that_changed_after_its_day_was_sealed(old_day):
    seal(old_day, SETTINGS, NOW)
    execute(old_day, "UPDATE drop_rollup SET closed_seconds = '{299}' WHERE closed_seconds <> '{}'")
    assert any("changed since the day was sealed" in problem for problem in problems(old_day))


def test_verify_notices_a_receipt_that_is_gone(old_day):
    seal(old_day, SETTINGS, NOW)
    execute(old_day, "DELETE FROM day_receipts")
    assert any("without a receipt" in problem for problem in problems(old_day))


def test_a_day_with_a_drop_that_could_still_end_is_held_and_others_go_on(old_day):
    slot_at = NOW + timedelta(days=3)
    deliver(old_day, new_drop(OPENED - timedelta(days=1), slot_id="ahead", slot_at=slot_at))
    result = seal(old_day, SETTINGS, NOW)
    assert [day.day for day in result.sealed] == [DAY]
    assert [(day.day, day.held_until) for day in result.held] == [
        (DAY - timedelta(days=1), slot_at)
    ]
    assert_sound(old_day)
    assert len(seal(old_day, SETTINGS, slot_at + MINUTE).sealed) >= 1


def test_the_timer_waits_until_nothing_came_in_for_a_day(old_day):
    assert seal(old_day, SETTINGS, NOW, waits_for_quiet=True).busy == (DAY,)
    later = NOW + timedelta(hours=25)
    assert [day.day for day in seal(old_day, SETTINGS, later, waits_for_quiet=True).sealed] == [DAY]


def test_an_event_that_comes_after_the_seal_is_late_and_changes_nothing(old_day):
    seal(old_day, SETTINGS, NOW)
    kept, rows = rollup(old_day), derived(old_day)
    acceptance = deliver(
        old_day,
        new_drop(OPENED + MINUTE, slot_id="late"),
        closed(OPENED + 9 * MINUTE, OPENED, slot_id="left"),
    )
    tick(old_day, SETTINGS, NOW)
    assert acceptance.late == 2
    assert rollup(old_day) == kept
    assert derived(old_day) == rows
    assert raw_rows(old_day) == 0
    assert_sound(old_day)


def test_through_stops_at_its_date(old_day):
    deliver(old_day, new_drop(OPENED + timedelta(days=2), slot_id="later"))
    result = seal(old_day, SETTINGS, NOW, through=DAY)
    assert [day.day for day in result.sealed] == [DAY]

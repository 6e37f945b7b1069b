"""Days of alerts marked to be scored: what changed is marked, and no mark is lost to a tick."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from bench.interleave import wait_until_blocked
from db.alert_writes import forget_user
from db.engine import Engine
from db.insights.conversion import funnel
from db.proofs import problems
from db.user_keys import user_key
from pipeline.tick import rescore, tick
from tests.alerting import SECRET, SETTINGS, alert, conversion, step, track
from tests.factories import (
    NOW,
    assert_sound,
    at,
    closed,
    deliver,
    deliver_venues,
    execute,
    new_drop,
)

DAY = timedelta(days=1)
SENT = at("2026-11-18 17:00")

Change = Callable[[Engine], object]


def move_to_an_earlier_day(engine: Engine) -> None:
    track(engine, [step("alert_sent", SENT - 2 * DAY, "a", event_id="a earlier")])


def forget(engine: Engine) -> None:
    forget_user(engine, user_key("user-1", SECRET), now=NOW)


def book_of_a_forgotten_user(engine: Engine) -> None:
    track(engine, [step("booking_confirmed", SENT + timedelta(seconds=9), "forgotten")])


def assert_as_computed_anew(engine: Engine) -> None:
    """Another tick leaves what a rescore gives."""
    tick(engine, SETTINGS, NOW)
    found = conversion(engine)
    rescore(engine, SETTINGS, NOW)
    assert found == conversion(engine)
    assert_sound(engine)


@contextmanager
def tick_before_commit(engine: Engine, other: Engine) -> Iterator[None]:
    """A tick on `other` begins just before what the block does on `engine` is committed, and ends
    after it."""
    ticks: list[Future[object]] = []
    with ThreadPoolExecutor(1) as pool:

        def begin(_connection: object) -> None:
            if not ticks:
                ticks.append(pool.submit(tick, other, SETTINGS, NOW))
                wait_until_blocked(other)

        event.listen(engine, "commit", begin)
        try:
            yield
        finally:
            event.remove(engine, "commit", begin)
        ticks[0].result()


@pytest.mark.parametrize("change", [move_to_an_earlier_day, forget, book_of_a_forgotten_user])
def test_a_mark_that_is_set_again_while_a_tick_takes_it_stays(engine, other, change):
    """The day is marked already; the change that marks it again commits after the tick has read."""
    others = [
        *alert(SENT, alert_id="c", user_id="another"),
        *alert(SENT, 5, alert_id="forgotten", user_id="gone"),
    ]
    track(engine, [*alert(SENT, 5), *others])
    forget_user(engine, user_key("gone", SECRET), now=NOW)
    tick(engine, SETTINGS, NOW)
    earlier = step("alert_sent", SENT - DAY, "c", user_id="another", event_id="c earlier")
    track(engine, [earlier])
    with tick_before_commit(engine, other):
        change(engine)
    assert_as_computed_anew(engine)
    assert funnel(engine, now=NOW).total.sent == 3


# Late in the evening in Los Angeles, the next day in New York.
LATE = at("2026-11-18 06:30")


def move_to_los_angeles(engine: Engine) -> None:
    venue = {"venue_id": "v", "name": "V", "market": "la", "timezone": "America/Los_Angeles"}
    assert deliver_venues(engine, venue).accepted == 1


def assert_all_in_los_angeles(engine: Engine) -> None:
    hours = {row.key: row.sent for row in funnel(engine, now=NOW, by="hour", market="la").rows}
    assert {hour: sent for hour, sent in hours.items() if sent} == {"12": 1, "18": 1, "22": 1}


def begin_in_two_markets(engine: Engine) -> None:
    """A venue that nobody had named, so it is in New York, and another market, scored already."""
    deliver_venues(
        engine, {"venue_id": "o", "name": "O", "market": "la", "timezone": "America/Los_Angeles"}
    )
    track(engine, alert(at("2026-11-17 20:00"), alert_id="o", venue_id="o"))
    tick(engine, SETTINGS, NOW)
    track(engine, alert(at("2026-11-18 02:30"), alert_id="a") + alert(LATE, 5, alert_id="b"))


def test_a_venue_that_moves_to_another_market_takes_its_alerts_to_that_markets_days(engine):
    begin_in_two_markets(engine)
    tick(engine, SETTINGS, NOW)
    move_to_los_angeles(engine)
    tick(engine, SETTINGS, NOW)
    assert_all_in_los_angeles(engine)
    track(engine, alert(LATE, 5, alert_id="c"))
    tick(engine, SETTINGS, NOW)
    assert funnel(engine, now=NOW, market="la").total.sent == 4
    assert_as_computed_anew(engine)


def test_a_venue_that_moves_while_a_tick_scores_it_is_scored_anew(engine, other):
    begin_in_two_markets(engine)
    with tick_before_commit(engine, other):
        move_to_los_angeles(engine)
    tick(engine, SETTINGS, NOW)
    assert_all_in_los_angeles(engine)
    assert_as_computed_anew(engine)


def test_a_market_that_takes_another_zone_has_its_alerts_on_that_zones_days(engine):
    begin_in_two_markets(engine)
    move_to_los_angeles(engine)
    tick(engine, SETTINGS, NOW)
    zone = {"venue_id": "o", "market": "la", "timezone": "America/New_York"}
    assert deliver_venues(engine, zone).rejected == 0
    assert list(problems(engine)) == []  # they wait for the tick
    assert_as_computed_anew(engine)
    rows = funnel(engine, now=NOW, by="hour", market="la").rows
    assert {row.key: row.sent for row in rows if row.sent} == {"1": 1, "15": 1, "21": 1}


def test_a_proof_finds_alerts_that_are_counted_twice_or_not_at_all(engine):
    track(engine, alert(SENT, 5) + alert(LATE, 5, alert_id="b"))
    assert list(problems(engine)) == []  # they wait for the tick
    tick(engine, SETTINGS, NOW)
    assert list(problems(engine)) == []
    execute(engine, "UPDATE conversion_metrics SET sent_date = DATE '2026-11-16'")
    assert list(problems(engine)) == [
        "day 2026-11-16, venue v: 0 alerts were sent; conversion_metrics holds 2",
        "day 2026-11-18, venue v: 2 alerts were sent; conversion_metrics holds 0",
    ]
    rescore(engine, SETTINGS, NOW)
    assert list(problems(engine)) == []


def test_a_day_whose_midnight_happens_twice_begins_with_the_first(engine):
    """In the Azores clocks went from 1:00 back to 0:00 on 25 October 2026."""
    deliver_venues(
        engine, {"venue_id": "v", "name": "V", "market": "ponta", "timezone": "Atlantic/Azores"}
    )
    first, second, evening = (at(f"2026-10-25 {hour}") for hour in ("00:30", "01:30", "20:30"))
    for alert_id, sent_at in (("first", first), ("second", second), ("evening", evening)):
        track(engine, alert(sent_at, alert_id=alert_id))
    tick(engine, SETTINGS, evening + timedelta(hours=23, minutes=15))
    (row,) = conversion(engine)
    assert row["sent_seconds"] == [1800, 5400, 73800]
    assert (row["sent_count"], row["unsettled_count"]) == (2, 1)
    tick(engine, SETTINGS, NOW)
    rows = funnel(engine, now=NOW, market="ponta", by="hour").rows
    assert {row.key: row.sent for row in rows if row.sent} == {"0": 2, "19": 1}


@pytest.mark.parametrize(
    "named", [{"slot_id": "s", "opened_at": SENT}, {"drop_event_id": "drop 1"}]
)
@pytest.mark.parametrize("is_ticked_before", [True, False])
@pytest.mark.parametrize("is_forgotten_first", [True, False])
def test_forgetting_changes_no_cause_and_no_daypart(
    engine, named, is_ticked_before, is_forgotten_first
):
    """Whether the events are erased before a tick saw them or after, or the moment they come in."""
    slot = {"slot_at": at("2026-11-20 00:00")}
    deliver(
        engine,
        new_drop(SENT, event_id="drop 1", **slot),
        closed(SENT + timedelta(seconds=60), SENT, **slot),
    )
    tick(engine, SETTINGS, NOW)
    sending, opening = alert(SENT + timedelta(seconds=5), 200)
    if is_forgotten_first:
        track(engine, [opening])
        forget(engine)
    track(engine, [{**sending, **named}, opening])
    if is_ticked_before:
        tick(engine, SETTINGS, NOW)
    forget(engine)
    tick(engine, SETTINGS, NOW)
    (row,) = conversion(engine)
    assert (row["daypart"], row["gone_before_opened_count"]) == ("prime", 1)
    assert_as_computed_anew(engine)

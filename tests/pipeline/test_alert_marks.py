"""Days of alerts marked to be scored: no mark is lost to a tick that runs at the same time."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event

from bench.interleave import wait_until_blocked
from db.alert_writes import forget_user
from db.engine import Engine, create_engine
from db.insights.conversion import funnel
from db.user_keys import user_key
from pipeline.tick import rescore, tick
from tests.alerting import SECRET, SETTINGS, alert, conversion, step, track
from tests.factories import NOW, assert_sound, at

DAY = timedelta(days=1)
SENT = at("2026-11-18 17:00")

Change = Callable[[Engine], object]


@pytest.fixture
def other(database_url) -> Iterator[Engine]:
    """A second engine on the test's database."""
    engine = create_engine(database_url)
    try:
        yield engine
    finally:
        engine.dispose()


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

"""A day nobody watched is a gap on every page, however the looking began."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data
from db.engine import Engine
from pipeline.tick import tick
from tests import factories
from tests.dashboard.conftest import Open
from tests.dashboard.said import pictures, text

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
FIRST_EVENT = datetime(2026, 11, 12, 14, tzinfo=UTC)  # Thursday, 9 am in New York
FIRST_SCAN = FIRST_EVENT + timedelta(hours=2, minutes=5)
# Of Wednesday the last 4 hours are watched.
OUTAGE = (datetime(2026, 11, 18, 5, tzinfo=UTC), datetime(2026, 11, 19, 1, tzinfo=UTC))
HOUR = timedelta(hours=1)


@pytest.fixture
def outage_url(engine: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A table each hour for half an hour; scans from two hours after the first event, and none in
    an outage six days later."""
    monkeypatch.setattr(data, "now", lambda: NOW)
    hours = [FIRST_EVENT + k * HOUR for k in range(int((NOW - FIRST_EVENT) / HOUR))]
    events = []
    for number, opened_at in enumerate(hours):
        if not OUTAGE[0] <= opened_at < OUTAGE[1]:
            slot = f"s{number}"
            events.append(factories.new_drop(opened_at, slot_id=slot))
            events.append(factories.closed(opened_at + HOUR / 2, opened_at, slot_id=slot))
    factories.execute(
        engine,
        "UPDATE markets SET poll_interval_seconds = 3600 WHERE market_id = 'nyc'",
    )
    factories.deliver(engine, *events, received_at=NOW)
    scans = [
        factories.scan(at, bucket_id=f"{at.date() + timedelta(days=3)}_19:00")
        for at in (hour + FIRST_SCAN.minute * HOUR / 60 for hour in hours)
        if at >= FIRST_SCAN and not OUTAGE[0] <= at < OUTAGE[1]
    ]
    factories.deliver_scans(engine, *scans, received_at=NOW)
    tick(engine, factories.SETTINGS, NOW)
    return database_url


def drawn_lines(page: AppTest, which: int) -> list[dict[str, Any]]:
    """The traces of one of the page's pictures."""
    traces: list[dict[str, Any]] = pictures(page)[which]["figure"]["data"]
    return traces


def opened(traces: list[dict[str, Any]], words: str) -> Any:
    """What the line of a picture shows where these words stand."""
    (found,) = [
        trace["y"][at]
        for trace in traces
        for at, said in enumerate(trace.get("customdata") or [])
        if said.startswith(words)
    ]
    return found


def test_an_outage_is_a_gap_of_the_market_though_scans_began_after_the_first_event(
    open_page: Open, outage_url: str
) -> None:
    page = open_page(outage_url, "market.py")
    assert not page.exception
    days, weeks = drawn_lines(page, 0), drawn_lines(page, 1)
    assert opened(days, "Thu, Nov 12: 15 tables opened") == 15
    assert opened(days, "Tue, Nov 17") == 24
    assert opened(days, "Wed, Nov 18") is None
    (this_week,) = [trace["y"] for trace in weeks if trace.get("line", {}).get("width") == 2.5]
    assert this_week[:4] == [24, 24, None, 24]
    assert "days watched less than half are left out (no scans tell of all of one day)" in text(
        page
    )


def test_timing_does_not_call_hours_watched_that_scans_tell_of(
    open_page: Open, outage_url: str
) -> None:
    page = open_page(outage_url, "timing.py")
    assert not page.exception
    assert "hatched where nobody watched (what no scans tell of counts as watched)" in text(page)
    assert "all of it counts" not in text(page)


def test_this_week_names_the_day_that_was_not_watched(open_page: Open, outage_url: str) -> None:
    page = open_page(outage_url, "week.py")
    assert not page.exception
    assert "least on Wed, Nov 18 (17 %)" in text(page)
    assert opened(drawn_lines(page, 0), "Wed, Nov 18") is None

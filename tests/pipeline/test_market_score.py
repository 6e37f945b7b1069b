"""A market's day against its past: spikes, prime and off-peak, supply, coverage."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import pytest

from db import insights
from db.engine import Engine
from metrics.spikes import day_against_weekday
from metrics.volatility import index_of_dispersion
from pipeline.seal import seal
from pipeline.tick import rescore, tick
from tests.factories import (
    SETTINGS,
    closed,
    contents,
    deliver,
    deliver_scans,
    execute,
    new_drop,
    scan,
)

TYPES = ("coverage", "prime_off_peak", "spikes", "supply_compression")
FIRST = date(2026, 8, 31)  # a Monday
LAST = date(2026, 11, 22)  # the Sunday of the twelfth week
SPIKE_DAY = date(2026, 11, 13)
SILENT_DAY = date(2026, 11, 21)
NOW = datetime.combine(LAST + timedelta(days=1), time(6), UTC)


def number(day: date) -> int:
    """Drops of a day: a few on weekdays, more at weekends, once far too many and once none."""
    if day == SILENT_DAY:
        return 0
    return 45 if day == SPIKE_DAY else 12 + 6 * (day.isoweekday() >= 5) + day.day % 3


def drops(first: date, last: date) -> Iterator[dict[str, Any]]:
    for day in days(first, last):
        for index in range(number(day)):
            opened_at = datetime.combine(day, time(9 + index % 8, index), UTC)
            facts = {
                "venue_id": f"v{index % 3}",
                "slot_id": f"{day} {index}",
                "slot_at": datetime.combine(
                    day + timedelta(days=4), time(19 if index % 2 else 13), UTC
                ),
            }
            yield new_drop(opened_at, **facts)
            yield closed(opened_at + timedelta(minutes=7), opened_at, **facts)


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=back) for back in range((last - first).days + 1)]


def slots(at: datetime, anchor: str) -> int:
    """Fewer from week to week at noon; the last Sunday's 5 pm is the fullest ever."""
    week = (at.date() - FIRST).days // 7
    if at.date() == LAST and at.hour == 17:
        return 30
    return 20 - week if anchor == "19:00" else 10


def scans(first: date, last: date, hours: range = range(9, 18)) -> Iterator[dict[str, Any]]:
    for day in days(first, last):
        for hour in hours:
            for anchor in ("15:00", "19:00"):
                at = datetime.combine(day, time(hour, 0), UTC)
                bucket = f"{day + timedelta(days=3)}_{anchor}"
                yield scan(at, bucket_id=bucket, available_slots=slots(at, anchor))


@pytest.fixture
def utc_market(engine: Engine) -> Engine:
    """The default market on UTC, looked at once an hour."""
    execute(engine, "UPDATE markets SET timezone = 'UTC', poll_interval_seconds = 3600")
    return engine


def values(engine: Engine, metric_type: str) -> dict[date, Any]:
    return {
        row["window_date"]: row["value_json"]
        for row in contents(engine, "market_metrics")
        if row["metric_type"] == metric_type
    }


def rows(engine: Engine) -> list[dict[str, Any]]:
    found = contents(engine, "market_metrics", "computed_at")
    return [row for row in found if row["metric_type"] in TYPES]


def take_in(engine: Engine, first: date, last: date, now: datetime) -> None:
    deliver_scans(engine, *scans(first, last), received_at=now)
    deliver(engine, *drops(first, last), received_at=now)
    tick(engine, SETTINGS, now)


def test_a_day_is_held_against_the_same_weekday_of_the_eight_weeks_before(utc_market):
    take_in(utc_market, FIRST, LAST, NOW)
    found = values(utc_market, "spikes")
    fridays = [SPIKE_DAY - timedelta(weeks=back) for back in range(1, 9)]
    # Nine hours of each day were watched, which is less than half.
    assert found == {}
    execute(utc_market, "DELETE FROM scan_rollup")
    rescore(utc_market, SETTINGS, NOW)
    found = values(utc_market, "spikes")
    expected = day_against_weekday(45, 1.0, [number(day) for day in fridays], np.ones(8))
    assert expected is not None
    spike = found[SPIKE_DAY]
    assert (spike["is_spike"], spike["new_drops"], spike["past_days"]) == (True, 45, 8)
    assert spike["usual_per_day"] == expected.usual_per_day
    assert spike["ratio"] == pytest.approx(expected.ratio.ratio)
    assert [day for day, value in found.items() if value["is_spike"]] == [SPIKE_DAY]
    # The first day was watched from its first event on, and half of it is not enough for a fifth.
    assert min(found) == FIRST + timedelta(weeks=4)
    assert max(found) == LAST - timedelta(days=1)
    assert found == {row["window_date"]: row["value"] for row in read_metrics(utc_market, "spikes")}


def read_metrics(engine: Engine, metric_type: str) -> list[dict[str, Any]]:
    return insights.market_metrics(engine, now=NOW, days=366, metric_types=[metric_type]).to_dict(
        "records"
    )


def test_prime_and_off_peak_stand_side_by_side_over_28_days(engine):
    execute(engine, "UPDATE markets SET timezone = 'UTC'")
    deliver(engine, *drops(FIRST, LAST), received_at=NOW)
    tick(engine, SETTINGS, NOW)
    day = LAST - timedelta(days=1)
    found = values(engine, "prime_off_peak")[day]
    window = days(day - timedelta(days=27), day)
    prime = [number(day) // 2 for day in window]
    expected = index_of_dispersion(prime)
    assert expected is not None
    assert found["prime"]["new_drops"] == sum(prime)
    assert found["off_peak"]["new_drops"] == sum(map(number, window)) - sum(prime)
    assert found["prime"]["volatility_score"] == pytest.approx(expected.index)
    assert found["prime"]["volatility_p"] == pytest.approx(expected.p_value)
    assert (found["observed_days"], found["is_coverage_assumed"]) == (28.0, True)


def test_supply_is_held_against_the_same_hour_of_the_week(utc_market):
    take_in(utc_market, FIRST, LAST, NOW)
    found = values(utc_market, "supply_compression")
    assert sorted(found) == days(FIRST, LAST)
    # The last look was at 5 pm; ten minutes before it, the hour from 3 pm was the last one over.
    last = found[LAST]
    assert (last["hour_at"], last["iso_weekday"], last["hour"]) == ("2026-11-22T15:00:00Z", 7, 15)
    assert (last["available_slots"], last["usual_slots"]) == (19.0, 25.0)
    assert last["compression"] == pytest.approx(-0.24)
    assert (last["tighter_than"], last["comparable_hours"]) == (11, 11)
    assert (last["tightness"], last["level"]) == (1.0, "very tight")
    assert found[FIRST]["comparable_hours"] == 0
    assert found[FIRST]["compression"] is None


def test_an_hour_with_one_of_two_anchors_is_not_compared_with_both(utc_market):
    lost = {
        datetime.combine(LAST, time(15), UTC),
        datetime.combine(LAST - timedelta(weeks=2), time(14), UTC),
    }
    looks = [
        look | {"ok": False, "available_slots": None}
        if look["scanned_at"] in lost and look["bucket_id"].endswith("19:00")
        else look
        for look in scans(FIRST, LAST)
    ]
    deliver_scans(utc_market, *looks, received_at=NOW)
    deliver(utc_market, *drops(LAST, LAST), received_at=NOW)
    tick(utc_market, SETTINGS, NOW)
    last = values(utc_market, "supply_compression")[LAST]
    assert (last["hour"], last["available_slots"]) == (14, 19.0)
    assert (last["tighter_than"], last["comparable_hours"]) == (10, 10)


def test_pass_after_pass_gives_what_a_rescore_gives(utc_market):
    engine = utc_market
    # Watched well: around the clock.
    for first, last in (
        (FIRST, date(2026, 10, 18)),
        (date(2026, 10, 19), date(2026, 11, 14)),
        (date(2026, 11, 15), LAST - timedelta(days=1)),
    ):
        now = datetime.combine(last + timedelta(days=1), time(9), UTC)
        around = scans(first, last, range(24))
        deliver_scans(engine, *around, received_at=now)
        deliver(engine, *drops(first, last), received_at=now)
        tick(engine, SETTINGS, now)
    # The running day, hour by hour; then an event of a day long past.
    for hour in (8, 9, 14):
        now = datetime.combine(LAST, time(hour, 20), UTC)
        hours = scans(LAST, LAST, range(hour - 2, hour + 1))
        deliver_scans(engine, *hours, received_at=now)
        deliver(engine, new_drop(now - timedelta(minutes=1), slot_id=str(hour)), received_at=now)
        tick(engine, SETTINGS, now)
    passes = rows(engine)
    rescore(engine, SETTINGS, now)
    assert rows(engine) == passes
    assert SILENT_DAY in values(engine, "prime_off_peak")
    opened_at = datetime(2026, 10, 2, 9, 30, tzinfo=UTC)
    deliver(engine, new_drop(opened_at, slot_id="late"), received_at=now)
    tick(engine, SETTINGS, now)
    passes = rows(engine)
    rescore(engine, SETTINGS, now)
    assert rows(engine) == passes
    assert {row["metric_type"] for row in passes} == set(TYPES)
    assert values(engine, "spikes")[SPIKE_DAY]["is_spike"]
    coverage = values(engine, "coverage")
    assert coverage[LAST]["coverage_rate"] < coverage[LAST - timedelta(days=1)]["coverage_rate"]
    seal(engine, SETTINGS, now)
    assert rows(engine) == passes


def test_a_weekday_counts_its_days_on_which_nothing_opened(engine: Engine) -> None:
    monday = datetime(2026, 10, 19, 15, tzinfo=UTC)
    deliver(engine, new_drop(monday, slot_id="a"), new_drop(monday, slot_id="b"))
    deliver(engine, new_drop(monday + timedelta(days=27), slot_id="c"))
    tick(engine, SETTINGS, monday + timedelta(days=28))
    [weekdays] = [
        row["value_json"]["weekdays"]
        for row in contents(engine, "market_metrics")
        if row["metric_type"] == "by_weekday" and row["window_date"] == date(2026, 11, 15)
    ]
    assert [(day["iso_weekday"], day["days"], day["new_drops"]) for day in weekdays] == [
        (1, 4, 2),
        *((weekday, 4, 0) for weekday in range(2, 7)),
        (7, 4, 1),
    ]

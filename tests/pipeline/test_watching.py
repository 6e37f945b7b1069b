"""Scans say when we were looking: outages become gaps, never zeros and never durations."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from db.deliveries import Delivery
from db.insights import status
from db.intake import DROPS, SCANS, VENUES
from db.scan_writes import accept_scans
from db.venue_writes import accept_venues
from db.writes import accept_drops
from pipeline.seal import seal
from pipeline.simulate import Outage, drop_events, flat_world, scans, venues
from pipeline.tick import rescore, tick
from tests.factories import (
    SETTINGS,
    assert_sound,
    at,
    closed,
    deliver,
    deliver_scans,
    deliver_venues,
    derived,
    differences,
    forget_derived,
    forget_everything,
    new_drop,
    one,
    read,
    scan,
)

MORNING = at("2026-11-16 14:00")
EARLIER = at("2026-10-16 14:00")
OUTAGE = (at("2026-11-18 15:00"), at("2026-11-18 21:00"))


def looks(first, last, *, every=timedelta(minutes=1), outage=None, market_id="nyc"):
    moment = first
    while moment <= last:
        if outage is None or not outage[0] <= moment < outage[1]:
            yield scan(moment, market_id=market_id)
        moment += every


def test_an_unwatched_time_lowers_coverage_and_not_activity(engine):
    deliver(engine, new_drop(MORNING), closed(MORNING + timedelta(hours=1), MORNING))
    last = MORNING + timedelta(days=4)
    deliver_scans(engine, *looks(MORNING, last, every=timedelta(minutes=2)))
    tick(engine, SETTINGS, last)
    row = one(
        read(
            engine,
            "SELECT * FROM venue_rolling_metrics WHERE window_days = 7 AND as_of_date = :day",
            day=date(2026, 11, 19),
        )
    )
    assert not row["is_coverage_assumed"]
    # Every other minute of three days and 15 hours, which began at 9 am in New York.
    assert row["observed_days"] == pytest.approx((3 + 15 / 24) / 2, abs=0.01)
    assert row["coverage_rate"] == pytest.approx(row["observed_days"] / 7)


def test_watching_began_with_the_first_event_sent_and_not_with_an_opening_it_implies(engine):
    opened, closed_at = EARLIER, MORNING + timedelta(hours=1)  # opened a month before anybody told
    deliver(engine, closed(closed_at, opened), new_drop(MORNING))
    last = MORNING + timedelta(days=4)
    deliver(engine, new_drop(last))
    tick(engine, SETTINGS, last)
    row = one(
        read(
            engine,
            "SELECT * FROM venue_rolling_metrics WHERE window_days = 28 AND as_of_date = :day",
            day=date(2026, 11, 19),
        )
    )
    assert row["new_drop_count"] == 1  # of the 28 days; the month-old one is of a day before
    assert row["observed_days"] == pytest.approx(3 + 15 / 24, abs=0.001)
    day = one(read(engine, "SELECT * FROM venue_metrics WHERE window_date = '2026-10-16'"))
    assert day["new_drop_count"] == 1  # counted where it opened, though nobody was looking


@pytest.mark.parametrize("is_ticked_between", [False, True])
def test_an_opening_that_is_sent_after_its_closing_says_that_somebody_looked(
    engine, is_ticked_between
):
    closing = closed(MORNING + timedelta(hours=1), EARLIER)
    last = MORNING + timedelta(days=1)
    deliver(engine, new_drop(EARLIER), closing, new_drop(last))
    tick(engine, SETTINGS, last)
    in_order = derived(engine)
    forget_everything(engine)
    deliver(engine, closing, new_drop(last))
    if is_ticked_between:
        tick(engine, SETTINGS, last)
    deliver(engine, new_drop(EARLIER))
    tick(engine, SETTINGS, last)
    assert differences(derived(engine), in_order) == []


def test_a_table_that_went_during_an_outage_is_not_a_table_that_lasted(engine):
    slot_at = at("2026-11-20 00:00")  # 7 pm in New York: prime
    opened = OUTAGE[0] - timedelta(minutes=10)
    deliver(
        engine,
        new_drop(opened, slot_at=slot_at),
        closed(OUTAGE[1], opened, slot_at=slot_at),
    )
    last = MORNING + timedelta(days=4)
    deliver_scans(engine, *looks(MORNING, last, outage=OUTAGE))
    tick(engine, SETTINGS, last)
    row = read(
        engine, "SELECT * FROM venue_rolling_metrics WHERE window_days = 7 ORDER BY as_of_date"
    )[-1]
    assert row["closed_count"] == 1
    assert row["avg_drop_duration_seconds"] == 6 * 3600 + 600
    assert row["typical_open_seconds"] is None  # it was last seen after ten minutes, still open
    assert row["lasting_rate"] == 1.0


def test_the_same_closing_with_nobody_missing_counts_as_taken(engine):
    slot_at = at("2026-11-20 00:00")
    opened = OUTAGE[0] - timedelta(minutes=10)
    deliver(
        engine,
        new_drop(opened, slot_at=slot_at),
        closed(OUTAGE[1], opened, slot_at=slot_at),
    )
    last = MORNING + timedelta(days=4)
    deliver_scans(engine, *looks(MORNING, last))
    tick(engine, SETTINGS, last)
    row = read(
        engine, "SELECT * FROM venue_rolling_metrics WHERE window_days = 7 ORDER BY as_of_date"
    )[-1]
    assert row["typical_open_seconds"] == 6 * 3600 + 600
    assert row["seen_closed_count"] == 1


def test_ticks_along_a_watched_week_give_what_one_rescore_gives(engine):
    world = replace(
        flat_world(seed=4, first_date=date(2026, 3, 2), weeks=2, n_venues=5, untaken_share=0.2),
        outages=(Outage(at("2026-03-07 20:00"), at("2026-03-08 09:30")),),
    )
    deliver_world(engine, world, VENUES, venues(world))
    moments = [at("2026-03-06 12:00")]
    # Across an outage, a night of 23 hours, and hours that end between two deliveries.
    for minutes in (7, 50, 65, 600, 20, 1500, 61, 1440):
        moments.append(moments[-1] + timedelta(minutes=minutes))
    start = world.start_at
    for moment in moments:
        deliver_world(engine, world, SCANS, scans(world, start, moment))
        deliver_world(engine, world, DROPS, drop_events(world, start, moment))
        tick(engine, SETTINGS, moment)
        start = moment
    ticked = derived(engine)
    assert ticked["venue_metrics"]
    assert ticked["venue_rolling_metrics"]
    forget_derived(engine)
    rescore(engine, SETTINGS, moments[-1])
    assert derived(engine) == ticked


def deliver_world(engine, world, format, table):
    key = f"{world.market_id} {format.kind} {table.num_rows} {table.slice(0, 1)}"
    delivery = Delivery(format, lambda: [table], key, key, "simulated")
    received_at = at("2026-11-20 18:00")
    if format is SCANS:
        accept_scans(engine, delivery, received_at=received_at)
    elif format is VENUES:
        accept_venues(engine, delivery, received_at=received_at)
    else:
        accept_drops(engine, delivery, received_at=received_at, max_lead_days=400)


def coverage_rows(engine):
    return {
        row["window_date"]: row["value_json"]
        for row in read(
            engine,
            "SELECT * FROM market_metrics WHERE metric_type = 'coverage' ORDER BY window_date",
        )
    }


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Kathmandu", "America/New_York"])
def test_a_day_watched_all_through_is_whole_in_zones_off_by_half_an_hour(engine, zone):
    deliver_venues(engine, {"venue_id": "v", "market": "m", "timezone": zone})
    first = at("2026-11-10 12:00")
    deliver(engine, new_drop(first))
    deliver_scans(engine, *looks(first, first + timedelta(days=4), market_id="m"))
    for hours in (30, 36, 42, 48, 72, 96):
        tick(engine, SETTINGS, first + timedelta(hours=hours))
    shares = [coverage_rows(engine)[date(2026, 11, day)]["coverage_rate"] for day in (11, 12, 13)]
    assert shares == [1.0, 1.0, 1.0]


def test_a_market_whose_every_scan_failed_was_not_watched(engine):
    deliver(
        engine, *(new_drop(EARLIER + timedelta(days=back), slot_id=f"{back}") for back in range(9))
    )
    failed = (scan(EARLIER + timedelta(hours=hours), ok=False) for hours in range(-1, 24 * 9))
    deliver_scans(engine, *failed)
    tick(engine, SETTINGS, EARLIER + timedelta(days=9))
    rows = read(engine, "SELECT * FROM venue_rolling_metrics WHERE window_days = 7")
    assert {(row["observed_days"], row["scarcity_score"]) for row in rows} == {(0.0, None)}
    assert not any(row["is_coverage_assumed"] for row in rows)


def test_days_before_the_first_scan_say_that_their_coverage_is_assumed(engine):
    first_scan = EARLIER + timedelta(days=12)
    deliver(
        engine, *(new_drop(EARLIER + timedelta(days=day), slot_id=f"{day}") for day in range(20))
    )
    last = EARLIER + timedelta(days=19)
    deliver_scans(engine, *looks(first_scan, last, every=timedelta(minutes=60)))
    tick(engine, SETTINGS, last)
    says = {
        day: (value["is_coverage_assumed"], value["coverage_rate"])
        for day, value in coverage_rows(engine).items()
    }
    assert says[date(2026, 10, 20)] == (True, 1.0)
    assert says[date(2026, 11, 2)] == (False, pytest.approx(1 / 60))
    windows = {
        (row["as_of_date"], row["window_days"]): row["is_coverage_assumed"]
        for row in read(engine, "SELECT * FROM venue_rolling_metrics")
    }
    assert windows[date(2026, 11, 4), 28]
    assert not windows[date(2026, 11, 4), 7]


def test_drops_after_the_last_look_fall_on_days_that_nobody_watched(engine):
    deliver_scans(engine, *looks(EARLIER, EARLIER + timedelta(days=2), every=timedelta(minutes=1)))
    deliver(
        engine, *(new_drop(EARLIER + timedelta(days=day), slot_id=f"{day}") for day in range(6))
    )
    now = EARLIER + timedelta(days=6)
    tick(engine, SETTINGS, now)
    ticked = coverage_rows(engine)
    assert ticked[date(2026, 10, 17)]["coverage_rate"] == 1.0
    assert ticked[date(2026, 10, 21)] == {"coverage_rate": 0.0, "is_coverage_assumed": False}
    market = one(status(engine, now=now, retention_days=21).markets)
    assert not market.is_coverage_assumed
    assert market.coverage_rate < 0.5


def test_a_table_whose_time_passed_unwatched_did_not_outlast_the_outage(engine):
    """It was last seen half a minute after it opened; sealing does not change that."""
    slot_at = at("2026-11-16 23:30")  # 6:30 pm in New York: prime
    outage = (slot_at - timedelta(hours=1), slot_at + timedelta(hours=5))
    opened = outage[0] - timedelta(seconds=30)
    deliver(
        engine,
        new_drop(MORNING, slot_at=slot_at),
        closed(MORNING + timedelta(seconds=45), MORNING, slot_at=slot_at),
        new_drop(opened, slot_id="unseen", slot_at=slot_at),
    )
    last = MORNING + timedelta(days=4)
    deliver_scans(engine, *looks(MORNING, last, outage=outage))
    tick(engine, SETTINGS, last)
    before = derived(engine)
    row = before["venue_rolling_metrics"][-1]
    assert (row["catchable_drops"], row["lasting_rate"]) == (2, 0.0)
    now = MORNING + timedelta(days=40)
    tick(engine, SETTINGS, now)
    before = derived(engine)
    assert date(2026, 11, 16) in {sealed.day for sealed in seal(engine, SETTINGS, now).sealed}
    assert derived(engine) == before
    forget_derived(engine)
    rescore(engine, SETTINGS, now)
    assert derived(engine) == before
    assert_sound(engine)


def test_a_bucket_looked_at_last_after_an_outage_does_not_make_its_tables_last(engine):
    """Looking begins again at 21:00; the table's own bucket is looked at a minute later."""
    slot_at = at("2026-11-20 00:00")
    opened = OUTAGE[0] - timedelta(minutes=10)
    noticed = OUTAGE[1] + timedelta(minutes=1, seconds=20)
    deliver(engine, new_drop(opened, slot_at=slot_at), closed(noticed, opened, slot_at=slot_at))
    last = MORNING + timedelta(days=4)
    deliver_scans(engine, *looks(MORNING, last, outage=OUTAGE))
    tick(engine, SETTINGS, last)
    row = derived(engine)["venue_rolling_metrics"][-1]
    assert (row["closed_count"], row["seen_closed_count"]) == (1, 0)
    assert row["typical_open_seconds"] is None

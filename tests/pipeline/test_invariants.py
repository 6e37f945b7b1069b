"""Invariants of DESIGN.md over small generated worlds, held against a reference of plain Python.

A world is some slots of five venues in four zones, on days around the changes of their clocks and
around an ISO new year; each slot opens once or several times, and each drop is closed, runs out, or
stays open. It is delivered in order and at once, or shuffled, split, repeated, with ticks between.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import fmean, median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.seal import seal
from pipeline.tick import rescore, tick
from tests.factories import (
    SETTINGS,
    Event,
    assert_sound,
    at,
    closed,
    contents,
    deliver,
    deliver_scans,
    deliver_venues,
    derived,
    differences,
    forget_derived,
    forget_everything,
    new_drop,
    outcome,
    read,
    rollup,
    scan,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

ZONES = {
    "nyc": "America/New_York",
    "berlin": "Europe/Berlin",
    "howe": "Australia/Lord_Howe",
    "kathmandu": "Asia/Kathmandu",
}
VENUES = {
    "ny/1": ("nyc", "SoHo"),
    "ny/2": ("nyc", None),
    "berlin": ("berlin", "Mitte"),
    "howe": ("howe", "Lagoon"),
    "kathmandu": ("kathmandu", "Thamel"),
}
# Instants around which the worlds happen: clocks go back and forth, years end.
ANCHORS = [
    at("2026-03-08 07:00"),  # New York, 02:00 becomes 03:00
    at("2025-11-02 06:00"),  # New York, 02:00 becomes 01:00
    at("2026-03-29 01:00"),  # Berlin, forward
    at("2025-10-26 01:00"),  # Berlin, back
    at("2025-10-04 15:30"),  # Lord Howe, half an hour forward
    at("2026-04-04 15:00"),  # Lord Howe, half an hour back
    at("2021-01-03 12:00"),  # the last day of 2020-W53
    at("2025-12-31 20:00"),
]


@dataclass(frozen=True)
class Drop:
    venue_id: str
    slot_id: str
    slot_at: datetime
    opened_at: datetime
    ended_at: datetime | None
    reopened_at: datetime | None
    party_size: int | None
    names_its_opening: bool

    def events(self) -> list[Event]:
        facts = {"venue_id": self.venue_id, "slot_id": self.slot_id, "slot_at": self.slot_at}
        if self.party_size is not None:
            facts["party_size"] = self.party_size
        events = [new_drop(self.opened_at, **facts)]
        if self.ended_at is not None:
            opened_at = self.opened_at if self.names_its_opening else None
            events.append(closed(self.ended_at, opened_at, **facts))
        return events


@st.composite
def slots(draw: st.DrawFn, anchor: datetime) -> list[Drop]:
    """The drops of one slot, one after the other."""
    venue_id = draw(st.sampled_from(list(VENUES)))
    opened_at = anchor + draw(st.integers(-36 * 60, 30 * 60)) * MINUTE
    opened_at -= draw(st.sampled_from([0, 0, 0, 3, 40])) * DAY
    slot_at = opened_at + draw(st.sampled_from([1, 59, 60, 600, 1_441, 5_000, 14_400])) * MINUTE
    slot_id = f"{venue_id} {slot_at.isoformat()} {opened_at.isoformat()}"
    party_size = draw(st.sampled_from([None, 2, 4]))
    moments = [opened_at]
    for _ in range(draw(st.integers(0, 2))):
        moments.append(moments[-1] + draw(st.sampled_from([1, 30, 400, 1_500])) * MINUTE)
    moments = [moment for moment in moments if moment < slot_at]
    drops = []
    for number, moment in enumerate(moments):
        reopened_at = moments[number + 1] if number + 1 < len(moments) else None
        seconds = draw(st.none() | st.sampled_from([0, 1, 59, 60, 61, 900, 90_000]))
        ended_at = moment + timedelta(seconds=seconds) if seconds is not None else None
        if draw(st.booleans()) and ended_at is not None:
            ended_at += timedelta(microseconds=999_999)
        if ended_at is not None and reopened_at is not None and ended_at >= reopened_at:
            ended_at = None
        names_its_opening = len(moments) > 1 or draw(st.booleans())
        drops.append(
            Drop(
                venue_id,
                slot_id,
                slot_at,
                moment,
                ended_at,
                reopened_at,
                party_size,
                names_its_opening,
            )
        )
    return drops


@dataclass(frozen=True)
class World:
    anchor: datetime
    drops: list[Drop]

    @property
    def now(self) -> datetime:
        return self.anchor + 56 * HOUR

    def events(self) -> list[Event]:
        events = [event for drop in self.drops for event in drop.events()]
        return sorted(events, key=lambda event: (event["occurred_at"], event["event_type"]))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    anchor = draw(st.sampled_from(ANCHORS))
    found = draw(
        st.lists(slots(anchor), min_size=1, max_size=8, unique_by=lambda drops: drops[0].slot_id)
    )
    return World(anchor, [drop for drops in found for drop in drops])


@dataclass(frozen=True)
class Disorder:
    """How a world's events come in: cut at these places, with ticks at these offsets between."""

    order: list[int]
    cuts: list[int]
    repeated: list[int]
    ticks: list[int | None]


@st.composite
def disordered(draw: st.DrawFn, worlds: st.SearchStrategy[World]) -> tuple[World, Disorder]:
    world = draw(worlds)
    number = len(world.events())
    deliveries = draw(st.integers(1, 4))
    return world, Disorder(
        order=draw(st.just(list(range(number))) | st.permutations(range(number))),
        cuts=sorted(draw(st.integers(0, number)) for _ in range(deliveries - 1)),
        repeated=draw(st.lists(st.integers(0, number - 1), max_size=6)),
        ticks=[draw(st.none() | st.integers(-40, 80)) for _ in range(deliveries)],
    )


def deliver_disordered(engine, world: World, disorder: Disorder) -> None:
    events = world.events()
    order = [events[index] for index in disorder.order]
    edges = [0, *disorder.cuts, len(order)]
    repeated = [events[index] for index in disorder.repeated]
    for begin, end, hours in zip(edges, edges[1:], disorder.ticks, strict=False):
        deliver(engine, *order[begin:end], *repeated, received_at=world.now)
        if hours is not None:
            tick(engine, SETTINGS, world.anchor + hours * HOUR)


@pytest.fixture
def zoned(engine):
    """A database that knows the venues of these worlds."""
    deliver_venues(
        engine,
        *(
            {
                "venue_id": venue_id,
                "market": market_id,
                "timezone": ZONES[market_id],
                "neighborhood": neighborhood,
            }
            for venue_id, (market_id, neighborhood) in VENUES.items()
        ),
    )
    return engine


def quick(examples: int):
    """The database is emptied by the test itself, so one of them serves all its examples.

    An example takes a second or two: a failing one is shown as it was found, not made smaller.
    """
    return settings(
        max_examples=examples,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


# --- the reference: no project code ---------------------------------------------------------------


def local(instant: datetime, venue_id: str) -> datetime:
    return instant.astimezone(ZoneInfo(ZONES[VENUES[venue_id][0]]))


def what_became_of(drop: Drop, now: datetime) -> str:
    if drop.ended_at is not None:
        return "closed" if drop.ended_at < drop.slot_at else "expired"
    return "expired" if drop.reopened_at is not None or drop.slot_at <= now else "open"


def expected_venue_days(drops: list[Drop], now: datetime) -> dict[tuple[str, date], dict]:
    days: dict[tuple[str, date], list[Drop]] = defaultdict(list)
    for drop in drops:
        days[drop.venue_id, local(drop.opened_at, drop.venue_id).date()].append(drop)
    expected = {}
    for key, of_day in days.items():
        fates = Counter(what_became_of(drop, now) for drop in of_day)
        seconds = [
            (drop.ended_at - drop.opened_at) // timedelta(seconds=1)
            for drop in of_day
            if what_became_of(drop, now) == "closed"
        ]
        prime = sum(18 <= local(drop.slot_at, drop.venue_id).hour < 21 for drop in of_day)
        expected[key] = {
            "new_drop_count": len(of_day),
            "closed_count": fates["closed"],
            "expired_count": fates["expired"],
            "open_count": fates["open"],
            "prime_time_drops": prime,
            "off_peak_drops": len(of_day) - prime,
            "avg_drop_duration_seconds": fmean(seconds) if seconds else None,
            "median_drop_duration_seconds": median(seconds) if seconds else None,
        }
    return expected


def expected_rollup(drops: list[Drop]) -> list[tuple]:
    """Each drop's cell and the minute of day it opened in."""
    rows = []
    for drop in drops:
        opened, slot = local(drop.opened_at, drop.venue_id), local(drop.slot_at, drop.venue_id)
        minute = opened.hour * 60 + opened.minute
        party_size = drop.party_size or 0
        rows.append((drop.venue_id, opened.date(), slot.date(), slot.hour, party_size, minute))
    return sorted(rows)


def venue_days(engine) -> dict[tuple[str, date], dict]:
    names = next(iter(expected_venue_days(A_DROP, at("2026-01-01 00:00")).values())).keys()
    return {
        (row["venue_id"], row["window_date"]): {name: row[name] for name in names}
        for row in contents(engine, "venue_metrics")
    }


A_DROP = [Drop("ny/1", "s", ANCHORS[0] + DAY, ANCHORS[0], None, None, None, True)]


# --- invariants -----------------------------------------------------------------------------------


@quick(20)
@given(disordered(worlds()))
def test_any_order_split_repetition_and_ticks_between_give_the_reference(zoned, given_world):
    """Invariants 1, 2, 6, 7 and 8."""
    world, disorder = given_world
    forget_everything(zoned)
    deliver_disordered(zoned, world, disorder)
    tick(zoned, SETTINGS, world.now)
    assert_sound(zoned)
    disordered_rollup, disordered_rows = rollup(zoned), derived(zoned)

    assert venue_days(zoned) == expected_venue_days(world.drops, world.now)
    assert sorted(
        (*key, minute)
        for row in disordered_rollup
        for key in [tuple(row[name] for name in list(row)[:5])]
        for minute in row["opened_minutes"]
    ) == expected_rollup(world.drops)
    for row in disordered_rollup:
        ended = len(row["closed_seconds"]) + len(row["censored_seconds"])
        assert len(row["opened_minutes"]) >= ended
    assert_markets_are_sums_of_venues(zoned, world)

    forget_everything(zoned)
    deliver(zoned, *world.events(), received_at=world.now)
    tick(zoned, SETTINGS, world.now)
    assert rollup(zoned) == disordered_rollup
    assert "\n".join(differences(disordered_rows, derived(zoned))) == ""


def assert_markets_are_sums_of_venues(engine, world: World) -> None:
    markets = read(engine, "SELECT * FROM market_metrics ORDER BY market_id, window_date")
    totals, by_hour, by_weekday = (
        {
            (row["market_id"], row["window_date"]): row["value_json"]
            for row in markets
            if row["metric_type"] == metric_type
        }
        for metric_type in ("daily_totals", "by_hour", "by_weekday")
    )
    of_day: dict[tuple[str, date], list[Drop]] = defaultdict(list)
    for drop in world.drops:
        market_id = VENUES[drop.venue_id][0]
        of_day[market_id, local(drop.opened_at, drop.venue_id).date()].append(drop)
    assert set(totals) == set(of_day) == set(by_hour)
    for key, drops in of_day.items():
        fates = Counter(what_became_of(drop, world.now) for drop in drops)
        seconds = [
            (drop.ended_at - drop.opened_at) // timedelta(seconds=1)
            for drop in drops
            if what_became_of(drop, world.now) == "closed"
        ]
        assert totals[key]["total_new_drops"] == len(drops)
        assert totals[key]["total_closed"] == fates["closed"]
        assert totals[key]["total_expired"] == fates["expired"]
        assert totals[key]["total_open"] == fates["open"]
        assert totals[key]["venue_count"] == len({drop.venue_id for drop in drops})
        assert totals[key]["prime_time_drops"] + totals[key]["off_peak_drops"] == len(drops)
        assert totals[key]["median_drop_duration_seconds"] == (median(seconds) if seconds else None)
        assert totals[key]["avg_drop_duration_seconds"] == (
            pytest.approx(fmean(seconds), rel=1e-9) if seconds else None
        )
        for clock, moment in (("opened_hour", "opened_at"), ("slot_hour", "slot_at")):
            hours = Counter(local(getattr(drop, moment), drop.venue_id).hour for drop in drops)
            kept = {row["hour"]: row["new_drops"] for row in by_hour[key][clock]}
            assert kept == hours
    for (market_id, day), value in by_weekday.items():
        expected: Counter[int] = Counter()
        for (other, opened_date), drops in of_day.items():
            if other == market_id and day - 27 * DAY <= opened_date <= day:
                expected[opened_date.isoweekday()] += len(drops)
        kept = Counter({row["iso_weekday"]: row["new_drops"] for row in value["weekdays"]})
        assert kept == expected


@quick(20)
@given(disordered(worlds()), st.lists(st.integers(-60, 120), max_size=3), st.integers(0, 130 * 24))
def test_ticks_one_after_the_other_equal_a_rescore(zoned, given_world, more_ticks, last_hours):
    """Whatever `now` each tick had, the last one leaves what a rebuild at its `now` makes."""
    world, disorder = given_world
    forget_everything(zoned)
    deliver_disordered(zoned, world, disorder)
    for hours in [*more_ticks, last_hours]:
        tick(zoned, SETTINGS, world.anchor + hours * HOUR)
    ticked = derived(zoned)
    forget_derived(zoned)
    rescore(zoned, SETTINGS, world.anchor + last_hours * HOUR)
    assert "\n".join(differences(ticked, derived(zoned))) == ""
    assert_sound(zoned)


@quick(10)
@given(disordered(worlds()), st.booleans())
def test_sealing_changes_no_derived_row(zoned, given_world, is_ticked_before):
    """Invariants 1, 3 and 7, and what comes late changes nothing either."""
    world, disorder = given_world
    later = world.anchor + 45 * DAY
    forget_everything(zoned)
    deliver_disordered(zoned, world, disorder)
    if is_ticked_before:
        tick(zoned, SETTINGS, world.now)
    forget_derived(zoned)
    rescore(zoned, SETTINGS, later)
    before = derived(zoned)

    result = seal(zoned, SETTINGS, later)
    assert "\n".join(differences(before, derived(zoned))) == ""
    assert_sound(zoned)
    assert result.held == ()
    assert contents(zoned, "drop_events") == []
    assert sum(day.rows_pruned for day in result.sealed) == 2 * len(world.drops)
    for row in rollup(zoned):
        ended = len(row["closed_seconds"]) + len(row["censored_seconds"])
        assert len(row["opened_minutes"]) == ended
    assert venue_days(zoned) == expected_venue_days(world.drops, later)

    events = [event for event in world.events() if "opened_at" in event]
    late = deliver(zoned, *events, received_at=later)
    assert outcome(late) == {"late": len(events)}
    tick(zoned, SETTINGS, later)
    assert "\n".join(differences(before, derived(zoned))) == ""
    assert_sound(zoned)


@quick(10)
@given(
    disordered(worlds()),
    st.lists(
        st.tuples(
            st.sampled_from(list(ZONES)),
            st.integers(-72 * 4, 56 * 4),
            st.booleans(),
            st.integers(1, 3),
        ),
        min_size=1,
        max_size=40,
    ),
)
def test_scans_in_any_order_and_after_any_tick_give_the_same(zoned, given_world, looks):
    """A scan that comes after its hours were scored counts like one that came in time."""
    world, disorder = given_world
    batches = defaultdict(list)
    for market_id, quarters, ok, batch in looks:
        moment = world.anchor + quarters * 15 * MINUTE
        batches[batch].append(scan(moment, market_id=market_id, ok=ok))
    forget_everything(zoned)
    for batch in sorted(batches):
        deliver_scans(zoned, *batches[batch], received_at=world.now)
        if batch == 1:
            deliver_disordered(zoned, world, disorder)
        tick(zoned, SETTINGS, world.now - batch * HOUR)
    if 1 not in batches:
        deliver_disordered(zoned, world, disorder)
    tick(zoned, SETTINGS, world.now)
    ticked, hours = derived(zoned), contents(zoned, "scan_rollup")
    assert_sound(zoned)

    forget_everything(zoned)
    for batch in sorted(batches, reverse=True):
        deliver_scans(zoned, *reversed(batches[batch]), received_at=world.now)
    deliver(zoned, *world.events(), received_at=world.now)
    tick(zoned, SETTINGS, world.now)
    assert contents(zoned, "scan_rollup") == hours
    assert "\n".join(differences(ticked, derived(zoned))) == ""

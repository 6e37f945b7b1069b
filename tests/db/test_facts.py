"""Facts of a known world: what may be said of venues and market; a prune changes none."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from db import insights
from db.engine import Engine
from metrics.facts import Fact, Verdict
from pipeline.seal import seal
from pipeline.tick import rescore, tick
from tests.factories import deliver_scans, execute, read, scan
from tests.seeding import NEW_YORK, NOW, SETTINGS, TODAY, VENUES, drop, seed, weeks_of_drops

YESTERDAY = TODAY - timedelta(days=1)
VENUE_FACTS = [
    "typical_open_time",
    "catchable",
    "tier",
    "rank",
    "fully_booked",
    "trend",
    "week_over_week",
    "release_clock",
]


def of_venue(engine: Engine, venue_id: str, as_of=YESTERDAY, now=NOW, **asked) -> dict[str, Fact]:
    return {
        fact.kind: fact for fact in insights.venue_facts(engine, venue_id, as_of, now=now, **asked)
    }


def lunches() -> Iterator[dict[str, object]]:
    """Tables at noon that last two minutes, give or take."""
    for number in range(28 * 5):
        day = TODAY - timedelta(days=1 + number // 5)
        opened_at = datetime.combine(day, time(10, number % 5), NEW_YORK)
        slot_at = datetime.combine(day + timedelta(days=5), time(12), NEW_YORK)
        yield from drop("lunch", opened_at, slot_at=slot_at, seconds=100 + number * 7 % 41)


def of_market(engine: Engine, as_of=YESTERDAY, now=NOW) -> dict[str, Fact]:
    return {fact.kind: fact for fact in insights.market_facts(engine, "nyc", as_of, now=now)}


def test_a_venue_is_spoken_of_in_the_numbers_that_are_stored(engine):
    seed(engine, [*weeks_of_drops(), *lunches()])
    lunch = of_venue(engine, "lunch")["typical_open_time"]
    assert lunch.printable == "Slots at lunch usually last about 2 minutes"
    assert lunch.n == 28 * 5
    facts = of_venue(engine, "plenty")
    assert list(facts) == VENUE_FACTS
    row = insights.ranking(engine, "nyc", YESTERDAY, 28).set_index("venue_id").loc["plenty"]
    typical = facts["typical_open_time"]
    assert (typical.number, typical.n) == (row.typical_open_seconds, row.new_drop_count)
    catchable = facts["catchable"]
    assert catchable.number == row.catchable_per_week
    assert catchable.interval == (row.catchable_lower, row.catchable_upper)
    assert facts["tier"].printable == "plenty is gettable"
    assert facts["rank"].number == row["rank"] == 6
    assert facts["rank"].interval == (row.rank_lower, row.rank_upper)
    booked = facts["fully_booked"]
    assert (booked.number, booked.n) == (row.fully_booked_rate, 28)
    clock = facts["release_clock"]
    assert clock.printable == "plenty releases tables at 10:02 am, five days ahead"
    assert clock.context.first_date == TODAY - timedelta(days=28)  # the market's first day
    for fact in facts.values():
        assert fact.context.coverage is not None
        assert fact.context.coverage.is_assumed
        assert "coverage assumed" in fact.source_line


def test_the_link_leads_to_the_venue_with_its_window(engine):
    seed(engine, [*drop("a&b/c?", NOW - timedelta(days=3), seconds=90)])
    link = urlsplit(of_venue(engine, "a&b/c?", window_days=14)["tier"].context.permalink)
    assert link.path == "/venue"
    asked = parse_qs(link.query)
    assert asked == {"venue": ["a&b/c?"], "to": [str(YESTERDAY)], "over": ["14"]}


@pytest.mark.world("weeks")
def test_a_day_that_was_not_scored_is_spoken_of_as_the_last_one_that_was(engine):
    facts = of_venue(engine, "plenty", TODAY + timedelta(days=30))
    assert facts["tier"].context.last_date == TODAY
    assert insights.venue_facts(engine, "plenty", TODAY - timedelta(days=400), now=NOW) == []
    with pytest.raises(insights.UnknownVenueError):
        insights.venue_facts(engine, "nobody", TODAY, now=NOW)


def test_little_watching_is_said_and_not_printed(engine):
    seed(engine, [*drop("v", NOW - timedelta(days=2)), *drop("w", NOW - timedelta(days=1))])
    facts = of_venue(engine, "v", TODAY)
    assert {fact.verdict for fact in facts.values()} == {Verdict.DO_NOT_PRINT}
    assert all(fact.reason for fact in facts.values())
    assert facts["rank"].sentence == "v is not ranked"


@pytest.mark.world("weeks")
def test_a_venue_without_drops_in_90_days_has_facts_that_say_so(engine):
    execute(engine, "INSERT INTO venues VALUES ('silent', 'nyc', 'Silent')")
    facts = of_venue(engine, "silent")
    assert list(facts) == VENUE_FACTS
    assert facts["typical_open_time"].reason == "no drops in this window"
    assert facts["catchable"].verdict is Verdict.DO_NOT_PRINT


def test_the_trend_of_a_venue_is_the_one_in_the_table(engine):
    events = []
    for week in range(12):
        day = TODAY - timedelta(days=3 + 7 * week)
        for venue_id, number in (("falling", 4 + 2 * week), ("level", 6)):
            for minute in range(number):
                opened_at = datetime.combine(day, time(10, minute), NEW_YORK)
                slot_at = datetime.combine(day + timedelta(days=5), time(19), NEW_YORK)
                events += drop(venue_id, opened_at, slot_at=slot_at, seconds=600)
    events += drop("level", NOW - timedelta(hours=1), seconds=60)
    seed(engine, events)
    row = insights.trends(engine, "nyc", TODAY).set_index("venue_id").loc["falling"]
    fact = of_venue(engine, "falling", TODAY)["trend"]
    assert (row["label"], fact.number) == ("getting harder", row["change_per_week"])
    assert fact.printable is not None
    assert fact.printable.startswith("falling is getting harder: about ")
    assert fact.context.last_date == row["as_of_date"]
    level = of_venue(engine, "level", TODAY)
    assert level["trend"].printable is None
    # The clock is read over 90 days, of which the market has 81.
    assert level["release_clock"].context.first_date == TODAY - timedelta(days=80)
    rolling = insights.venue_rolling_metrics(engine, now=NOW, window_days=28)
    found = rolling.set_index("venue_id").loc["falling"]
    assert found["trend_label"] == "getting harder"
    assert found["trend_change_per_week"] == row["change_per_week"]
    assert found["trend_as_of_date"] == row["as_of_date"]


def test_the_market_is_spoken_of_by_supply_spikes_and_weeks(engine):
    spiking = TODAY - timedelta(days=3)
    events = list(weeks_of_drops(60))
    for number in range(60):
        events += drop("crowd", datetime.combine(spiking, time(11, number), NEW_YORK), seconds=600)
    seed(engine, [*events, *drop("crowd", NOW - timedelta(hours=1), seconds=60)])
    facts = insights.market_facts(engine, "nyc", YESTERDAY, now=NOW)
    kinds = [fact.kind for fact in facts]
    assert kinds == ["tightness", "spike", "spike", "week_over_week"]
    assert facts[0].printable is None  # nobody sends scans
    spike, calm = facts[1:3]
    assert spike.printable is not None
    assert spike.printable.startswith(f"{spike.n} tables opened in {_market_name(engine)} on Fri")
    assert (spike.context.first_date, spike.verdict) == (spiking, Verdict.PRINT)
    assert (calm.context.first_date, calm.printable) == (YESTERDAY, None)
    assert facts[3].context.first_date == YESTERDAY - timedelta(days=13)
    week = insights.week_over_week(engine, market_id="nyc", as_of=YESTERDAY, now=NOW)
    assert week is not None
    assert week.ratio is not None
    assert facts[3].number == week.ratio.ratio


@pytest.mark.world("weeks")
def test_tightness_names_its_weekday_and_hour(engine):
    looks = [
        scan(
            datetime.combine(YESTERDAY - timedelta(days=7 * week), time(hour), NEW_YORK),
            available_slots=5 + 3 * week,
        )
        for week in range(8)
        for hour in (19, 20, 21)
    ]
    execute(engine, "UPDATE markets SET poll_interval_seconds = 3600")
    deliver_scans(engine, *looks, received_at=NOW)
    tick(engine, SETTINGS, NOW)
    fact = of_market(engine)["tightness"]
    assert fact.sentence.startswith("On Sun, Nov 22 at 7 pm ")
    assert fact.sentence.endswith(" was tighter than 7 of the last 7 Sundays at that hour")
    assert fact.number == 1.0


@pytest.mark.world("weeks")
def test_facts_are_json(engine):
    found = [insights.fact_as_json(fact) for fact in of_venue(engine, "barely").values()]
    assert orjson.loads(orjson.dumps(found))[0]["kind"] == "typical_open_time"
    assert all(fact["first_date"] <= fact["last_date"] for fact in found)
    printable = [fact["printable"] for fact in found if fact["verdict"] != "do not print"]
    assert all(printable)


@pytest.mark.world("weeks")
def test_a_prune_changes_no_fact(engine):
    later = NOW + timedelta(days=45)
    tick(engine, SETTINGS, later)

    def everything() -> list[Fact]:
        return [
            *(
                fact
                for venue_id in VENUES
                for fact in insights.venue_facts(engine, venue_id, YESTERDAY, now=later)
            ),
            *insights.market_facts(engine, "nyc", YESTERDAY, now=later),
        ]

    before = everything()
    assert len(before) == len(VENUES) * len(VENUE_FACTS) + 3
    assert sum(fact.printable is not None for fact in before) > 10
    assert seal(engine, SETTINGS, later).sealed
    assert read(engine, "SELECT count(*) AS n FROM drop_events") == [{"n": 0}]
    assert everything() == before
    rescore(engine, SETTINGS, later)
    assert everything() == before


def _market_name(engine: Engine) -> str:
    return str(read(engine, "SELECT name FROM markets WHERE market_id = 'nyc'")[0]["name"])

"""Editions of simulated weeks whose story is known, through the real path."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import editions
from charts.edition_files import text_files
from db import digests, insights
from editions import Printed
from metrics.by_users import ShareByUsers
from metrics.calendar import IsoWeek, local_day_start
from metrics.facts import FactContext
from metrics.newsworthiness import Newsworthiness
from metrics.version import FORMULA_VERSION
from metrics.week_facts import bookings_fact
from pipeline.digest import WeekNotOverError, build_editions
from pipeline.digest.freeze import changes, frozen_facts, notices
from pipeline.seal import seal
from pipeline.simulate import Outage, Spike, World
from pipeline.tick import tick
from tests import digest_worlds as worlds
from tests.factories import execute, read
from tests.seeding import NOW, drop, seed

GOLDEN = Path(__file__).parent / "golden"
MARKET = "nyc-demo"


def build(engine, now=worlds.AFTER, week=worlds.WEEK):
    return build_editions(engine, worlds.SETTINGS, now, week=week)


def public(built) -> digests.Edition:
    return next(one.edition for one in built if one.edition.audience == "public")


def news(edition: digests.Edition) -> list[str]:
    return [item["key"] for item in edition.facts["items"] if item["is_news"]]


def assert_golden(edition: digests.Edition, name: str) -> None:
    """The frozen facts are those of the file, number by number; formulas may have a newer version,
    as long as it moves none of them."""
    expected = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")
    version = f'"method_version": {FORMULA_VERSION}'
    made = editions.facts_json(Printed.of(edition))
    assert made == re.sub(r'"method_version": \d+', version, expected)


@pytest.mark.parametrize("name", ["spike", "quiet", "outage"])
def test_frozen_facts_are_rendered_byte_for_byte(name):
    printed = Printed(json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8")))
    assert editions.markdown(printed) == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")
    assert editions.plain_text(printed) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.world("spike")
def test_a_spike_leads_and_the_edition_outlives_pruning(engine):
    edition = public(build(engine))
    assert edition.facts["kind"] == "news"
    assert news(edition)[0] == "market_days:2026-11-13..2026-11-15"
    assert set(news(edition)) == {"market_days:2026-11-13..2026-11-15", "market_week"}
    assert 5 <= len(edition.facts["items"]) <= 8
    assert_golden(edition, "spike")
    later = worlds.AFTER + timedelta(days=40)
    assert seal(engine, worlds.SETTINGS, later).sealed
    tick(engine, worlds.SETTINGS, later)
    again = build(engine, later)
    assert [one.is_new for one in again] == [False, False]
    assert text_files(Printed.of(public(again))) == text_files(Printed.of(edition))


def test_the_same_data_in_another_order_make_the_same_edition(engine):
    worlds.load(engine, worlds.spike_world(), newest_first=True)
    assert_golden(public(build(engine)), "spike")


def test_a_quiet_week_is_called_quiet(engine):
    worlds.load(engine, worlds.world_of_a_week())
    edition = public(build(engine))
    assert news(edition) == []
    assert edition.facts["headline"].startswith("A quiet week in New York")
    assert_golden(edition, "quiet")


@pytest.mark.world("outage")
def test_an_outage_is_named_and_makes_no_news(engine):
    edition = public(build(engine))
    assert news(edition) == []
    (notice,) = edition.facts["notices"]
    assert "We did not watch all of Tue, Nov 10: about 9 of its 24 hours are missing" in notice
    assert edition.facts["comparable_days"] == 6
    assert_golden(edition, "outage")


def test_a_week_that_was_hardly_watched_says_so_and_calls_nothing_news(engine):
    world = worlds.outage_world()
    (outage,) = world.outages
    monday = outage.start_at - timedelta(days=1)
    long = type(outage)(monday, monday + timedelta(days=5))
    worlds.load(engine, worlds.world_of_a_week(outages=(long,), n_venues=4, weeks=6))
    edition = public(build(engine))
    assert edition.facts["kind"] == "not watched enough"
    assert edition.facts["headline"].startswith("Not watched enough: only one day of seven")
    assert news(edition) == []


def hours_off(days_back: range, hours: float) -> tuple[Outage, ...]:
    """From 6 am on nobody looks, on each of these days before the week's Sunday."""
    starts = [
        local_day_start(worlds.SUNDAY - timedelta(days=back), "America/New_York")
        + timedelta(hours=6)
        for back in days_back
    ]
    return tuple(Outage(start, start + timedelta(hours=hours)) for start in starts)


@pytest.mark.parametrize(
    ("outages", "left_out"),
    [
        # Six weeks at nine tenths, then whole ones: 94 % on Tuesday is more than is usual.
        ((*hours_off(range(62, 20, -1), 2.4), *hours_off(range(5, 4, -1), 1.5)), 0),
        # Six whole weeks, then three at nine tenths: no day of the week is watched as was usual.
        (hours_off(range(20, -1, -1), 2.4), 7),
    ],
)
def test_a_notice_names_the_days_that_comparisons_leave_out_and_no_others(
    engine, outages, left_out
):
    worlds.load(engine, worlds.world_of_a_week(outages=outages, n_venues=3))
    facts = public(build(engine)).facts
    assert facts["comparable_days"] == 7 - left_out
    if not left_out:
        assert facts["notices"] == []
        return
    (notice,) = facts["notices"]
    assert notice.endswith("Seven days are left out of all comparisons.")
    assert facts["headline"].startswith("Not watched enough: no day of seven can be compared")


def test_three_days_that_can_be_compared_make_no_news(engine):
    spikes = tuple(Spike(worlds.SUNDAY - timedelta(days=back), 4.0) for back in (2, 1, 0))
    world = worlds.world_of_a_week(
        spikes=spikes, outages=hours_off(range(6, 2, -1), 12), n_venues=8
    )
    worlds.load(engine, world)
    edition = public(build(engine))
    assert (edition.facts["kind"], news(edition)) == ("not watched enough", [])
    assert edition.facts["headline"].startswith("Not watched enough: only three days of seven")


def test_a_day_that_was_not_watched_whole_never_brought_the_fewest_tables(engine):
    world = worlds.world_of_a_week(outages=hours_off(range(4, 3, -1), 14), n_venues=8, weeks=1)
    worlds.load(engine, world)
    facts = public(build(engine)).facts
    counted = {day["window_date"]: day["drops"] for day in facts["days"]}
    wednesday = "2026-11-11"
    assert min(counted, key=lambda day: counted[day]) == wednesday
    del counted[wednesday]
    for name, extreme, words in (("tightest", min, "fewest"), ("loosest", max, "most")):
        fact = facts[name]
        assert fact["number"] == extreme(counted.values()) == counted[fact["first_date"]]
        assert fact["printable"].startswith("Of the six days watched whole, ")
        assert f"brought the {words} new tables in New York" in fact["printable"]
        assert "watched 97 % of the time" in fact["source_line"]


@pytest.mark.world("weeks")
def test_a_week_is_refused_until_it_is_over_in_its_market(engine):
    week = IsoWeek(2026, 47)  # Monday, Nov 16 to Sunday, Nov 22
    just_before = datetime(2026, 11, 23, 4, 59, tzinfo=UTC)  # 11:59 pm in New York
    with pytest.raises(WeekNotOverError, match=r"2026-W47 is not over in nyc.*is 2026-W46"):
        build(engine, just_before, week)
    assert public(build(engine, just_before + timedelta(minutes=1), week)).iso_week == "2026-W47"


@pytest.mark.world("weeks")
def test_a_week_without_a_drop_is_refused(engine):
    with pytest.raises(insights.NothingToTellError, match="No market had drops in 2026-W30"):
        build(engine, NOW, IsoWeek(2026, 30))
    with pytest.raises(insights.NothingToTellError, match="2026-W30 is known"):
        build_editions(engine, worlds.SETTINGS, NOW, week=IsoWeek(2026, 30), market_id="nyc")


@pytest.mark.world("weeks")
def test_a_market_without_scans_is_marked_and_not_refused(engine):
    edition = public(build(engine, NOW, IsoWeek(2026, 47)))
    assert edition.is_coverage_assumed
    assert any("is assumed" in notice for notice in edition.facts["notices"])


@pytest.mark.world("outage")
def test_a_week_in_which_the_scans_began_names_the_day_and_its_gaps(engine):
    first_scan = local_day_start(worlds.MONDAY, "America/New_York") + timedelta(hours=12)
    execute(engine, "DELETE FROM scan_rollup WHERE hour_at < :first_scan", first_scan=first_scan)
    found = notices(insights.market_week(engine, MARKET, worlds.WEEK))
    assert found[0] == (
        "The first scan came on Mon, Nov 9: that the market was watched before is assumed."
    )
    assert found[1].startswith("We did not watch all of Tue, Nov 10")


@pytest.mark.world("weeks")
def test_changed_rollups_make_a_dated_revision_and_the_first_stays(engine):
    week = IsoWeek(2026, 47)
    first = public(build(engine, NOW, week))
    more = [
        event
        for minute in range(60)
        for event in drop("twin-a", NOW - timedelta(days=3, minutes=minute), seconds=300)
    ]
    seed(engine, more, now=NOW + timedelta(days=1))
    second = public(build(engine, NOW + timedelta(days=1), week))
    assert (second.revision, str(second.revised_on)) == (2, "2026-11-24")
    assert second.changes
    kept = digests.edition(engine, "nyc", "2026-W47", "public", revision=1)
    assert text_files(Printed.of(kept)) == text_files(Printed.of(first))
    # The next week's edition tells of it, once.
    later = NOW + timedelta(days=7)
    events = drop("twin-a", NOW + timedelta(days=2), seconds=300)
    seed(engine, events, now=later)
    (correction,) = public(build(engine, later, IsoWeek(2026, 48))).facts["corrections"]
    assert (correction["iso_week"], correction["revision"]) == ("2026-W47", 2)


@pytest.mark.world("weeks")
def test_older_data_move_the_number_of_later_editions_only(engine):
    first = public(build(engine, NOW, IsoWeek(2026, 47)))
    older = drop("twin-a", NOW - timedelta(days=84), seconds=300)
    running = drop("twin-a", NOW + timedelta(days=2), seconds=300)
    later = NOW + timedelta(days=7)
    seed(engine, [*older, *running], now=later)
    again = public(build(engine, later, IsoWeek(2026, 47)))
    assert (again.number, again.facts["number"]) == (first.number, first.number) == (4, 4)
    assert public(build(engine, later, IsoWeek(2026, 48))).facts["number"] == 13


def told(name: str) -> dict:
    """The frozen facts of a golden edition, to be changed."""
    return json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))


def test_whatever_an_edition_prints_is_told_when_it_reads_otherwise():
    booked = {**told("quiet")["items"][0], "key": "bookings", "printable": "10 % led to a booking"}
    before = {**told("outage"), "conversion": [booked]}
    after = {
        **before,
        "headline": "A lively week",
        "notices": [],
        "conversion": [{**booked, "printable": "20 % led to a booking"}],
        "annotations": [
            {"first_date": "2026-11-09", "last_date": "2026-11-10", "text": "Restaurant Week"}
        ],
    }
    assert changes(before, after) == [
        {"was": before["headline"], "now": "A lively week"},
        {"was": before["notices"][0], "now": None},
        {"was": "10 % led to a booking", "now": "20 % led to a booking"},
        {"was": None, "now": "Mon, Nov 9 to Tue, Nov 10: Restaurant Week"},
    ]
    assert changes(before, before) == []
    withheld = {**after, "conversion": [{**booked, "printable": None}]}
    assert changes(after, withheld) == [{"was": "20 % led to a booking", "now": None}]


def test_a_headline_that_is_the_lead_s_sentence_is_corrected_once():
    lead = told("spike")["items"][0]
    before = {**told("spike"), "headline": lead["printable"]}
    after = {
        **before,
        "headline": "Otherwise",
        "items": [{**lead, "printable": "Otherwise"}, *before["items"][1:]],
    }
    assert changes(before, after) == [{"was": lead["printable"], "now": "Otherwise"}]


def with_bookings(engine, answer: Newsworthiness | None) -> dict:
    """The internal edition's facts of a market too young for news, with one fact on bookings."""
    context = FactContext(worlds.MONDAY, worlds.SUNDAY, None, "/funnel")
    now, before = (ShareByUsers(n, 300, 40, n / 300, None, 1.0) for n in (150, 30))
    fact = bookings_fact(now, before, (3.0, 8.0), context, days_before=28)
    return frozen_facts(
        insights.market_week(engine, "nyc", IsoWeek(2026, 47)),
        audience="internal",
        number=4,
        note=None,
        annotations=[],
        corrections=[],
        conversion=[insights.Candidate("bookings", fact, answer)],
    )


@pytest.mark.world("weeks")
def test_an_edition_counts_the_questions_that_were_judged_and_calls_news_news(engine):
    unanswered = with_bookings(engine, None)
    assert (unanswered["kind"], unanswered["asked"]) == ("too early", 0)
    text = editions.plain_text(Printed(unanswered))
    assert "No question could be asked of this week. News is" in text
    news_of_it = with_bookings(engine, Newsworthiness(0.001, True, 1.0, 1.0, 1.0, 1.0))
    assert (news_of_it["kind"], news_of_it["asked"]) == ("news", 1)
    assert news_of_it["headline"].startswith("150 of 300 alerts led to a booking")
    text = editions.plain_text(Printed(news_of_it))
    assert "One question was asked of this week. News is" in text


@pytest.mark.world("weeks")
def test_a_note_written_later_makes_a_revision(engine):
    week = IsoWeek(2026, 47)
    build(engine, NOW, week)
    digests.write_note(engine, "nyc", "2026-W47", "Thanksgiving is near.", written_at=NOW)
    edition = public(build(engine, NOW + timedelta(hours=1), week))
    assert edition.revision == 2
    assert edition.facts["note"] == "Thanksgiving is near."
    assert edition.changes == [{"was": None, "now": "Thanksgiving is near."}]


@pytest.mark.world("weeks")
def test_every_sentence_carries_what_backs_it(engine):
    facts = public(build(engine, NOW, IsoWeek(2026, 47))).facts
    named = [facts[name] for name in ("pattern", "prime", "tightest", "loosest")]
    for fact in [*facts["items"], *[fact for fact in named if fact is not None]]:
        assert fact["printable"]
        assert fact["verdict"] in ("print", "hedge")
        assert fact["permalink"].startswith("/")
        assert fact["n"] >= 0
        assert fact["first_date"] <= fact["last_date"] <= "2026-11-22"
        assert "n = " in fact["source_line"]


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Honolulu"])
def test_markets_far_east_and_west_have_their_own_week(engine, zone):
    world: World = worlds.world_of_a_week(zone=zone, n_venues=3, weeks=2)
    worlds.load(engine, world, now=worlds.AFTER + timedelta(days=1), with_scans=False)
    edition = public(build(engine, worlds.AFTER + timedelta(days=1)))
    ends = {"Pacific/Auckland": "2026-11-15T11:00:00Z", "Pacific/Honolulu": "2026-11-16T10:00:00Z"}
    assert edition.facts["as_of"] == ends[zone]
    drops = sum(day["drops"] for day in edition.facts["days"][-7:])
    counted = read(
        engine,
        "SELECT sum(cardinality(opened_minutes)) AS drops FROM drop_rollup "
        "WHERE opened_date BETWEEN '2026-11-09' AND '2026-11-15'",
    )
    assert drops == counted[0]["drops"]

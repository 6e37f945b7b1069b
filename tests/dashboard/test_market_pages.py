"""This week, Live, Timing, Market and Definitions without a browser."""

import json
from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import data
from db.engine import Engine
from metrics.definitions import CHAPTERS, definition_of
from tests.dashboard.conftest import Open
from tests.dashboard.said import pictures, small_print, text
from tests.dashboard.test_pages import SIMULATED, UNREACHABLE
from tests.dashboard.worlds import LAST_WHOLE_DAY, NOW

WEEK, LIVE, TIMING, MARKET = "week.py", "live.py", "timing.py", "market.py"
ABOUT_DATA = (WEEK, LIVE, TIMING, MARKET)
DEFINITIONS = "definitions.py"
FORMULAS = sum(len(names) for _, names in CHAPTERS)


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands where the demo-like data end."""
    monkeypatch.setattr(data, "now", lambda: NOW)


def copyable_sentences(page: AppTest) -> list[str]:
    return [
        row["sentence"]
        for element in page.get("bidi_component")
        if element.proto.component_name.endswith("copyable_sentences")
        for row in json.loads(element.proto.json)
    ]


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize("name", ABOUT_DATA)
def test_a_page_says_simulated_at_its_top_and_at_every_source(
    open_page: Open, demo_url: str, name: str
) -> None:
    page = open_page(demo_url, name)
    assert not page.exception
    assert SIMULATED in page.markdown[0].value
    sources = [said for said in small_print(page) if said.startswith("Table Stakes")]
    assert sources
    assert all("simulated data" in source for source in sources)
    for picture in pictures(page):  # its words are plain: Markdown would be read as it is written
        assert "](" not in picture["title"] + picture["subtitle"]


@pytest.mark.parametrize("name", ABOUT_DATA)
def test_an_empty_database_is_said_in_words(open_page: Open, database_url: str, name: str) -> None:
    page = open_page(database_url, name)
    assert not page.exception
    assert not page.error
    assert "No drop events yet" in text(page)


@pytest.mark.parametrize("name", ABOUT_DATA)
def test_a_database_that_does_not_answer_is_one_clear_sentence(open_page: Open, name: str) -> None:
    page = open_page(UNREACHABLE, name)
    assert not page.exception
    (error,) = page.error
    assert error.value.startswith("The database does not answer")


@pytest.mark.world("weeks")
@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize("name", ABOUT_DATA)
def test_real_data_without_scans_carry_no_label_and_claim_no_watching(
    open_page: Open, engine: Engine, database_url: str, name: str
) -> None:
    page = open_page(database_url, name)
    assert not page.exception
    assert "simulated" not in text(page).lower()
    said = {
        WEEK: "Nobody scans New York, so there is no saying how tight it is.",
        LIVE: "No table is open in New York right now.",
        TIMING: "what no scans tell of counts as watched",
        MARKET: "no scans tell how much was watched;",
    }
    assert said[name] in text(page)


@pytest.mark.usefixtures("at_noon")
def test_the_first_page_says_how_tight_it_is_what_is_open_and_through_when(
    open_page: Open, demo_url: str
) -> None:
    page = open_page(demo_url)
    said = text(page)
    assert page.title[0].value == "This week"
    assert "Mondays at that hour" in said
    assert "tables are open in New York right now" in said
    assert "Data through Mon, Nov 23, 11:5" in said
    assert "opened in New York on Sun, Nov 22" in said
    hardest = page.table[0].value
    assert len(hardest) == 5
    assert hardest.index.name == "Rank"
    assert hardest["Venue"].str.contains("](./venue?venue=demo-", regex=False).all()


def test_data_that_stopped_coming_are_said_to_be_old(
    open_page: Open, demo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "now", lambda: NOW + timedelta(hours=6))
    page = open_page(demo_url, WEEK)
    assert "Nothing came in for 6 hours" in page.warning[0].value


@pytest.mark.usefixtures("at_noon")
def test_movers_wait_for_eight_whole_weeks(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, WEEK)
    assert "No venue has been watched for 8 whole weeks yet" in text(page)


@pytest.mark.usefixtures("at_noon")
def test_live_tables_come_with_their_age_and_their_chance(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, LIVE)
    shown, taken = (frame.value for frame in page.dataframe)
    assert 0 < len(shown) <= 100
    assert "ago" in shown["Opened"].iloc[0] or shown["Opened"].iloc[0] == "just now"
    assert shown["Still there"].str.contains("in 10|in 20|about half|not enough data").all()
    assert len(taken) > 0
    page.toggle(key="prime").set_value(True).run()
    prime = page.dataframe[0].value
    assert set(prime["Prime"]) == {"prime"}
    # The newest prime tables of all, not those among the newest tables.
    assert len(prime) == min(int(data.live_counts("nyc-demo")["prime"].sum()), 100)


@pytest.mark.usefixtures("at_noon")
def test_live_numbers_agree_with_one_another(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, LIVE)
    counts = data.live_counts("nyc-demo")
    drops = data.live_drops("nyc-demo", 100_000)
    assert counts[["prime", "off_peak"]].to_numpy().sum() == len(drops)
    assert f"{len(drops):,} tables are open" in text(page)


@pytest.mark.usefixtures("at_noon")
def test_a_link_to_a_night_and_a_window_opens_them(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, TIMING, night="Saturday", time="lunch", days="7")
    said = text(page)
    assert "Tables for Saturdays, 11 am to 4 pm" in said
    assert "7 days to Sun, Nov 22, 2026" in said


@pytest.mark.usefixtures("at_noon")
def test_what_is_said_of_timing_has_its_verdict_beside_it(open_page: Open, demo_url: str) -> None:
    said = text(open_page(demo_url, TIMING, days="28"))
    assert "What may be printed" in said
    assert "Three statements: " in said
    week = text(open_page(demo_url, TIMING, days="7"))
    assert "It cannot be said for certain whether more prime tables open than others" in week
    assert "3 watched days of each weekday, and a table, are needed" in week


@pytest.mark.usefixtures("at_noon")
def test_both_clocks_count_every_table_once(open_page: Open, demo_url: str) -> None:
    open_page(demo_url, TIMING)
    reach = data.progress("nyc-demo")
    first = LAST_WHOLE_DAY - timedelta(days=6)
    opened, slots = (
        data.weekday_hours("nyc-demo", first, LAST_WHOLE_DAY, clock, reach)
        for clock in ("opened_hour", "slot_hour")
    )
    days = data.market_days("nyc-demo", first, LAST_WHOLE_DAY, reach)
    assert opened.new_drops.sum() == slots.new_drops.sum() == days["drops"].sum()


@pytest.mark.usefixtures("at_noon")
def test_the_market_says_what_it_cannot_say_yet(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, MARKET, weeks="4")
    said = text(page)
    assert "Too few weeks were watched to say what is usual" in said
    assert "too few Sundays were watched to compare" in said
    neighborhoods = page.dataframe[0].value
    days = data.market_days(
        "nyc-demo", date(2026, 10, 26), LAST_WHOLE_DAY, data.progress("nyc-demo")
    )
    assert neighborhoods["Opened"].sum() == days["drops"].sum()


def test_every_definition_is_on_the_page_with_its_anchor(
    open_page: Open, database_url: str
) -> None:
    page = open_page(database_url, DEFINITIONS)
    anchors = [heading.proto.anchor for heading in page.subheader]
    assert anchors == [name for _, names in CHAPTERS for name in names]
    assert definition_of("scarcity").unit in text(page)
    assert len(page.code) == FORMULAS


def test_definitions_are_found_by_their_words(open_page: Open, database_url: str) -> None:
    page = open_page(database_url, DEFINITIONS, q="Kaplan-Meier curve")
    assert "open duration" in [heading.value.lower() for heading in page.subheader]
    assert len(page.subheader) < FORMULAS
    question = open_page(database_url, DEFINITIONS, q="How is the scarcity score computed?")
    assert "scarcity score" in [heading.value.lower() for heading in question.subheader]
    assert len(question.subheader) < 5
    nothing = open_page(database_url, DEFINITIONS, q="quiche")
    assert "No definition holds “quiche”" in text(nothing)
    assert not nothing.subheader


def test_definitions_need_no_database(open_page: Open) -> None:
    page = open_page(UNREACHABLE, DEFINITIONS)
    assert not page.error
    assert len(page.subheader) == FORMULAS


@pytest.mark.usefixtures("at_noon")
def test_the_easiest_of_the_hard_leave_out_what_is_surely_gettable(
    open_page: Open, demo_url: str
) -> None:
    page = open_page(demo_url, "hardest.py", mode="easiest of the hard")
    shown = page.dataframe[0].value
    assert shown["catchable"].is_monotonic_decreasing
    assert not (shown["tier"] == "gettable").any()
    assert "easiest of the hard tables in New York" in text(page)


@pytest.mark.usefixtures("at_noon")
def test_all_tables_can_be_counted_instead_and_have_no_tier(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, "hardest.py", tables="all tables", neighborhood="West Village")
    assert not page.exception
    assert set(page.dataframe[0].value["neighborhood"]) == {"West Village"}
    said = text(page)
    assert "All tables that opened a week" in said
    assert "tables open a week at" in said
    assert "Editors" not in said  # lists are of what is hard to get


@pytest.mark.usefixtures("at_noon")
def test_an_editors_list_is_held_against_the_ranking(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, "hardest.py", list="Date night")
    compared = page.table[0].value
    counts = compared.loc["Date night"]
    listed = len(page.dataframe[0].value)
    assert counts["Ranked venues"] == listed
    assert counts[["Surely that hard", "Could be", "Surely easier"]].sum() == listed
    assert f"Of {listed} venues on “Date night”" in text(page)


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize(
    ("name", "parameters", "said"),
    [
        ("hardest.py", {"neighborhood": "Atlantis"}, "no neighborhood in New York called"),
        ("hardest.py", {"list": "[x](y)"}, "no list in New York called"),
        (TIMING, {"market": "nowhere"}, "no market called"),
        (TIMING, {"market": "nyc"}, "New York has no events yet: this is New York (simulated)."),
        (
            "funnel.py",
            {"market": "nyc"},
            "New York has no alerts yet: this is New York (simulated).",
        ),
    ],
)
def test_a_link_to_what_there_is_not_says_so(
    open_page: Open, demo_url: str, name: str, parameters: dict[str, str], said: str
) -> None:
    page = open_page(demo_url, name, **parameters)
    assert not page.exception
    assert said in page.warning[0].value


@pytest.mark.usefixtures("at_noon")
def test_weekdays_say_how_evenly_tables_come_from_one_to_the_next(
    open_page: Open, demo_url: str
) -> None:
    page = open_page(demo_url, TIMING)
    sides = page.table[0].value
    for column in ("Prime, from one to the next", "Off-peak, from one to the next"):
        assert sides[column].str.contains("chance").all()


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize("mode", ["getting harder", "getting easier"])
def test_trends_are_not_claimed_before_eight_whole_weeks(
    open_page: Open, demo_url: str, mode: str
) -> None:
    page = open_page(demo_url, "hardest.py", mode=mode)
    assert not page.exception
    assert "has been watched for 8 whole weeks" in text(page)
    assert not page.dataframe


@pytest.mark.usefixtures("at_noon")
def test_a_venue_says_what_may_be_printed_and_what_not(open_page: Open, demo_url: str) -> None:
    page = open_page(demo_url, "venue.py", venue="demo-osteria-luna", over="14")
    assert not page.exception
    sentences = copyable_sentences(page)
    assert sentences
    assert all("simulated data" in sentence for sentence in sentences)
    assert all("None" not in sentence for sentence in sentences)
    facts = data.venue_facts("demo-osteria-luna", LAST_WHOLE_DAY, 14, data.progress("nyc-demo"))
    assert len(sentences) == sum(fact.printable is not None for fact in facts)
    assert text(page).count("Do not print:") == len(facts) - len(sentences) > 0
    assert "opened in 14 days" in text(page)

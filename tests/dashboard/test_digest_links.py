"""Every sentence of a digest links to a view on which its very number can be read."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from db import insights
from db.engine import create_engine
from db.insights import fact_as_json
from editions.evidence import evidence_words
from editions.view import WORDING
from metrics.calendar import IsoWeek
from metrics.facts import Fact
from metrics.wording import number_words, ordinal_words
from tests import digest_worlds as worlds
from tests.dashboard.conftest import Open
from tests.dashboard.said import text

MARKET = "nyc-demo"
DEMO_WEEK = IsoWeek(2026, 47)
OF_THE_MARKET = {
    "market_week", "market_prime", "market_day", "market_days", "daypart", "neighborhood",
    "venue_week", "trend", "rank", "catchable", "typical_open_time", "fully_booked",
    "busiest_hour", "prime_share", "weekday_pattern", "tightest_day", "loosest_day",
}  # fmt: skip


def facts_by_kind(url: str) -> dict[str, Fact]:
    """Of each kind one with a number: one that would be printed, where there is one. Trends that
    are none are nowhere."""
    engine = create_engine(url)
    report = insights.market_week(engine, MARKET, worlds.WEEK)
    engine.dispose()
    stands = report.standing
    facts = [one.fact for one in report.candidates]
    facts += [stands.pattern, stands.prime]
    facts += [
        fact
        for fact in (stands.tightest, stands.loosest, stands.new_entries, stands.first_seen)
        if fact is not None
    ]
    found: dict[str, Fact] = {}
    for fact in sorted(facts, key=lambda fact: fact.printable is None):
        if fact.number is not None and (fact.kind != "trend" or fact.printable is not None):
            found.setdefault(fact.kind, fact)
    return found


def opened(open_page: Open, url: str, fact: Fact) -> AppTest:
    link = urlsplit(fact.context.permalink)
    page = open_page(url, f"{link.path.strip('/')}.py", **parse_qs(link.query))
    assert not page.exception
    return page


def read(page: AppTest) -> str:
    """Everything that is written on the page, its tables too."""
    tables = [element.value for element in (*page.table, *page.dataframe)]
    cells = [table.reset_index().astype(str).to_csv(index=False, sep="\t") for table in tables]
    return "\n".join([text(page), *cells])


def figure(fact: Fact) -> str:
    """The number as the edition's evidence has it, without its unit."""
    said: dict[str, Any] = fact_as_json(fact)
    if fact.unit == "rank" and fact.interval is not None:
        best, worst = (int(end) for end in fact.interval)
        return f"{best}–{worst}" if best < worst else ordinal_words(best)
    if fact.unit in ("venues", "tables a week", "times, most to fewest"):
        return number_words(fact.number or 0, fact.interval)
    number = evidence_words(said, wording=WORDING).split(" · ")[0].split(",")[0]
    if fact.unit == "share a week":
        return number.removesuffix(" a week").lstrip("+−")
    more = {"ratio to usual": " (", "share of tables": " of "}
    return number + more.get(fact.unit, "")


@pytest.mark.world("spike")
def test_each_number_of_the_market_is_on_the_view_its_sentence_links_to(
    open_page: Open, database_url: str
) -> None:
    facts = facts_by_kind(database_url)
    missing = OF_THE_MARKET - set(facts)
    assert missing <= {"trend", "new_entries"}
    unread = {
        kind: (figure(fact), fact.context.permalink)
        for kind, fact in facts.items()
        if figure(fact) not in read(opened(open_page, database_url, fact))
    }
    assert unread == {}


@pytest.mark.world("spike")
def test_the_days_that_a_sentence_compares_are_chosen_by_its_link(
    open_page: Open, database_url: str
) -> None:
    fact = facts_by_kind(database_url)["market_days"]
    page = opened(open_page, database_url, fact)
    assert page.button_group(key="compared").value == ["Friday", "Saturday", "Sunday"]
    week = next(table.value for table in page.table if "All tables" in table.value.index)
    assert week.loc["All tables", "Tables"] == f"{fact.n:,}"
    assert week.loc["All tables", "Against usual"] == "2.7 × usual (2.4 to 3)"


def test_each_number_on_alerts_is_on_the_view_its_sentence_links_to(
    open_page: Open, demo_url: str
) -> None:
    engine = create_engine(demo_url)
    report = insights.market_week(engine, MARKET, DEMO_WEEK)
    told = insights.week_conversion(engine, report, worlds.SETTINGS.conversion_window_hours)
    engine.dispose()
    assert {one.key for one in told} == {"bookings", "saved_or_not"}
    for one in told:
        if one.fact.number is not None:
            number = evidence_words(fact_as_json(one.fact), wording=WORDING).split(" · ")[0]
            shown = read(opened(open_page, demo_url, one.fact))
            assert number.split(",")[0].split(" ")[0] in shown, one.key

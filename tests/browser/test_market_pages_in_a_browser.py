"""This week, Live, Timing, Market and Definitions, and a venue's facts, as a reader has them."""

import csv
import io
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext

from tests.browser.app import next_reader, settled, visit
from tests.browser.test_pages_in_a_browser import saved


def test_a_night_goes_into_the_link_and_its_csv_holds_what_is_shown(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/timing")
        page.locator(".st-key-time").get_by_text("lunch", exact=True).click()
        settled(page)
        assert parse_qs(urlsplit(page.url).query) == {"time": ["lunch"]}
        with page.expect_download() as download:
            page.locator(".st-key-joint-hours .save").click()
        rows = list(csv.DictReader(io.StringIO(saved(download.value))))
    assert {row["tables_for_weekday"] for row in rows} == {"Friday"}
    assert {(row["from_hour"], row["through_hour"]) for row in rows} == {("11", "15")}
    assert all("simulated data" in row["source"] for row in rows)


def test_a_link_to_a_definition_names_an_anchor_that_is_there(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/definitions#spikes")
        page.get_by_role("heading", name="Spikes", exact=True).wait_for()
        assert page.locator("#spikes").count() == 1
        assert urlsplit(page.url).fragment == "spikes"


def test_a_mode_of_the_ranking_goes_into_the_link(profile: BrowserContext, demo_app: str) -> None:
    with next_reader(profile) as (page, complaints):
        visit(page, f"{demo_app}/hardest")
        page.locator(".st-key-mode").get_by_text("easiest of the hard", exact=True).click()
        settled(page)
        assert parse_qs(urlsplit(page.url).query) == {"mode": ["easiest of the hard"]}
        assert page.get_by_text("of the hard tables in New York").first.is_visible()
        assert complaints == []


def test_the_link_to_this_names_the_day_and_shows_the_same(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, complaints):
        visit(page, f"{demo_app}/hardest?neighborhood=SoHo")
        page.locator(".st-key-hardest-link button").click()
        link = page.get_by_test_id("stPopoverBody").locator("code").inner_text()
        asked = parse_qs(urlsplit(link).query)
        assert asked["as_of"] == ["2026-11-22"]
        assert asked["market"] == ["nyc-demo"]
        title = page.locator("h3").first.inner_text()
        visit(page, link)
        assert page.locator("h3").first.inner_text() == title
        assert "28 days to Sun, Nov 22, 2026; SoHo" in page.inner_text("body")
        assert complaints == []


def test_the_numbers_of_a_picture_open_under_it(profile: BrowserContext, demo_app: str) -> None:
    with next_reader(profile) as (page, complaints):
        visit(page, f"{demo_app}/venue?venue=demo-osteria-luna")
        button = page.locator(".st-key-survival .numbers")
        assert page.get_by_test_id("stDataFrame").count() == 0
        button.press("Enter")
        page.get_by_test_id("stDataFrame").wait_for()
        assert button.get_attribute("aria-expanded") == "true"
        button.press("Enter")
        page.get_by_test_id("stDataFrame").wait_for(state="detached")
        assert button.get_attribute("aria-expanded") == "false"
        assert complaints == []


def test_a_picture_explains_its_measure_to_the_keyboard(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/venue?venue=demo-osteria-luna")
        explained = page.locator(".st-key-survival .explained")
        explanation = explained.get_by_role("tooltip")
        assert not explanation.is_visible()
        explained.get_by_role("button").focus()
        assert "Unit: " in explanation.inner_text()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/definitions#survival")


def test_a_picture_that_cannot_be_drawn_says_so_and_keeps_its_numbers(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, _):
        page.route("**/plotly/*", lambda route: route.abort())
        visit(page, f"{demo_app}/venue?venue=demo-osteria-luna")
        assert "The picture could not be drawn" in page.get_by_role("alert").first.inner_text()
        page.locator(".st-key-survival .numbers").click()
        page.get_by_test_id("stDataFrame").wait_for()


def test_a_fact_can_be_copied_with_its_source(profile: BrowserContext, demo_app: str) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/venue?venue=demo-osteria-luna")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        sentence = page.locator(".st-key-facts-csv-facts li").first
        copy = sentence.get_by_role("button")
        copy.press("Enter")
        sentence.get_by_text("Copied").wait_for()
        text = page.evaluate("navigator.clipboard.readText()")
        assert text == sentence.locator(".sentence").inner_text()
        assert "Table Stakes" in text
        assert "simulated data" in text
        assert "n = " in sentence.locator(".evidence").inner_text()
        assert copy.get_attribute("aria-label") == f"Copy: {text}"


def test_a_fact_is_selected_where_the_clipboard_is_refused(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, _):
        page.add_init_script("navigator.clipboard.writeText = () => Promise.reject()")
        visit(page, f"{demo_app}/venue?venue=demo-osteria-luna")
        sentence = page.locator(".st-key-facts-csv-facts li").first
        sentence.get_by_role("button").click()
        sentence.get_by_text("Press Ctrl+C").wait_for()
        assert page.evaluate("getSelection().toString()") == (
            sentence.locator(".sentence").inner_text()
        )

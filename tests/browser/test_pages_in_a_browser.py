"""The pages as a reader has them: the real app, a real browser, a blank profile each time."""

import csv
import io
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Download, Page

from tests.browser.app import NARROW, next_reader, running_app, settled, visit

ROW_HEIGHT = 35


def saved(download: Download) -> str:
    """What was downloaded."""
    return Path(download.path()).read_text(encoding="utf-8")


def names_drawn(page: Page) -> list[str]:
    """The venues that the ranking's picture names, from its top."""
    return page.locator(".st-key-ranking .ytick text").all_text_contents()


def test_on_a_phone_every_choice_is_seen(profile: BrowserContext, demo_app: str) -> None:
    with next_reader(profile, NARROW) as (page, _):
        visit(page, f"{demo_app}/hardest")
        for choice in page.locator('[role="radiogroup"] button').all():
            box = choice.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= NARROW[0], choice.inner_text()


def test_the_finding_and_the_picture_are_on_the_first_screen(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/hardest")
        assert page.get_by_text("could have been caught").first.bounding_box()["y"] < 300
        assert page.locator(".st-key-ranking").bounding_box()["y"] < 500


def test_a_filter_goes_into_the_link_and_the_link_brings_it_back(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/hardest")
        page.locator(".st-key-neighborhood input").click()
        page.get_by_role("option", name="West Village").click()
        settled(page)
        page.locator(".st-key-window").get_by_text("14", exact=True).click()
        settled(page)
        link, drawn = page.url, names_drawn(page)
        assert parse_qs(urlsplit(link).query) == {
            "neighborhood": ["West Village"],
            "window": ["14"],
        }
        assert 0 < len(drawn) < 20
    with next_reader(profile) as (page, _):
        visit(page, link)
        assert names_drawn(page) == drawn
        assert "14 days to Sun, Nov 22, 2026; West Village" in page.inner_text("body")


def test_the_csv_holds_what_is_shown_with_units_and_the_label(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/hardest?neighborhood=West+Village")
        drawn = names_drawn(page)
        with page.expect_download() as download:
            page.locator(".st-key-ranking-csv button").click()
        rows = list(csv.DictReader(io.StringIO(saved(download.value))))
    assert download.value.suggested_filename == (
        "hardest-tables-nyc-demo-west-village-2026-11-22-28d-simulated.csv"
    )
    assert [row["venue"] for row in rows] == drawn
    assert {row["window_ends_on"] for row in rows} == {"2026-11-22"}
    assert all("simulated data" in row["source"] for row in rows)
    assert float(rows[0]["catchable_prime_tables_per_week"]) >= 0
    assert int(rows[0]["resolution_seconds"]) == 60


def test_a_row_opens_its_venue_and_going_back_keeps_the_filters(
    profile: BrowserContext, demo_app: str
) -> None:
    link = f"{demo_app}/hardest?neighborhood=West+Village"
    with next_reader(profile) as (page, complaints):
        visit(page, link)
        first = names_drawn(page)[0]
        table = page.locator(".st-key-venues canvas").first
        table.scroll_into_view_if_needed()
        # The table is a canvas under a layer that scrolls: only a place can be clicked.
        table.click(position={"x": 17, "y": ROW_HEIGHT * 1.5}, force=True)
        page.wait_for_url("**/venue?**")
        page.get_by_role("heading", name=first, exact=True).wait_for()
        settled(page)
        page.go_back()
        page.get_by_role("heading", name="Hardest tables", exact=True).wait_for()
        settled(page)
        assert page.url == link
        assert complaints == []


def test_a_picture_for_print_carries_its_words(profile: BrowserContext, demo_app: str) -> None:
    with next_reader(profile) as (page, complaints):
        visit(page, f"{demo_app}/hardest?neighborhood=West+Village")
        title = page.locator("h3").filter(has_text="West Village").first.inner_text()
        page.locator(".st-key-ranking .print").click()
        dialog = page.get_by_role("dialog")
        shown = dialog.get_by_role("img")
        shown.wait_for()
        assert title in shown.get_attribute("alt")
        with page.expect_download() as png:
            dialog.get_by_text("Save as PNG").click()
        with page.expect_download() as svg:
            dialog.get_by_text("Save as SVG").click()
        picture = saved(svg.value)
        assert Path(png.value.path()).read_bytes().startswith(b"\x89PNG")
        assert complaints == []
    words = "".join(ET.fromstring(picture).itertext())
    assert title in words
    assert "simulated data, fictional venues" in words
    assert png.value.suggested_filename.endswith("-simulated.png")
    assert svg.value.suggested_filename.endswith("-simulated.svg")


def test_another_venue_is_chosen_from_the_list(profile: BrowserContext, demo_app: str) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/venue")
        page.locator(".st-key-venue_choice input").fill("Halyard")
        page.get_by_role("option", name="Halyard").click()
        page.get_by_role("heading", name="Halyard", exact=True).wait_for()
        assert parse_qs(urlsplit(page.url).query) == {"venue": ["demo-halyard"]}
        settled(page)
        # By the keyboard: the list comes next after what opens it.
        page.locator('[class*="st-key-another-than-"] input').press("Space")
        page.locator(".st-key-venue_choice").wait_for()
        page.keyboard.press("Tab")
        page.keyboard.type("Osteria Luna")
        page.get_by_role("option", name="Osteria Luna").click()
        page.get_by_role("heading", name="Osteria Luna", exact=True).wait_for()
        assert parse_qs(urlsplit(page.url).query) == {"venue": ["demo-osteria-luna"]}
        settled(page)
        assert not page.locator(".st-key-venue_choice").is_visible()


def test_an_empty_database_is_said_in_words(
    profile: BrowserContext, database_url: str, tmp_path: Path
) -> None:
    with (
        running_app(database_url, tmp_path / "app.log") as address,
        next_reader(profile) as (page, complaints),
    ):
        for path, said in (
            ("/", "No drop events yet"),
            ("/venue", "No drop events yet"),
            ("/health", "Last runs"),
        ):
            visit(page, address + path)
            assert page.get_by_text(said).first.is_visible()
            assert page.locator('[data-testid="stException"]').count() == 0
        assert complaints == []

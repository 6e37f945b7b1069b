"""The pages on conversion as a founder has them."""

import csv
import io
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser

from tests.browser.app import NARROW, WIDE, reader, settled, visit
from tests.browser.test_pages_in_a_browser import saved

PAGES = ("/funnel", "/losses", "/drivers", "/cohorts")


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "dark"), (NARROW, "light")], ids=["wide-dark", "narrow-light"]
)
def test_the_pages_open_fit_and_complain_of_nothing(
    browser: Browser, demo_app: str, size: tuple[int, int], scheme: str
) -> None:
    with reader(browser, size, scheme=scheme) as (page, complaints):
        for path in PAGES:
            visit(page, demo_app + path)
            assert page.locator('[data-testid="stException"]').count() == 0, path
            room = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
            assert room[0] <= room[1], path
            charts = page.locator(".stPlotlyChart").all()
            assert charts, path
            for chart in charts:
                assert chart.get_attribute("aria-label"), path
            assert page.get_by_text("Simulated data").first.is_visible(), path
        assert complaints == []


def test_window_and_breakdown_go_into_the_link_and_its_csv_holds_what_is_shown(
    browser: Browser, demo_app: str
) -> None:
    with reader(browser) as (page, _):
        visit(page, f"{demo_app}/funnel?by=channel")
        page.locator(".st-key-within").get_by_text("6", exact=True).click()
        settled(page)
        assert parse_qs(urlsplit(page.url).query) == {"by": ["channel"], "within": ["6"]}
        with page.expect_download() as download:
            page.locator(".st-key-funnel-by-csv button").click()
        rows = list(csv.DictReader(io.StringIO(saved(download.value))))
        shown = page.locator(".stDataFrame").first
        assert shown.is_visible()
    assert {row["name"] for row in rows} == {"push", "email", "sms"}
    assert {row["window_hours"] for row in rows} == {"6"}
    assert all("simulated data" in row["source"] for row in rows)

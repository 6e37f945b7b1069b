"""The pages on conversion as a founder has them."""

import csv
import io
import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext

from tests.browser.app import next_reader, settled, visit
from tests.browser.test_pages_in_a_browser import saved


def test_window_and_breakdown_go_into_the_link_and_its_csv_holds_what_is_shown(
    profile: BrowserContext, demo_app: str
) -> None:
    with next_reader(profile) as (page, _):
        visit(page, f"{demo_app}/funnel?by=channel")
        page.locator(".st-key-within").get_by_text("6", exact=True).click()
        settled(page)
        assert parse_qs(urlsplit(page.url).query) == {"by": ["channel"], "within": ["6"]}
        page.get_by_text(re.compile("within 6 h")).first.wait_for()
        with page.expect_download() as download:
            page.locator(".st-key-funnel-by .save").click()
        rows = list(csv.DictReader(io.StringIO(saved(download.value))))
        shown = page.locator(".stDataFrame").first
        assert shown.is_visible()
    assert {row["name"] for row in rows} == {"push", "email", "sms"}
    assert {row["window_hours"] for row in rows} == {"6"}
    assert all("simulated data" in row["source"] for row in rows)

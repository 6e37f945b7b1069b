"""All pages on real data, not on any venue of ours: odd ids, long names, no scans, no prime time to
speak of, nothing new for years."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.app import NARROW, WIDE, next_reader, running_app, settled, visit
from tests.dashboard.worlds import load_office
from tests.databases import clone

PAGES = ("/", "/live", "/hardest", "/timing", "/market", "/health")
MARKET = "Kreis Groß-Gerau"


@pytest.fixture(scope="module")
def office_app(
    profile: BrowserContext,
    server_url: str,
    _template: str,
    shared_data: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of the app on three cities of the real data."""
    folder = tmp_path_factory.mktemp("office")
    with clone(server_url, _template) as url:
        load_office(url, shared_data, folder)
        with running_app(url, folder / "app.log") as address:
            yield address
        assert "deprecat" not in (folder / "app.log").read_text().lower()


@pytest.mark.parametrize(
    ("size", "scheme"), [(WIDE, "dark"), (NARROW, "light")], ids=["wide-dark", "narrow-light"]
)
def test_every_page_reads_well_on_real_data(
    profile: BrowserContext, office_app: str, size: tuple[int, int], scheme: str
) -> None:
    with next_reader(profile, size, scheme=scheme) as (page, complaints):
        for path in PAGES:
            visit(page, f"{office_app}{path}?market={MARKET}")
            assert page.locator('[data-testid="stException"]').count() == 0, path
            room = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")
            assert room[0] <= room[1], path
            words = page.locator('[data-testid="stMain"]').inner_text()
            assert "simulated" not in words.lower(), path
            assert MARKET in words, path
            for undefined in ("nan", "None", "NaT", "inf"):
                assert undefined not in words.split(), path
        assert complaints == []


def test_a_venue_with_a_slash_in_its_id_is_reached_and_keeps_its_market(
    profile: BrowserContext, office_app: str
) -> None:
    with next_reader(profile) as (page, complaints):
        visit(page, f"{office_app}/?market={MARKET}")
        link = page.locator('[data-testid="stTable"] a').first
        name = link.inner_text()
        with page.expect_popup() as opened:  # Streamlit's links open beside the page
            link.click()
        venue = opened.value
        venue.get_by_role("heading", name=name, exact=True).wait_for()
        settled(venue)
        assert "/" in parse_qs(urlsplit(venue.url).query)["venue"][0]
        assert MARKET in venue.locator('[data-testid="stMain"]').inner_text()
        venue.close()
        visit(page, f"{office_app}/venue?market={MARKET}&venue=no/such+id")
        assert page.get_by_text("no venue with the id “no/such id”").is_visible()
        page.locator(".st-key-venue_choice input").click()
        page.get_by_role("option").first.click()
        page.wait_for_url("**/venue?**venue=**%2F**")
        assert complaints == []

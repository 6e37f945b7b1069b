"""One browser and one running app for all browser tests, on a demo-like database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

from db.engine import create_engine
from metrics.calendar import IsoWeek
from pipeline.digest import build_editions
from tests.browser.app import kept_profile, launch, running_app
from tests.dashboard.worlds import NOW, SETTINGS
from tests.databases import clone, name_of


@pytest.fixture(scope="session")
def profile(require_browser: str) -> Iterator[BrowserContext]:
    """A profile of a headless Chromium, for `next_reader`."""
    with sync_playwright() as playwright:
        browser = launch(playwright, require_browser, "--process-per-site")
        with kept_profile(browser) as profile:
            yield profile
        browser.close()


@pytest.fixture(scope="session")
def demo_app(
    profile: BrowserContext,
    server_url: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of the app on four simulated weeks, the last two of which have editions. Asks for
    the browser first: where there is none, nothing is loaded."""
    log: Path = tmp_path_factory.mktemp("app") / "app.log"
    demo = name_of(request.getfixturevalue("demo_url"))
    with clone(server_url, demo) as url:
        engine = create_engine(url)
        for week in (46, 47):
            build_editions(engine, SETTINGS, NOW, week=IsoWeek(2026, week))
        engine.dispose()
        with running_app(url, log) as address:
            yield address

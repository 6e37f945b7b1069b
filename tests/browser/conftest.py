"""One browser and one running app for all browser tests, on a demo-like database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.app import launch, reader, running_app, visit
from tests.databases import clone, name_of


@pytest.fixture(scope="session")
def browser(require_browser: str) -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        browser = launch(playwright, require_browser)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def demo_app(
    browser: Browser,
    server_url: str,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of the app on four simulated weeks. Asks for the browser first: where there is
    none, nothing is loaded."""
    log: Path = tmp_path_factory.mktemp("app") / "app.log"
    demo = name_of(request.getfixturevalue("demo_url"))
    with clone(server_url, demo) as url, running_app(url, log) as address:
        yield address


@pytest.fixture(scope="session")
def hardest(browser: Browser, demo_app: str) -> str:
    """Where the navigation has the page "Hardest tables"; the first page's address is bare."""
    with reader(browser) as (page, _):
        visit(page, demo_app)
        link = page.locator('[data-testid="stSidebarNavLink"]').filter(has_text="Hardest tables")
        return str(link.evaluate("link => link.href"))

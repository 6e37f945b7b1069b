"""The whole app as a process of its own, and pages of it in a headless Chromium."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

from settings import PROJECT_DIR

START_SECONDS = 90
STOP_SECONDS = 30
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--force-prefers-reduced-motion",
)
WIDE, NARROW = (1280, 720), (390, 844)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        return int(free.getsockname()[1])


@contextmanager
def running_app(
    database_url: str, log: Path, *, port: int | None = None, **settings: str
) -> Iterator[str]:
    """Starts `streamlit run streamlit_app.py` on the database; its address, until it is stopped.
    `settings` are variables of its environment."""
    port = port or free_port()
    given = {"DATABASE_URL": database_url, "TABLESTAKES_DEMO": "0", **settings}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={port}"],
            cwd=PROJECT_DIR,
            env={**os.environ, **given},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, address, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=STOP_SECONDS)


def _wait_until_ready(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise RuntimeError(f"the app did not start:\n{log.read_text()}")


def launch(playwright: Playwright, chromium: str, *options: str) -> Browser:
    """A headless Chromium that calls nobody."""
    return playwright.chromium.launch(executable_path=chromium, args=[*CHROMIUM_OPTIONS, *options])


@contextmanager
def reader(
    browser: Browser, size: tuple[int, int] = WIDE, *, scheme: str = "light"
) -> Iterator[tuple[Page, list[str]]]:
    """A blank browser, and what its console complained of."""
    context = browser.new_context(accept_downloads=True)
    try:
        yield _blank_page(context, size, scheme)
    finally:
        context.close()


@contextmanager
def kept_profile(browser: Browser) -> Iterator[BrowserContext]:
    """A profile for readers one after the other, with a page that keeps its process alive.

    A reader whose browser has Streamlit's scripts, loaded and compiled, has a page in half the
    time; Chromium must be launched with `--process-per-site`.
    """
    profile = browser.new_context(accept_downloads=True)
    kept = profile.new_page()
    kept.route("**", lambda route: route.fulfill(body=""))
    kept.goto("http://127.0.0.1/")
    yield profile
    profile.close()


@contextmanager
def next_reader(
    profile: BrowserContext, size: tuple[int, int] = WIDE, *, scheme: str = "light"
) -> Iterator[tuple[Page, list[str]]]:
    """A reader who comes for the first time, in a profile in which only files are cached, and what
    the console complained of."""
    page, complaints = _blank_page(profile, size, scheme)
    try:
        yield page, complaints
    finally:
        address = urlsplit(page.url)
        kept, *others = profile.pages
        for other in others:
            other.close()
        profile.clear_cookies()
        profile.clear_permissions()
        profile.new_cdp_session(kept).send(
            "Storage.clearDataForOrigin",
            {"origin": f"{address.scheme}://{address.netloc}", "storageTypes": "local_storage"},
        )


def _blank_page(
    context: BrowserContext, size: tuple[int, int], scheme: str
) -> tuple[Page, list[str]]:
    width, height = size
    page = context.new_page()
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    complaints: list[str] = []
    page.on("console", lambda said: _note(said, complaints))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return page, complaints


def _note(said: ConsoleMessage, complaints: list[str]) -> None:
    """Streamlit, opened below a page's address, first looks for itself there in vain."""
    is_search = "404" in said.text and "/_stcore/" in said.location["url"]
    if said.type == "error" and not is_search:
        complaints.append(f"{said.text} ({said.location['url']})")


def settled(page: Page) -> None:
    """Waits until the script has run, its elements are there and the figures are drawn."""
    # A click needs a moment until the script runs: without it the state before would be seen.
    page.wait_for_timeout(150)
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()
    page.wait_for_function(
        "() => !document.querySelector('[data-testid=stSkeleton], [data-stale=true]')"
        " && !document.querySelector('.picture:not([data-drawn])')"
    )


def visit(page: Page, url: str) -> None:
    """Opens a page and waits for all of it."""
    page.goto(url)
    page.locator("h1").wait_for()
    settled(page)

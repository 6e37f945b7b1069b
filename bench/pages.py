"""How fast the pages are: `python -m bench.pages [--folder FOLDER]`, written to
`docs/pages-benchmark.md`.

Loads 5,000 venues × 365 days of metrics (`bench/page_world.py`), starts the real app on them and
measures, in one run: the first meaningful paint of each page in a headless Chromium, a filter's
change, a hundred readers at once over Streamlit's own protocol, each page's cost with 90 days of
history against 365, and the server's memory over 1,000 reruns. Goals that are missed are printed as
missed, and the exit status is 1. FOLDER keeps the databases for the next run.
"""

import argparse
import asyncio
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import psutil
import psycopg
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg import sql

from bench.gallery import BROWSERS
from bench.page_sessions import many_readers, open_session, reruns
from bench.page_world import load_page_world
from db import embedded, migrate
from db.engine import create_engine
from pipeline.jobs import Timer
from settings import PROJECT_DIR, Settings
from tests.browser.app import launch, reader, running_app, settled

REPORT = PROJECT_DIR / "docs" / "pages-benchmark.md"
VENUES, DAYS, SHORT_DAYS = 5_000, 365, 90
READERS, READER_SECONDS = 100, 60.0
RERUNS = 1_000
CHANGES = 36
LONGEST_MS = 300_000  # after which a page is given up
WARM_LOADS, BLANK_LOADS = 3, 2

VENUE = "venue=bench-00007"
PAGES = {
    "This week": ("", ""),
    "Live": ("live", ""),
    "Hardest tables": ("hardest", ""),
    "Venue": ("venue", VENUE),
    "Timing": ("timing", ""),
    "Market": ("market", ""),
}
PLACES = [f"Neighborhood {n}" for n in range(1, 31)]

# Notes when title, first sentence and first figure are there, in ms since the navigation began.
WATCH = """
(() => {
  const look = () => {
    const said = [...document.querySelectorAll('.stMarkdown p')].some(
      p => p.textContent.length > 20 && !p.textContent.startsWith('Simulated data'));
    const figure = document.querySelector('.picture .main-svg .infolayer');
    if (document.querySelector('h1') && said && figure) { window.meaningfulAt = performance.now(); }
    else { requestAnimationFrame(look); }
  };
  look();
})()
"""


@dataclass(frozen=True)
class Line:
    """One measured number; `most` is the goal, None where there is none."""

    name: str
    value: float
    unit: str
    most: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the goal is reached; true where there is none."""
        return self.most is None or self.value <= self.most

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """Name, value, goal and verdict as they are printed."""
        if self.most is None:
            return (self.name, f"{self.value:.2f} {self.unit}", "", "")
        verdict = "met" if self.is_met else "**missed**"
        return (
            self.name,
            f"{self.value:.2f} {self.unit}",
            f"≤ {self.most:g} {self.unit}",
            verdict,
        )


def main() -> int:
    """Measures and writes the report; 1 where a goal is missed or there is no browser."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--folder", type=Path, help="where databases are kept for the next run")
    parser.add_argument("--reruns", type=int, default=RERUNS, help="over which memory is watched")
    options = parser.parse_args()
    folder: Path | None = options.folder
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        print("No Chromium found: install Debian's chromium, or Google Chrome.", file=sys.stderr)
        return 1
    load_before = os.getloadavg()
    with tempfile.TemporaryDirectory(prefix="tablestakes-pages-") as temporary:
        parts = _measure(folder or Path(temporary), chromium, options.reruns)
    report = _report(parts, load_before)
    print(report)
    REPORT.write_text(report, encoding="utf-8")
    return 0 if all(line.is_met for _, lines in parts for line in lines) else 1


def _measure(folder: Path, chromium: str, n_reruns: int) -> list[tuple[str, list[Line]]]:
    parts: list[tuple[str, list[Line]]] = []
    with _databases(folder) as urls:
        with _app(urls[DAYS], folder) as (address, server):
            with sync_playwright() as playwright:
                browser = launch(playwright, chromium)
                parts.append(("First meaningful paint", _paints(browser, address)))
                parts.append(("A filter's change on Hardest tables", _changes(browser, address)))
                browser.close()
            long_history = _costs(address)
            parts.append(("A hundred readers, a click every 5 s each", _crowd(address)))
            parts.append(("The server's memory", _memory(address, server, n_reruns)))
        with _app(urls[SHORT_DAYS], folder) as (address, _):
            short_history = _costs(address)
    costs = [
        line
        for title in PAGES
        for line in (
            Line(f"{title}, {SHORT_DAYS} days of history", short_history[title], "s"),
            Line(f"{title}, {DAYS} days of history", long_history[title], "s"),
        )
    ]
    parts.append(("A page's script on the server, by history", costs))
    return parts


@contextmanager
def _databases(folder: Path) -> Iterator[dict[int, str]]:
    """The URLs of a database of the long and of one of the short history."""
    folder.mkdir(parents=True, exist_ok=True)
    server = embedded.start_server(folder / "database")
    settings = Settings(_env_file=None, database_url=None, data_dir=folder / "database")
    try:
        urls = {}
        for days in (SHORT_DAYS, DAYS):
            name = f"days_{days}"
            urls[days] = server.url.replace("/postgres?", f"/{name}?")
            with psycopg.connect(server.url, autocommit=True) as connection:
                known = connection.execute(
                    "SELECT FROM pg_database WHERE datname = %s", [name]
                ).fetchone()
                if known is None:
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            engine = create_engine(urls[days])
            migrate.upgrade(engine)
            if known is None:
                world = load_page_world(engine, settings, n_venues=VENUES, days=days)
                print(world, file=sys.stderr)
            # Editions of the weeks before, as where the app has run: readers do not wait beside it.
            print("made:", Timer(engine, settings).run_due_jobs(), file=sys.stderr)
            engine.dispose()
        yield urls
    finally:
        embedded.release_server(folder / "database")


@contextmanager
def _app(url: str, folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The real app's address and process."""
    known = set(psutil.Process().children())
    with running_app(url, folder / "app.log") as address:
        (server,) = (
            child
            for child in psutil.Process().children()
            if child not in known and "streamlit" in child.cmdline()
        )
        yield address, server


def _paints(browser: Browser, address: str) -> list[Line]:
    """Of each page: the server's first, blank browsers, and a browser that was there before."""
    lines = []
    for title, (path, query) in PAGES.items():
        link = f"{address}/{path}?{query}"
        first, *blank = (_paint(browser, link, 1)[0] for _ in range(1 + BLANK_LOADS))
        warm = _paint(browser, link, 1 + WARM_LOADS)[1:]
        lines += [
            Line(f"{title}, blank browser, the server's caches empty", first, "s"),
            Line(
                f"{title}, blank browser (cold), median of {len(blank)}",
                statistics.median(blank),
                "s",
                most=2.5,
            ),
            Line(
                f"{title}, again (warm), median of {len(warm)}",
                statistics.median(warm),
                "s",
                most=1.0,
            ),
        ]
        _say(lines[-3:])
    return lines


def _paint(browser: Browser, link: str, loads: int) -> list[float]:
    with reader(browser) as (page, _):
        page.add_init_script(WATCH)
        return [_load(page, link) for _ in range(loads)]


def _load(page: Page, link: str) -> float:
    page.goto(link)
    at = page.wait_for_function("() => window.meaningfulAt", timeout=LONGEST_MS).json_value()
    page.wait_for_function(
        "() => document.querySelector('[data-testid=stApp]').dataset.testScriptState"
        " === 'notRunning'",
        timeout=LONGEST_MS,
    )
    return float(at) / 1000


def _changes(browser: Browser, address: str) -> list[Line]:
    """From the click on a neighborhood to a page that shows it and has come to rest."""
    seconds = []
    with reader(browser) as (page, _):
        page.goto(f"{address}/hardest")
        page.locator(".picture .main-svg").first.wait_for(timeout=LONGEST_MS)
        settled(page)
        for k in range(CHANGES):
            place = PLACES[k % len(PLACES)]
            page.locator(".st-key-neighborhood input").click()
            page.locator(".st-key-neighborhood input").fill(place)
            option = page.get_by_role("option", name=place, exact=True)
            option.wait_for()
            began = perf_counter()
            option.click()
            page.wait_for_function(
                "place => document.querySelector('[data-testid=stApp]').dataset.testScriptState"
                " === 'notRunning' && !document.querySelector('[data-stale=true]')"
                " && [...document.querySelectorAll('h3')].some(h => h.innerText.includes(place))",
                arg=place,
                timeout=LONGEST_MS,
            )
            seconds.append(perf_counter() - began)
    lines = [
        Line(f"median of {CHANGES}", statistics.median(seconds), "s", most=0.5),
        Line("95th percentile", _p95(seconds), "s", most=1.0),
    ]
    _say(lines)
    return lines


def _costs(address: str) -> dict[str, float]:
    """Seconds of each page's script for a reader who comes again, without a browser."""

    async def costs() -> dict[str, float]:
        session = await open_session(address)
        medians = {}
        for title, (path, query) in PAGES.items():
            seconds = [await session.open(path, query) for _ in range(1 + WARM_LOADS)]
            medians[title] = statistics.median(seconds[1:])
        await session.socket.close()
        return medians

    return asyncio.run(costs())


def _crowd(address: str) -> list[Line]:
    clicks, errors = asyncio.run(
        many_readers(
            address,
            readers=READERS,
            seconds=READER_SECONDS,
            pages=[*PAGES.values(), *(("venue", f"venue=bench-{n:05d}") for n in range(1, 30))],
            filtered=("hardest", "neighborhood", PLACES),
        )
    )
    lines = [
        Line("clicks", len(clicks), ""),
        Line("median", statistics.median(clicks), "s"),
        Line("95th percentile", _p95(clicks), "s", most=1.0),
        Line("pages with an exception", errors, "", most=0),
    ]
    _say(lines)
    return lines


def _memory(address: str, server: psutil.Process, number: int) -> list[Line]:
    """Memory in RAM; the first fifth of the reruns fills caches, growth is counted from there."""
    before = server.memory_info().rss
    asyncio.run(reruns(address, "hardest", "neighborhood", PLACES, number // 5))
    early = server.memory_info().rss
    asyncio.run(reruns(address, "hardest", "neighborhood", PLACES, number - number // 5))
    late = server.memory_info().rss
    return [
        Line("before", before / 2**20, "MB"),
        Line(f"after {number // 5:,} reruns", early / 2**20, "MB"),
        Line(f"after {number:,} reruns", late / 2**20, "MB"),
        Line("growth between the two", (late - early) / 2**20, "MB", most=0.05 * early / 2**20),
    ]


def _say(lines: Sequence[Line]) -> None:
    """What is known so far, while the rest is measured."""
    for line in lines:
        print(" | ".join(line.cells), file=sys.stderr, flush=True)


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def _report(parts: Sequence[tuple[str, list[Line]]], load: tuple[float, float, float]) -> str:
    missed = sum(not line.is_met for _, lines in parts for line in lines)
    busy = "other work ran beside it" if load[0] > 1 else "idle"
    verdict = f"Goals missed: {missed}." if missed else "All goals are met."
    head = f"""# How fast the pages are

Written by `python -m bench.pages` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, in one run, on
{os.cpu_count()} cores whose load average was {load[0]:.1f} before it began ({busy}).
{VENUES:,} venues × {DAYS} days of metrics.

First meaningful paint: title, first sentence and first figure are there. "Warm" is a browser that
was on the page before, "cold" a blank one. Readers without a browser are timed until the page's
script has run to its end. {verdict}
"""
    tables = [
        "\n".join(
            [
                f"\n## {title}\n",
                "| what | measured | goal | |",
                "|---|---|---|---|",
                *("| " + " | ".join(line.cells) + " |" for line in lines),
            ]
        )
        for title, lines in parts
    ]
    return head + "\n".join(tables) + "\n"


if __name__ == "__main__":
    sys.exit(main())

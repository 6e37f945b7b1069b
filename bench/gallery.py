"""Screenshots of every page for people who review them: `python -m bench.gallery [--out FOLDER]`.

Pages with four simulated weeks, with four days (too few to rank), with nothing and, where the
shared data are, with real ones, on a wide screen and on a phone, light and dark. Each picture is of
the whole page; `index.html` shows them all.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg import sql

from db import embedded, migrate
from db.engine import create_engine
from settings import PROJECT_DIR
from tests.browser.app import NARROW, WIDE, launch, reader, running_app, visit
from tests.dashboard.worlds import WEEKS, load_demo_like, load_office

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DAYS = {"full": WEEKS * 7, "sparse": 4, "empty": 0}
SHARED_DATA = PROJECT_DIR.parent / "shared" / "data"
LONGEST_PAGE = 6000  # pixels of a picture
VENUE, REAL_VENUE = "demo-osteria-luna", "kreisgrossgerau/111"


def main() -> int:
    """Takes the pictures; 1 without a browser."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split(":")[0])
    parser.add_argument("--out", type=Path, default=Path("gallery"), help="where to put them")
    out: Path = parser.parse_args().out
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        print("No Chromium found: install Debian's chromium, or Google Chrome.", file=sys.stderr)
        return 1
    out.mkdir(parents=True, exist_ok=True)
    pictures: list[Path] = []
    with (
        tempfile.TemporaryDirectory(prefix="tablestakes-gallery-") as folder,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright, chromium)
        kinds = [*DAYS, "real"] if SHARED_DATA.is_dir() else [*DAYS]
        for name in kinds:
            with (
                _database(Path(folder), name) as url,
                running_app(url, Path(folder) / f"{name}.log") as address,
            ):
                pictures += _pictures(browser, address, out, name)
        browser.close()
    (out / "index.html").write_text(_index(pictures), encoding="utf-8")
    print(f"{len(pictures)} pictures in {out}/index.html")
    return 0


@contextmanager
def _database(folder: Path, name: str) -> Iterator[str]:
    """A migrated database on a server of its own, with the days of that kind in it."""
    server = embedded.start_server(folder)
    try:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = server.url.replace("/postgres?", f"/{name}?")
        engine = create_engine(url)
        migrate.upgrade(engine)
        engine.dispose()
        if name == "real":
            load_office(url, SHARED_DATA, folder)
        elif DAYS[name]:
            load_demo_like(url, DAYS[name])
        yield url
    finally:
        embedded.release_server(folder)


def _pictures(browser: Browser, address: str, out: Path, name: str) -> Iterator[Path]:
    for size_name, size in (("wide", WIDE), ("narrow", NARROW)):
        for scheme in ("light", "dark"):
            with reader(browser, size, scheme=scheme) as (page, _):
                for title, link in _links(page, address).items():
                    venue = REAL_VENUE if name == "real" else VENUE
                    visit(page, f"{link}?venue={venue}" if title == "Venue" else link)
                    stem = "-".join((title.lower().replace(" ", "-"), name, size_name, scheme))
                    yield _picture(page, out / f"{stem}.png")


def _links(page: Page, address: str) -> dict[str, str]:
    """The pages' addresses by title, from the navigation."""
    visit(page, address)
    links = page.locator('[data-testid="stSidebarNavLink"]').evaluate_all(
        "links => links.map(link => [link.textContent.trim(), link.href])"
    )
    return {str(title): str(link) for title, link in links}


def _picture(page: Page, path: Path) -> Path:
    """The whole page: Streamlit scrolls inside its own frame, so the window grows instead."""
    size = page.viewport_size or {"width": WIDE[0], "height": WIDE[1]}
    height = int(page.locator('[data-testid="stMain"]').evaluate("main => main.scrollHeight"))
    page.set_viewport_size({"width": size["width"], "height": min(height, LONGEST_PAGE)})
    page.wait_for_timeout(300)
    page.screenshot(path=path)
    page.set_viewport_size(size)
    return path


def _index(pictures: list[Path]) -> str:
    figures = "\n".join(
        f'<figure><a href="{path.name}"><img loading="lazy" src="{path.name}" alt=""></a>'
        f"<figcaption>{path.stem.replace('-', ' ')}</figcaption></figure>"
        for path in sorted(pictures)
    )
    return (
        "<!doctype html><meta charset=utf-8><title>Table Stakes: every page</title><style>"
        "body{font:15px sans-serif;display:flex;flex-wrap:wrap;gap:1.5rem;margin:1.5rem}"
        "figure{margin:0}img{width:20rem;height:24rem;object-fit:cover;object-position:top;"
        f"border:1px solid #ccc}}</style>\n{figures}\n"
    )


if __name__ == "__main__":
    sys.exit(main())

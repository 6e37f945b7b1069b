"""The page Digest: what it says is what the API answers and the mail carries."""

from collections.abc import Iterator
from email.headerregistry import Address
from html import unescape

import pytest
from starlette.testclient import TestClient

from api.app import State, create_app
from db import digests
from db.engine import Engine, create_engine
from metrics.calendar import IsoWeek
from pipeline.digest import build_editions
from pipeline.mail.message import addressed, letter
from tests.dashboard.conftest import Open
from tests.dashboard.test_pages import text
from tests.dashboard.worlds import NOW, SETTINGS
from tests.databases import clone, name_of

DIGEST = "digest.py"
WEEK = IsoWeek(2026, 47)


@pytest.fixture(scope="module")
def digest_url(server_url: str, demo_url: str) -> Iterator[str]:
    """Four simulated weeks and the editions of the last of them."""
    with clone(server_url, name_of(demo_url)) as url:
        engine = create_engine(url)
        build_editions(engine, SETTINGS, NOW, week=WEEK)
        engine.dispose()
        yield url


@pytest.fixture
def digest_engine(digest_url: str) -> Iterator[Engine]:
    engine = create_engine(digest_url)
    yield engine
    engine.dispose()


def copied(page: object) -> list[str]:
    return [block.value for block in page.code]  # type: ignore[attr-defined]


def test_page_api_and_mail_show_the_same_numbers(
    open_page: Open, digest_url: str, digest_engine: Engine
) -> None:
    page = open_page(digest_url, DIGEST)
    assert not page.exception
    client = TestClient(
        create_app(State(SETTINGS, digest_engine, lambda: NOW)), client=("127.0.0.1", 1)
    )
    facts = client.get(f"/digests/{WEEK}?market=nyc-demo").json()["facts"]
    edition = digests.edition(digest_engine, "nyc-demo", str(WEEK), "public")
    assert edition is not None
    sender = Address("Table Stakes", addr_spec="digest@example.com")
    message = addressed(
        letter(edition, sender=sender, public_url="https://tables.example.com"),
        "reader@example.org",
        "a-token-that-nobody-guesses",
        now=NOW,
    )
    mail = message.get_body(("plain",)).get_content()
    said = text(page)
    markdown, html, plain = copied(page)
    assert len(facts["items"]) >= 5
    for item in facts["items"]:
        for place in (said, mail, markdown, plain):
            assert item["printable"] in place
            assert item["source_line"] in place
    for row in facts["hardest"]:
        for place in (mail, markdown, html, plain):
            assert row["name"] in unescape(place)


def test_a_writer_leaves_out_moves_and_rewords(open_page: Open, digest_url: str) -> None:
    page = open_page(digest_url, DIGEST)
    first = _items(digest_url)[0]
    page.checkbox[0].uncheck()
    page.text_area[1].set_value("In my own words.")
    page.run()
    assert "In my own words." in text(page)
    markdown, html, plain = copied(page)
    for form in (markdown, html, plain):
        assert "In my own words." in form
    assert f"{first['printable']}." not in plain.split("NUMBER OF THE WEEK")[0]


def test_the_page_says_that_links_to_be_copied_are_relative_until_an_address_is_set(
    open_page: Open, digest_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(digest_url, DIGEST)
    assert "Set `TABLESTAKES_PUBLIC_URL` to the address" in text(page)
    monkeypatch.setenv("TABLESTAKES_PUBLIC_URL", "https://tables.example.com")
    page = open_page(digest_url, DIGEST)
    assert "TABLESTAKES_PUBLIC_URL" not in text(page)
    markdown, html, _ = copied(page)
    for form in (markdown, html):
        assert "https://tables.example.com/venue?" in form


def test_the_note_is_kept_for_the_next_revision(open_page: Open, digest_url: str) -> None:
    page = open_page(digest_url, DIGEST)
    page.text_area[-1].set_value("Watch the holidays.")
    page.button[-1].click()
    page.run()
    assert any("Saved." in element.value for element in page.success)


def test_without_an_edition_the_page_says_when_there_will_be_one(
    open_page: Open, demo_url: str
) -> None:
    page = open_page(demo_url, DIGEST)
    assert not page.exception
    assert "No edition yet" in text(page)


def _items(url: str) -> list[dict[str, str]]:
    engine = create_engine(url)
    edition = digests.edition(engine, "nyc-demo", str(WEEK), "public")
    engine.dispose()
    assert edition is not None
    items: list[dict[str, str]] = edition.facts["items"]
    return items

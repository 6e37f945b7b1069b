"""The page Digest: what it says is what the API answers and the mail carries."""

from collections.abc import Iterator
from email.headerregistry import Address
from html import unescape

import pytest
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from api.app import State, create_app
from dashboard import parts
from db import digests
from db.engine import Engine, create_engine
from metrics.calendar import IsoWeek
from pipeline.digest import build_editions
from pipeline.mail.message import addressed, letter
from tests.dashboard.conftest import Open
from tests.dashboard.said import text
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
    first, second, third, *_ = _items(digest_url)
    page.checkbox[0].uncheck()
    page.text_area[1].set_value("In my own words.")
    page.run()
    assert "In my own words." in text(page)
    markdown, html, plain = copied(page)
    for form in (markdown, html, plain):
        assert "In my own words." in form
    assert f"{first['printable']}." not in plain.split("NUMBER OF THE WEEK")[0]
    _button(page, f"Move down-nyc-demo-{WEEK}-public-{second['key']}").click().run()
    plain = copied(page)[2]
    assert plain.index(third["printable"]) < plain.index("In my own words.")
    _button(page, f"Move up-nyc-demo-{WEEK}-public-{second['key']}").click().run()
    plain = copied(page)[2]
    assert plain.index(third["printable"]) > plain.index("In my own words.")


def test_a_draft_is_in_the_address_and_comes_back_with_it(open_page: Open, digest_url: str) -> None:
    first, second, *_ = _items(digest_url)
    name = f"nyc-demo-{WEEK}-public"
    page = open_page(
        digest_url,
        DIGEST,
        **{
            f"keep-{name}-{first['key']}": "false",
            f"text-{name}-{second['key']}": "In my own words.",
            f"order-{name}": [item["key"] for item in reversed(_items(digest_url))],
        },
    )
    assert not page.exception
    plain = copied(page)[2].split("NUMBER OF THE WEEK")[0]
    assert f"{first['printable']}." not in plain
    kept = [item["printable"] for item in reversed(_items(digest_url)[2:])]
    places = [plain.index(sentence) for sentence in [*kept, "In my own words."]]
    assert places == sorted(places)
    assert "is kept in this page’s address" in text(page)


def test_a_link_to_a_week_opens_it_and_one_to_no_edition_says_so(
    open_page: Open, digest_url: str
) -> None:
    earlier = IsoWeek(2026, 46)
    engine = create_engine(digest_url)
    build_editions(engine, SETTINGS, NOW, week=earlier)
    engine.dispose()
    page = open_page(digest_url, DIGEST, week=str(earlier))
    assert page.selectbox(key="week_choice").value == str(earlier)
    assert "Mon, Nov 9 to Sun, Nov 15, 2026" in text(page)
    assert not page.warning
    page.selectbox(key="week_choice").set_value(str(WEEK)).run()
    assert "Mon, Nov 16 to Sun, Nov 22, 2026" in text(page)
    assert page.query_params["week"] == str(WEEK)
    page = open_page(digest_url, DIGEST, week="2026-W30")
    assert page.warning[0].value == (
        "There is no edition of “2026-W30”: this is the newest, 2026-W47."
    )
    assert "Mon, Nov 16 to Sun, Nov 22, 2026" in text(page)


def test_links_to_be_copied_begin_with_the_address_that_is_set_or_that_the_page_was_opened_under(
    open_page: Open, digest_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_page(digest_url, DIGEST)
    assert "begin with “/” and lead nowhere" in text(page)
    monkeypatch.setattr(parts, "opened_under", lambda _: "http://localhost:8501")
    page = open_page(digest_url, DIGEST)
    assert "begin with http://localhost:8501, under which you opened this page" in text(page)
    for form in copied(page)[:2]:
        assert "http://localhost:8501/venue?" in form
    monkeypatch.setenv("TABLESTAKES_PUBLIC_URL", "https://tables.example.com")
    page = open_page(digest_url, DIGEST)
    assert "TABLESTAKES_PUBLIC_URL" not in text(page)
    for form in copied(page)[:2]:
        assert "https://tables.example.com/venue?" in form


def test_copied_texts_name_the_pictures_and_the_page_says_where_these_are(
    open_page: Open, digest_url: str
) -> None:
    page = open_page(digest_url, DIGEST)
    name = f"nyc-demo-{WEEK}-simulated-days.png"
    assert f"{name} and nyc-demo-{WEEK}-simulated-hardest.png: put these files" in text(page)
    markdown, html, _ = copied(page)
    assert f"]({name})" in markdown
    assert f'src="{name}"' in html


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


def _button(page: AppTest, key: str) -> Button:
    return next(button for button in page.button if button.key == key)


def _items(url: str) -> list[dict[str, str]]:
    engine = create_engine(url)
    edition = digests.edition(engine, "nyc-demo", str(WEEK), "public")
    engine.dispose()
    assert edition is not None
    items: list[dict[str, str]] = edition.facts["items"]
    return items

"""The page on which editors write beside days, and what readers of charts see of it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard import data
from db import insights
from db.annotation_writes import add_annotation
from db.engine import Engine, create_engine
from tests.dashboard.conftest import Open
from tests.dashboard.said import text
from tests.dashboard.test_pages import UNREACHABLE
from tests.dashboard.worlds import LAST_WHOLE_DAY, NOW

PAGE = "annotations.py"


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands where the demo-like data end."""
    monkeypatch.setattr(data, "now", lambda: NOW)


def fill(page, **values: object):
    for name, value in values.items():
        (page.date_input if name in ("first", "last") else page.text_input)(
            key=f"annotation_{name}"
        ).set_value(value)
    return page.button(key="FormSubmitter:annotation-Add annotation").click().run()


@pytest.mark.world("weeks")
@pytest.mark.usefixtures("at_noon")
def test_an_editor_adds_one_and_removes_it(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    page = open_page(database_url, PAGE)
    assert "No annotations so far" in text(page)
    page = fill(page, text="Restaurant Week", name="Ana", last=NOW.date() + timedelta(days=3))
    assert not page.exception
    assert page.success[0].value == "Added “Restaurant Week”."
    assert "One annotation so far" in text(page)
    assert "By Ana, " in text(page)
    assert page.text_input(key="annotation_text").value == ""
    (row,) = insights.annotations(engine).itertuples()
    assert (row.text, row.added_by, row.market_id) == ("Restaurant Week", "Ana", "nyc")
    page = page.button(key=f"remove-{row.annotation_id}").click().run()
    assert page.success[0].value == "Removed “Restaurant Week”."
    assert insights.annotations(engine).empty


def test_the_form_begins_with_the_usual_market_on_its_own_day(
    open_page: Open, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "now", lambda: datetime(2026, 11, 24, 2, tzinfo=UTC))
    page = open_page(database_url, PAGE)
    assert page.selectbox(key="annotation_market").value == "nyc"
    for key in ("annotation_first", "annotation_last"):
        assert page.date_input(key=key).value == date(2026, 11, 23)


def test_what_is_wrong_is_said_and_what_was_typed_stays(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    page = open_page(database_url, PAGE)
    page = fill(page, text="Strike")
    assert page.error[0].value == "Not added. Your name is empty."
    assert page.text_input(key="annotation_text").value == "Strike"
    assert insights.annotations(engine).empty


def test_what_somebody_else_removed_is_said_to_be_gone(
    open_page: Open, engine: Engine, database_url: str
) -> None:
    known = annotate(engine, "Strike")
    page = open_page(database_url, PAGE)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM annotations")
    page = page.button(key=f"remove-{known}").click().run()
    assert page.error[0].value == "“Strike” was removed already, by somebody else."


def test_a_database_that_does_not_answer_is_one_clear_sentence(open_page: Open) -> None:
    page = open_page(UNREACHABLE, PAGE)
    assert not page.exception
    assert page.error[0].value.startswith("The database does not answer")


@pytest.mark.usefixtures("at_noon")
@pytest.mark.parametrize("name", ["week.py", "market.py", "venue.py"])
def test_every_page_with_days_says_what_was_written_about_them(
    open_page: Open, demo_url: str, name: str
) -> None:
    engine = create_engine(demo_url)
    try:
        known = annotate(engine, "Marathon & parade")
        page = open_page(demo_url, name, venue="demo-osteria-luna")
        assert not page.exception
        assert "Shaded: Marathon & parade, " in text(page)
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM annotations")
        engine.dispose()
    assert known > 0


def annotate(engine: Engine, words: str) -> int:
    return add_annotation(
        engine,
        market_id=None,
        first=LAST_WHOLE_DAY - timedelta(days=3),
        last=LAST_WHOLE_DAY,
        text=words,
        added_by="Ana",
        added_at=datetime(2026, 11, 1, tzinfo=UTC),
    )

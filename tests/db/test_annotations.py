"""Annotations are kept as they were meant, refused with all that is wrong, and forgotten once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from db import insights
from db.annotation_writes import (
    LONGEST_DAYS,
    LONGEST_NAME,
    LONGEST_TEXT,
    AnnotationError,
    UnknownAnnotationError,
    add_annotation,
    remove_annotation,
)
from db.engine import Engine

FIRST, LAST = date(2026, 1, 20), date(2026, 2, 8)
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def add(engine: Engine, **changed: object) -> int:
    values: dict[str, object] = {
        "market_id": None,
        "first": FIRST,
        "last": LAST,
        "text": "Restaurant Week",
        "added_by": "Ana Ruiz",
        "added_at": NOW,
    }
    return add_annotation(engine, **{**values, **changed})  # type: ignore[arg-type]


@pytest.mark.world("weeks")
def test_an_annotation_of_a_market_is_read_there_and_one_of_all_markets_everywhere(
    engine: Engine,
) -> None:
    of_all = add(engine, text="Blizzard  of\n2026", first=LAST)
    of_one = add(engine, market_id="nyc")
    known = insights.annotations(engine, "nyc")
    assert known["annotation_id"].tolist() == [of_one, of_all]  # the earliest days first
    assert known["text"].tolist() == ["Restaurant Week", "Blizzard of 2026"]
    assert known["added_by"].tolist() == ["Ana Ruiz"] * 2
    assert known["added_at"].tolist() == [NOW] * 2
    assert insights.annotations(engine, "elsewhere")["annotation_id"].tolist() == [of_all]
    assert len(insights.annotations(engine)) == 2


def test_no_annotation_is_an_empty_table_with_its_columns(engine: Engine) -> None:
    none = insights.annotations(engine, "nyc")
    assert none.empty
    assert {"first_date", "last_date", "text"} <= set(none.columns)


def test_one_day_and_the_longest_words_are_accepted(engine: Engine) -> None:
    add(engine, last=FIRST, text="x" * LONGEST_TEXT, added_by="y" * LONGEST_NAME)
    add(engine, last=FIRST + timedelta(days=LONGEST_DAYS - 1), text="Café Zoë’s “première”, −5 °C")
    assert len(insights.annotations(engine)) == 2


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"last": FIRST - timedelta(days=1)}, "is before the first"),
        ({"last": FIRST + timedelta(days=LONGEST_DAYS)}, "366 days at most; this one has 367"),
        ({"first": date(1920, 1, 1)}, "between 1970 and 2100"),
        ({"text": " \n "}, "The text is empty"),
        ({"added_by": ""}, "Your name is empty"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "81 characters; 80 are the most"),
        ({"text": "<b>loud</b>"}, "holds < >"),
        ({"text": "a\x00b"}, "which charts cannot show"),
        ({"added_by": "[x](y)"}, r"holds \[ \]"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    engine: Engine, changed: dict[str, object], said: str
) -> None:
    with pytest.raises(AnnotationError, match=said):
        add(engine, **changed)
    assert insights.annotations(engine).empty


def test_all_that_is_wrong_is_said_at_once(engine: Engine) -> None:
    with pytest.raises(AnnotationError, match=r"before the first.*text is empty.*name is empty"):
        add(engine, last=FIRST - timedelta(days=1), text="", added_by="")


def test_a_market_that_there_is_not_is_refused(engine: Engine) -> None:
    with pytest.raises(insights.UnknownMarketError, match="atlantis"):
        add(engine, market_id="atlantis")


def test_removing_twice_says_that_it_is_gone(engine: Engine) -> None:
    kept, gone = add(engine), add(engine)
    remove_annotation(engine, gone)
    with pytest.raises(UnknownAnnotationError):
        remove_annotation(engine, gone)
    assert insights.annotations(engine)["annotation_id"].tolist() == [kept]

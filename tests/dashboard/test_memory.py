"""What the dashboard keeps in memory."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

import pandas as pd
import pytest

from dashboard import memory
from dashboard.memory import forget_everything, kept, kept_in_turn, whole_page


@dataclass(frozen=True)
class Place:
    name: str
    reach: int = field(compare=False)


def test_an_answer_is_made_once_for_all_who_ask_the_same() -> None:
    asked = []

    @kept(timedelta(minutes=1))
    def answer(place: Place, notes: pd.DataFrame) -> object:
        asked.append(place.name)
        return object()

    def notes(text: str) -> pd.DataFrame:
        return pd.DataFrame({"text": [text], "day": [pd.Timestamp("2026-11-20")]})

    first = answer(Place("New York", 1), notes("marathon"))
    assert answer(Place("New York", 2), notes("marathon")) is first
    assert answer(Place("New York", 1), notes=notes("parade")) is not first
    assert answer(Place("Bonn", 1), notes("marathon")) is not first
    assert asked == ["New York", "New York", "Bonn"]


def test_readers_who_ask_at_once_wait_for_one_answer() -> None:
    began, may_end, made = threading.Event(), threading.Event(), []

    @kept(timedelta(minutes=1))
    def answer() -> int:
        began.set()
        assert may_end.wait(10)
        made.append(1)
        return len(made)

    told: list[int] = []
    readers = [threading.Thread(target=lambda: told.append(answer())) for _ in range(4)]
    for reader in readers:
        reader.start()
    assert began.wait(10)
    may_end.set()
    for reader in readers:
        reader.join(10)
    assert told == [1, 1, 1, 1]


def test_an_error_is_not_kept_and_what_is_forgotten_is_asked_again() -> None:
    answers = iter([ValueError("not yet"), "one", "two", "three"])

    @kept(timedelta(minutes=1))
    def answer() -> str:
        found = next(answers)
        if isinstance(found, ValueError):
            raise found
        return found

    with pytest.raises(ValueError, match="not yet"):
        answer()
    assert (answer(), answer()) == ("one", "one")
    answer.cache_clear()
    assert answer() == "two"
    forget_everything()
    assert answer() == "three"


def test_no_more_are_kept_than_said_and_no_longer() -> None:
    asked = []

    @kept(timedelta(0), most=1)
    def fleeting(number: int) -> int:
        asked.append(number)
        return number

    @kept(timedelta(minutes=1), most=1)
    def few(number: int) -> int:
        asked.append(number)
        return number

    assert [fleeting(1), fleeting(1)] == [1, 1]
    assert [few(2), few(3), few(3), few(2)] == [2, 3, 3, 2]
    assert asked == [1, 1, 2, 3, 2]


def test_parts_of_pages_are_made_for_one_page_at_a_time_and_what_is_there_is_not_waited_for() -> (
    None
):
    made: list[str] = []
    began, may_go_on = threading.Event(), threading.Event()

    @kept_in_turn(timedelta(minutes=1))
    def part(name: str) -> str:
        made.append(name)
        return name

    def first_page() -> None:
        with whole_page():
            part("its first")
            began.set()
            assert may_go_on.wait(10)
            part("its second")

    def other_page() -> None:
        with whole_page():
            part("another's")

    first = threading.Thread(target=first_page)
    first.start()
    assert began.wait(10)
    other = threading.Thread(target=other_page)
    other.start()
    assert part("its first") == "its first"
    may_go_on.set()
    for page in (first, other):
        page.join(10)
    assert made == ["its first", "its second", "another's"]


def test_a_part_that_cannot_be_made_gives_the_turn_back_and_is_made_anew() -> None:
    answers = iter([ValueError("not yet"), "one"])

    @kept_in_turn(timedelta(minutes=1))
    def part() -> str:
        found = next(answers)
        if isinstance(found, ValueError):
            raise found
        return found

    with pytest.raises(ValueError, match="not yet"), whole_page():
        part()
    told: list[str] = []
    other = threading.Thread(target=lambda: told.append(part()))
    other.start()
    other.join(10)
    assert told == ["one"]
    part.cache_clear()
    with pytest.raises(StopIteration):
        part()


def test_who_waited_too_long_for_a_turn_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LONGEST_WAIT", timedelta(0))
    began, may_end = threading.Event(), threading.Event()

    @kept_in_turn(timedelta(minutes=1))
    def part(name: str) -> str:
        if name == "stuck":
            began.set()
            assert may_end.wait(10)
        return name

    stuck = threading.Thread(target=part, args=["stuck"])
    stuck.start()
    assert began.wait(10)
    assert part("another") == "another"
    may_end.set()
    stuck.join(10)
    assert part("stuck") == "stuck"

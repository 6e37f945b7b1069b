"""What comes together is written together, and each gets the answer it would have had alone."""

import threading
from collections.abc import Callable

import pytest

from api.gathering import Gathering


class Crowd:
    """Threads that post while a first one is being written."""

    def __init__(self, together: Callable[[list[int]], list[str]]) -> None:
        self.gathering: Gathering[int, str] = Gathering()
        self.together = together
        self.results: dict[int, str] = {}
        self.alone: list[int] = []
        self.may_end = threading.Event()
        self.is_writing = threading.Event()

    def post(self, item: int) -> None:
        def alone() -> str:
            self.alone.append(item)
            if item == 0:
                self.is_writing.set()
                assert self.may_end.wait(10)
            return f"alone {item}"

        self.results[item] = self.gathering.take(item, alone, self.together)

    def run(self, others: int) -> None:
        threads = [threading.Thread(target=self.post, args=(k,)) for k in range(others + 1)]
        threads[0].start()
        assert self.is_writing.wait(10)
        for thread in threads[1:]:
            thread.start()
        while len(self.gathering._waiting) < others:
            threading.Event().wait(0.001)
        self.may_end.set()
        for thread in threads:
            thread.join(10)


def test_what_comes_while_another_is_written_is_written_in_one_go() -> None:
    groups: list[list[int]] = []

    def together(items: list[int]) -> list[str]:
        groups.append(items)
        return [f"together {item}" for item in items]

    crowd = Crowd(together)
    crowd.run(7)
    assert crowd.alone == [0]
    assert [sorted(group) for group in groups] == [[1, 2, 3, 4, 5, 6, 7]]
    assert crowd.results == {0: "alone 0"} | {k: f"together {k}" for k in range(1, 8)}


def test_where_writing_together_fails_each_writes_its_own() -> None:
    def together(items: list[int]) -> list[str]:
        raise ValueError("one of them is poison")

    crowd = Crowd(together)
    crowd.run(4)
    assert sorted(crowd.alone) == [0, 1, 2, 3, 4]
    assert crowd.results == {k: f"alone {k}" for k in range(5)}


def test_what_comes_alone_is_written_at_once_and_its_error_is_its_own() -> None:
    gathering: Gathering[int, str] = Gathering()

    def fails() -> str:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        gathering.take(1, fails, lambda items: [])
    assert gathering.take(2, lambda: "fine", lambda items: []) == "fine"

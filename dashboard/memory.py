"""What the dashboard keeps in memory: once for all readers, and not copied for each of them.

Streamlit's own caches copy what they hold, or take its arguments to pieces to tell them apart: a
quarter of what a click cost. Here arguments are told apart by being equal.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta
from functools import wraps
from threading import Condition, Lock, local
from typing import ParamSpec, Protocol, TypeVar, cast

import pandas as pd
from cachetools import TTLCache, cached
from cachetools.keys import hashkey

P = ParamSpec("P")
T = TypeVar("T", covariant=True)

MOST_KEPT = 100
LONGEST_WAIT = timedelta(seconds=30)  # for a turn


class Kept(Protocol[P, T]):
    """A function whose answers are kept."""

    def __call__(self, *given: P.args, **named: P.kwargs) -> T:
        """The answer, made by the first who asks while the others wait for it."""

    def cache_clear(self) -> None:
        """Forgets its answers."""


class _Mine(local):
    """What a thread knows of its turn. page: what ends the turn, while a page is made."""

    is_my_turn = False
    page: ExitStack | None = None


_mine = _Mine()
_turns = Lock()
_all: list[Kept[..., object]] = []


def kept(ttl: timedelta, most: int = MOST_KEPT) -> Callable[[Callable[P, T]], Kept[P, T]]:
    """Keeps up to `most` answers of a function for so long. Nobody changes what it returns; an
    error is not kept."""

    def keep(build: Callable[P, T]) -> Kept[P, T]:
        cache: TTLCache[object, T] = TTLCache(most, ttl.total_seconds())
        keeping = cast("Kept[P, T]", cached(cache, key=_key, condition=Condition())(build))
        _all.append(keeping)
        return keeping

    return keep


def kept_in_turn(ttl: timedelta, most: int = MOST_KEPT) -> Callable[[Callable[P, T]], Kept[P, T]]:
    """As `kept`, for what takes long: such answers are made one at a time.

    Python does one thing at once: while many readers want what nobody has asked for yet, those who
    want what is there would wait for all of it.
    """

    def keep(build: Callable[P, T]) -> Kept[P, T]:
        answers: TTLCache[object, T] = TTLCache(most, ttl.total_seconds())
        lock = Lock()

        def answer(key: object) -> T:
            with lock:
                return answers[key]

        @wraps(build)
        def keeping(*given: P.args, **named: P.kwargs) -> T:
            key = _key(*given, **named)
            with suppress(KeyError):
                return answer(key)
            with _turn():
                with suppress(KeyError):
                    return answer(key)  # somebody made it while this thread waited
                made = build(*given, **named)
                with lock:
                    answers[key] = made
                return made

        def cache_clear() -> None:
            with lock:
                answers.clear()

        found = cast("Kept[P, T]", keeping)
        keeping.cache_clear = cache_clear  # type: ignore[attr-defined]
        _all.append(found)
        return found

    return keep


def forget_everything() -> None:
    """As if nothing had been asked yet: for another database."""
    for keeping in _all:
        keeping.cache_clear()


@contextmanager
def whole_page() -> Iterator[None]:
    """Within it a thread that has to make an answer keeps its turn to the end, so that readers get
    their pages one after the other, and not all of them at last."""
    with ExitStack() as _mine.page:
        try:
            yield
        finally:
            _mine.page = None


@contextmanager
def _turn() -> Iterator[None]:
    """Waits for this thread's turn to make an answer, and all answers that this one asks for."""
    with ExitStack() as answer:
        if not _mine.is_my_turn:
            (_mine.page or answer).enter_context(_taken())
        yield


@contextmanager
def _taken() -> Iterator[None]:
    """Who waited for too long goes on without: it may be the database that answers nobody."""
    has_turn = _turns.acquire(timeout=LONGEST_WAIT.total_seconds())
    _mine.is_my_turn = True
    try:
        yield
    finally:
        _mine.is_my_turn = False
        if has_turn:
            _turns.release()


def _key(*given: object, **named: object) -> object:
    return hashkey(*map(_told_apart, given), **{k: _told_apart(v) for k, v in named.items()})


def _told_apart(argument: object) -> object:
    """Rows (a market's few annotations) by what they hold; all else as it is."""
    if isinstance(argument, pd.DataFrame):
        return repr(argument.to_numpy().tolist())
    return argument

"""What the dashboard keeps in memory: once for all readers, and not copied for each of them.

Streamlit's own caches copy what they hold, or take its arguments to pieces to tell them apart: a
quarter of what a click cost. Here arguments are told apart by being equal.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Condition
from typing import ParamSpec, Protocol, TypeVar, cast

import pandas as pd
from cachetools import TTLCache, cached
from cachetools.keys import hashkey

P = ParamSpec("P")
T = TypeVar("T", covariant=True)

MOST_KEPT = 100


class Kept(Protocol[P, T]):
    """A function whose answers are kept."""

    def __call__(self, *given: P.args, **named: P.kwargs) -> T:
        """The answer, made by the first who asks while the others wait for it."""

    def cache_clear(self) -> None:
        """Forgets its answers."""


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


def forget_everything() -> None:
    """As if nothing had been asked yet: for another database."""
    for keeping in _all:
        keeping.cache_clear()


def _key(*given: object, **named: object) -> object:
    return hashkey(*map(_told_apart, given), **{k: _told_apart(v) for k, v in named.items()})


def _told_apart(argument: object) -> object:
    """Rows (a market's few annotations) by what they hold; all else as it is."""
    if isinstance(argument, pd.DataFrame):
        return repr(argument.to_numpy().tolist())
    return argument

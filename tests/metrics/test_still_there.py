"""The chance that a table seen a moment ago can still be had."""

import doctest

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import still_there
from metrics.still_there import chance_still_there
from metrics.survival import survival_curve

AGES = st.floats(60, 4000)


def test_the_example_comes_out_as_written() -> None:
    assert doctest.testmod(still_there).failed == 0


def test_what_is_not_known_has_no_chance() -> None:
    assert chance_still_there(None, seen_at_seconds=0, wanted_at_seconds=60) is None
    curve = survival_curve([60, 120], [], resolution_seconds=60)
    assert chance_still_there(curve, seen_at_seconds=200, wanted_at_seconds=260) is None
    assert chance_still_there(curve, seen_at_seconds=0, wanted_at_seconds=30) is None
    with pytest.raises(ValueError, match="after it was seen"):
        chance_still_there(curve, seen_at_seconds=90, wanted_at_seconds=60)


def test_a_table_younger_than_one_look_is_held_against_all_that_opened() -> None:
    curve = survival_curve([60] * 3 + [600], [], resolution_seconds=60)
    assert chance_still_there(curve, seen_at_seconds=5, wanted_at_seconds=65) == 0.25


@given(st.lists(AGES, min_size=1, max_size=30), AGES, AGES, AGES)
def test_who_waits_longer_never_has_a_better_chance(
    closed: list[float], seen: float, first: float, second: float
) -> None:
    curve = survival_curve(np.array(closed), np.array([5000.0]))
    chances = [
        chance_still_there(curve, seen_at_seconds=seen, wanted_at_seconds=seen + wait)
        for wait in sorted((first, second))
    ]
    known = [chance for chance in chances if chance is not None]
    assert known == sorted(known, reverse=True)
    assert all(0 <= chance <= 1 for chance in known)

"""Small rows leave without their numbers, and the total does not give them away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.small_cells import SMALLEST_CELL, are_suppressed


@given(st.lists(st.integers(0, 40), max_size=12))
def test_what_is_held_back_is_hidden_among_enough_others_or_is_all_there_is(
    sizes: list[int],
) -> None:
    held_back = are_suppressed(sizes)
    hidden = [size for size, is_held in zip(sizes, held_back, strict=True) if is_held]
    shown = [size for size, is_held in zip(sizes, held_back, strict=True) if not is_held]
    assert all(size == 0 or size >= SMALLEST_CELL for size in shown)
    if hidden:
        everything = not any(shown)
        assert everything or (len(hidden) > 1 and sum(hidden) >= SMALLEST_CELL)
    else:
        assert not any(0 < size < SMALLEST_CELL for size in sizes)


def test_rows_of_ten_alerts_or_of_none_are_shown() -> None:
    assert are_suppressed([10, 0, 99]) == [False, False, False]
    assert are_suppressed([9]) == [True]
    assert are_suppressed([2, 3, 80, 20]) == [True, True, False, True]
    with pytest.raises(ValueError, match="zero alerts or more"):
        are_suppressed([-1])

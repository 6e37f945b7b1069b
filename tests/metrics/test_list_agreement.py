"""Editors' lists against rank bands."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.list_agreement import list_agreement
from metrics.ranks import rank_bands


def test_a_list_without_a_ranked_venue_has_no_answer() -> None:
    assert list_agreement([False, False], [1, 2], [1, 2]) is None
    assert list_agreement([], [], []) is None


def test_certain_ranks_leave_nothing_possible() -> None:
    found = list_agreement([True, False, False, True], [1, 2, 3, 4], [1, 2, 3, 4])
    assert found is not None
    assert (found.surely_in, found.could_be, found.surely_out, found.missing) == (1, 0, 1, 1)
    assert found.is_out.tolist() == [False, False, False, True]
    assert found.is_missing.tolist() == [False, True, False, False]


def test_arrays_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="rank band"):
        list_agreement([True], [1, 2], [1, 2])


@given(
    st.lists(
        st.tuples(st.floats(0, 50), st.floats(0, 5), st.floats(0, 5), st.booleans()),
        min_size=1,
        max_size=30,
    )
)
def test_every_venue_of_a_list_is_counted_once_and_no_more_are_missing_than_wrong(venues) -> None:
    rate, below, above, listed = map(np.array, zip(*venues, strict=True))
    bands = rank_bands(rate, rate - below, rate + above)
    found = list_agreement(listed, [b.best for b in bands], [b.worst for b in bands])
    if found is None:
        assert not listed.any()
        return
    assert found.surely_in + found.could_be + found.surely_out == found.size == listed.sum()
    # Each missing venue takes a place among the hardest that one of the list cannot have.
    assert found.surely_in + found.missing <= found.size

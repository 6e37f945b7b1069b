"""Ends noticed after nobody had looked for a while."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from metrics.gaps import cut_at_gaps


def test_a_closing_right_after_a_look_counts_as_noticed():
    seconds, is_censored = cut_at_gaps([600], [30], np.ones(60, dtype=bool), 0, 1)
    assert seconds.tolist() == [600]
    assert is_censored.tolist() == [False]


def test_a_closing_after_an_outage_is_censored_where_the_outage_began():
    observed = np.ones(120, dtype=bool)
    observed[40:100] = False
    seconds, is_censored = cut_at_gaps([3600 + 900], [100], observed, 0, 1)
    assert seconds.tolist() == [900]
    assert is_censored.tolist() == [True]


def test_a_gap_of_one_poll_interval_is_no_gap():
    observed = np.ones(120, dtype=bool)
    observed[40:42] = False
    assert cut_at_gaps([3600], [44], observed, 0, 2)[1].tolist() == [False]
    assert cut_at_gaps([3600], [43], observed, 0, 1)[1].tolist() == [True]


def test_a_bucket_looked_at_a_minute_after_the_others_does_not_hide_the_gap():
    observed = np.ones(600, dtype=bool)
    observed[100:460] = False
    seconds, is_cut = cut_at_gaps([22_000, 22_000], [460, 461], observed, 0, 1)
    assert is_cut.tolist() == [True, True]
    assert seconds.tolist() == [22_000 - 60 * 360, 22_000 - 60 * 361]


def test_a_table_that_opened_after_the_gap_is_not_cut():
    observed = np.ones(600, dtype=bool)
    observed[100:460] = False
    assert cut_at_gaps([60, 70], [461, 462], observed, 0, 1)[1].tolist() == [False, False]


def test_time_outside_of_what_is_known_counts_as_observed():
    nothing = np.zeros(10, dtype=bool)
    assert cut_at_gaps([60, 60], [5, 900], nothing, 100, 1)[1].tolist() == [False, False]


@given(
    st.lists(st.booleans(), min_size=1, max_size=200),
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 250)), max_size=20),
)
def test_censoring_never_makes_a_drop_longer_and_never_negative(observed, drops):
    noticed = np.array([seconds for seconds, _ in drops], dtype=np.int64)
    minutes = np.array([minute for _, minute in drops], dtype=np.int64)
    seconds, is_censored = cut_at_gaps(noticed, minutes, np.array(observed), 0, 1)
    assert (seconds <= noticed).all()
    assert (seconds >= 0).all()
    assert (seconds[~is_censored] == noticed[~is_censored]).all()

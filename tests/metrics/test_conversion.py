"""The funnel never grows, every loss has one cause, and each cause means what it says."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.conversion import (
    CAUSES,
    NEVER,
    NOT_KNOWN,
    STEPS,
    Alerts,
    funnel_counts,
    missed_by_seconds,
    outcomes,
)

DAY = 86_400


def one(opened=NEVER, tapped=NEVER, booked=NEVER, closed=NOT_KNOWN) -> Alerts:
    return Alerts(*(np.array([value]) for value in (0, opened, tapped, booked, closed)))


@pytest.mark.parametrize(
    ("alert", "cause"),
    [
        (one(closed=100), "gone_before_opened"),
        (one(opened=100, closed=100), "gone_before_opened"),
        (one(opened=99, closed=100), "gone_before_tap"),
        (one(opened=5, tapped=120, closed=100), "gone_before_tap"),
        (one(opened=5, tapped=99, closed=100), "gone_before_confirm"),
        (one(tapped=99, closed=100), "gone_before_confirm"),
        (one(opened=200, tapped=99, closed=100), "gone_before_confirm"),
        (one(opened=5, closed=DAY + 1), "still_there"),
        (one(opened=5, closed=NEVER), "still_there"),
        (one(opened=5), "unknown"),
        (one(closed=-30), "gone_before_opened"),
        (one(booked=DAY + 1, closed=NEVER), "still_there"),
    ],
)
def test_a_loss_is_put_down_to_the_first_step_not_reached_when_the_table_went(alert, cause):
    assert CAUSES[outcomes(alert, DAY)[1][0]] == cause


def test_the_window_includes_its_end_and_a_booking_is_no_loss():
    assert outcomes(one(booked=DAY), DAY)[0].tolist() == [3]
    assert outcomes(one(booked=DAY), DAY)[1].tolist() == [-1]
    assert outcomes(one(booked=DAY + 1), DAY)[0].tolist() == [0]


def test_missed_by_is_how_much_faster_the_next_step_should_have_been():
    assert missed_by_seconds(one(opened=130, closed=100), DAY).tolist() == [30]
    assert missed_by_seconds(one(opened=5, tapped=101, closed=100), DAY).tolist() == [1]
    assert missed_by_seconds(one(closed=100), DAY).tolist() == [NEVER]


@pytest.mark.parametrize("closed", [-10, 0])
def test_nobody_is_faster_than_the_sending(closed):
    assert missed_by_seconds(one(opened=8, closed=closed), DAY).tolist() == [NEVER]
    assert missed_by_seconds(one(opened=8, closed=1), DAY).tolist() == [7]


seconds = st.one_of(st.just(NEVER), st.integers(0, 3 * DAY))
closing = st.one_of(st.sampled_from([NEVER, NOT_KNOWN]), st.integers(-DAY, 3 * DAY))


@given(
    st.lists(
        st.tuples(
            st.integers(0, DAY),
            seconds,
            seconds,
            seconds,
            closing,
            st.booleans(),
            st.integers(0, 2),
        ),
        max_size=30,
    ),
    st.integers(1, 2 * DAY),
)
def test_steps_never_grow_and_causes_add_up_to_the_losses(rows, window):
    columns = [np.array([row[field] for row in rows], dtype=np.int64) for field in range(7)]
    alerts, is_settled, group = Alerts(*columns[:5]), columns[5].astype(bool), columns[6]
    counts = funnel_counts(alerts, is_settled, group, 3, window)
    steps = [counts.steps[step] for step in STEPS]
    for before, after in pairwise(steps):
        assert (after <= before).all()
    assert (sum(counts.causes.values()) == steps[0] - steps[-1]).all()
    assert (steps[0] + counts.unsettled).sum() == len(rows)
    whole = funnel_counts(alerts, is_settled, np.zeros_like(group), 1, window)
    for step in STEPS:
        assert counts.steps[step].sum() == whole.steps[step][0]
    for cause in CAUSES:
        assert counts.causes[cause].sum() == whole.causes[cause][0]

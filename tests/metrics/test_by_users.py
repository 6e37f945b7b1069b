"""Comparisons with users as the unit: leaving out one is leaving out all of their alerts."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.by_users import compared_by_users, share_by_users
from metrics.proportions import share_ratio, wilson_interval
from metrics.strata import Stratum, mantel_haenszel

ENTRIES = st.lists(
    st.tuples(
        st.integers(0, 11),  # user
        st.integers(0, 2),  # stratum
        st.booleans(),  # of the first group
        st.booleans(),  # a success
    ),
    min_size=1,
    max_size=120,
)


def arrays(rows):
    users, strata, is_first, is_success = (np.array(column) for column in zip(*rows, strict=True))
    entries = np.stack(
        [is_first & is_success, is_first, ~is_first & is_success, ~is_first], axis=1
    ).astype(np.int64)
    return users, strata, entries


def adjusted_ratio(strata, entries):
    tables = [
        Stratum(*entries[strata == stratum].sum(axis=0).tolist()) for stratum in np.unique(strata)
    ]
    found = mantel_haenszel(tables)
    return None if found is None else found.share_ratio


@given(ENTRIES)
def test_the_interval_is_that_of_leaving_out_each_user_one_after_the_other(rows):
    users, strata, entries = arrays(rows)
    found = compared_by_users(users, strata, entries).adjusted
    everyone = np.unique(users)
    without = [adjusted_ratio(strata[users != user], entries[users != user]) for user in everyone]
    if found is None or len(everyone) < 2 or not all(without):
        assert found is None or found.share_ratio_interval is None
        return
    logs = np.log(np.array(without, dtype=float))
    variance = (len(logs) - 1) / len(logs) * ((logs - logs.mean()) ** 2).sum()
    low, high = found.share_ratio_interval
    assert math.log(high / low) / 2 == pytest.approx(
        math.sqrt(variance) * _t(len(logs) - 1), abs=1e-6
    )
    assert low <= found.share_ratio <= high


def _t(degrees):
    return stats.t.ppf(0.975, degrees)


def test_a_hundred_alerts_to_ten_users_tell_less_than_to_a_hundred():
    rng = np.random.default_rng(3)
    keenness = np.repeat(rng.uniform(0, 1, 24), 20)
    is_first = np.repeat(np.arange(24) % 2 == 0, 20)
    is_success = rng.random(480) < keenness
    entries = np.stack(
        [is_first & is_success, is_first, ~is_first & is_success, ~is_first], axis=1
    ).astype(np.int64)
    one_stratum = np.zeros(480, dtype=np.int64)
    few = compared_by_users(np.repeat(np.arange(24), 20), one_stratum, entries)
    many = compared_by_users(np.arange(480), one_stratum, entries)
    assert few.design_effect > 3 > many.design_effect
    assert width(few.crude.interval) > 1.5 * width(many.crude.interval)
    assert width(few.adjusted.share_ratio_interval) > 1.5 * width(
        many.adjusted.share_ratio_interval
    )
    assert few.crude.p_value > many.crude.p_value
    assert few.crude.ratio == many.crude.ratio


def width(interval):
    return math.log(interval[1] / interval[0])


def test_where_every_alert_has_its_own_user_it_is_the_usual_interval():
    entries = np.repeat([[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]], 50, axis=0)
    found = compared_by_users(np.arange(200), np.zeros(200, dtype=np.int64), entries)
    usual = mantel_haenszel([Stratum(50, 100, 50, 100)])
    assert found.adjusted.share_ratio_interval == pytest.approx(
        usual.share_ratio_interval, rel=0.02
    )
    assert found.crude.interval == pytest.approx(share_ratio(50, 100, 50, 100).interval, rel=0.02)
    assert found.users == (100, 100)


def test_few_users_are_a_small_comparison_however_many_their_alerts():
    entries = np.repeat([[1, 1, 0, 0], [0, 0, 1, 2]], 200, axis=0)
    users = np.arange(400) % 9
    found = compared_by_users(users, np.zeros(400, dtype=np.int64), entries)
    assert found.crude.is_small
    enough = compared_by_users(np.arange(400) % 40, np.zeros(400, dtype=np.int64), entries)
    assert not enough.crude.is_small


def test_one_user_who_made_all_bookings_of_a_side_gives_no_interval():
    entries = np.array([[5, 5, 0, 0], [0, 5, 0, 0], [0, 0, 1, 5], [0, 0, 1, 5]])
    found = compared_by_users(np.arange(4), np.zeros(4, dtype=np.int64), entries)
    assert found.adjusted.share_ratio_interval is None
    nothing = compared_by_users(
        np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros((0, 4), dtype=np.int64)
    )
    assert (nothing.crude, nothing.adjusted, nothing.users) == (None, None, (0, 0))


def sides(first, second):
    """Of each side (successes, trials) a user, every user on one side only."""
    entries = np.array([(*row, 0, 0) for row in first] + [(0, 0, *row) for row in second])
    users = np.arange(len(entries))
    return compared_by_users(users, np.zeros(len(entries), dtype=np.int64), entries)


@pytest.mark.parametrize("is_turned", [False, True])
def test_a_side_whose_bookings_are_all_one_users_proves_nothing(is_turned):
    one_user, others = [(10, 10)] + [(0, 10)] * 11, [(1, 10)] * 4 + [(0, 10)] * 20
    found = sides(others, one_user) if is_turned else sides(one_user, others)
    assert found.crude.ratio == pytest.approx(1 / 5 if is_turned else 5)
    assert (found.crude.interval, found.crude.p_value, found.crude.is_small) == (None, None, True)
    assert (found.adjusted.share_ratio_interval, found.adjusted.p_value) == (None, None)
    assert found.design_effect is None


def test_against_a_side_without_any_booking_users_are_the_unit_too():
    none = [(0, 10)] * 24
    one_user = sides(none, [(10, 10)] + [(0, 10)] * 23).crude
    many_users = sides(none, [(1, 10)] * 10 + [(0, 10)] * 14).crude
    # The alerts are the same ones: 0 of 240 against 10 of 240.
    assert one_user.ratio == many_users.ratio == 0
    assert many_users.p_value == pytest.approx(share_ratio(0, 240, 10, 240).p_value, rel=0.3)
    assert many_users.p_value < 0.01 < 0.3 < one_user.p_value
    assert many_users.interval[1] < 1 < one_user.interval[1]
    adjusted = sides(none, [(1, 10)] * 10 + [(0, 10)] * 14).adjusted
    assert (adjusted.share_ratio_interval, adjusted.p_value) == (None, None)


def share(*users):
    """The share of users' (successes, trials)."""
    return share_by_users(
        *(np.array(column, dtype=np.int64) for column in zip(*users, strict=True))
    )


def test_a_share_of_one_users_alerts_has_no_interval_and_one_of_none_is_none():
    assert share((96, 120)).share == 0.8
    assert share((96, 120)).interval is None
    assert share((96, 120), (0, 0)).users == 1
    assert share((0, 0)) is None
    with pytest.raises(ValueError, match="between zero and the trials"):
        share((2, 1))


def test_a_share_of_alerts_with_a_user_each_has_nearly_wilsons_interval():
    found = share(*[(1, 1)] * 50, *[(0, 1)] * 150)
    assert found.interval == pytest.approx(wilson_interval(50, 200), rel=0.02)


def test_where_users_are_all_or_nothing_users_are_counted():
    alike = share(*[(10, 10)] * 10, *[(0, 10)] * 30)
    assert alike.interval == pytest.approx(wilson_interval(10, 40), abs=0.02)
    never = share(*[(0, 10)] * 40)
    assert never.interval == pytest.approx(wilson_interval(0, 40), abs=0.01)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), min_size=2, max_size=40))
def test_a_shares_interval_holds_it_and_is_never_narrower_than_that_of_alerts(rows):
    found = share(*[(min(successes, trials), trials) for successes, trials in rows])
    low, high = found.interval
    usual = wilson_interval(found.successes, found.trials)
    assert 0 <= low <= found.share <= high <= 1
    assert low <= usual[0] + 1e-9
    assert high >= usual[1] - 1e-9

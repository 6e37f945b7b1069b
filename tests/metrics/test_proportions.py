"""Shares, differences and ratios against Newcombe, Fagerland et al. and statsmodels."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from metrics.proportions import proportion, share_difference, share_ratio, wilson_interval


@pytest.mark.parametrize(
    ("successes", "trials", "lower", "upper"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_are_newcombes(
    successes: int, trials: int, lower: float, upper: float
) -> None:
    assert wilson_interval(successes, trials) == pytest.approx((lower, upper), abs=6e-5)


@given(st.integers(0, 60), st.integers(1, 60))
def test_wilson_intervals_are_statsmodels(successes: int, trials: int) -> None:
    successes = min(successes, trials)
    expected = proportion_confint(successes, trials, method="wilson")
    found = proportion(successes, trials)
    assert found is not None
    assert (found.lower, found.upper) == pytest.approx(expected, abs=1e-12)
    assert found.lower <= found.share <= found.upper


@pytest.mark.parametrize(
    ("counts", "lower", "upper"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
    ],
)
def test_differences_are_newcombes_method_10(
    counts: tuple[int, int, int, int], lower: float, upper: float
) -> None:
    found = share_difference(*counts)
    assert found is not None
    assert (found.lower, found.upper) == pytest.approx((lower, upper), abs=6e-5)


def test_the_ratio_of_seven_and_one_in_34_is_fagerlands() -> None:
    found = share_ratio(7, 34, 1, 34)
    assert found is not None
    assert found.ratio == 7
    assert found.katz_interval == pytest.approx((0.91, 54), rel=0.005)
    assert found.interval == pytest.approx((1.22, 43), rel=0.01)


def test_a_ratio_to_none_has_no_katz_interval_but_a_score_interval_open_upwards() -> None:
    found = share_ratio(3, 10, 0, 10)
    assert found is not None
    assert found.ratio is None
    assert found.katz_interval is None
    assert found.interval == (pytest.approx(0.92, abs=0.005), math.inf)
    assert found.is_small


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 30), st.integers(1, 30))
def test_score_intervals_are_statsmodels_and_mirror_when_the_groups_are_swapped(
    s1: int, extra1: int, s2: int, extra2: int
) -> None:
    n1, n2 = s1 + extra1, s2 + extra2
    found, mirrored = share_ratio(s1, n1, s2, n2), share_ratio(s2, n2, s1, n1)
    assert found is not None
    assert mirrored is not None
    expected = confint_proportions_2indep(
        s1, n1, s2, n2, compare="ratio", method="score", correction=False
    )
    assert found.interval == pytest.approx(expected, rel=1e-5)
    assert mirrored.interval is not None
    assert found.interval == pytest.approx((1 / mirrored.interval[1], 1 / mirrored.interval[0]))


@given(st.integers(0, 12), st.integers(1, 12), st.integers(0, 12), st.integers(1, 12))
def test_every_ratio_lies_in_its_score_interval(s1: int, n1: int, s2: int, n2: int) -> None:
    s1, s2 = min(s1, n1), min(s2, n2)
    found = share_ratio(s1, n1, s2, n2)
    assert found is not None
    if s1 == s2 == 0:
        assert found.interval is None
        return
    assert found.interval is not None
    assert 0 <= found.interval[0] < found.interval[1]
    if found.ratio is not None:
        assert found.interval[0] <= found.ratio <= found.interval[1]


def test_two_perfect_shares_are_equal_without_a_katz_interval() -> None:
    found = share_ratio(10, 10, 10, 10)
    assert found is not None
    assert (found.ratio, found.katz_interval, found.p_value) == (1, None, None)


def test_none_of_twenty_has_lower_end_0_and_all_of_twenty_upper_end_1() -> None:
    assert (wilson_interval(0, 20) or (1, 1))[0] == 0.0
    assert (wilson_interval(20, 20) or (0, 0))[1] == 1.0


def test_a_share_of_nothing_is_none() -> None:
    assert wilson_interval(0, 0) is None
    assert proportion(0, 0) is None
    assert share_difference(0, 0, 1, 2) is None
    assert share_ratio(1, 2, 0, 0) is None


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="between zero and the trials"):
        proportion(3, 2)
    with pytest.raises(ValueError, match="between zero and the trials"):
        share_ratio(1, 2, -1, 2)

"""Rates and their ratios, dispersion and fully booked days."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.rates import confint_poisson, confint_poisson_2indep

from metrics.fully_booked import fully_booked_share
from metrics.rates import (
    last_against_previous,
    poisson_rate,
    pooled_dispersion,
    rate_ratio,
)
from metrics.volatility import (
    coefficient_of_variation,
    index_of_dispersion,
    indices_of_dispersion,
)


def test_fifteen_in_four_hundred_has_the_published_intervals() -> None:
    rate = poisson_rate(15, 400)
    assert rate is not None
    assert (rate.lower, rate.upper) == pytest.approx((0.02099, 0.06185), abs=6e-6)
    assert (rate.score_lower, rate.score_upper) == pytest.approx((0.02273, 0.06188), abs=6e-6)


@given(st.integers(0, 500), st.floats(0.1, 1000))
def test_rate_intervals_are_statsmodels(count: int, exposure: float) -> None:
    rate = poisson_rate(count, exposure)
    assert rate is not None
    low, high = confint_poisson(count, exposure, method="exact-c")
    assert rate.lower == pytest.approx(0.0 if count == 0 else low)
    assert rate.upper == pytest.approx(high)
    expected = confint_poisson(count, exposure, method="score")
    assert (rate.score_lower, rate.score_upper) == pytest.approx(expected, abs=1e-12)


def test_the_published_rate_ratio() -> None:
    found = rate_ratio(60, 51477.5, 30, 54308.7)
    assert found is not None
    assert found.ratio == pytest.approx(2.110, abs=5e-4)
    assert found.z == pytest.approx(3.417, abs=5e-4)
    assert found.p_value == pytest.approx(0.00063, abs=5e-6)
    expected = confint_poisson_2indep(60, 51477.5, 30, 54308.7, method="score", compare="ratio")
    assert (found.lower, found.upper) == pytest.approx(expected, rel=1e-4)


def test_a_rate_over_zero_exposure_is_none() -> None:
    assert poisson_rate(3, 0) is None
    assert rate_ratio(3, 0, 1, 7) is None
    assert rate_ratio(3, 7, 1, 0) is None


def test_none_to_five_is_not_plus_100_percent() -> None:
    found = rate_ratio(5, 7, 0, 7)
    assert found is not None
    assert found.ratio is None
    assert found.lower > 1
    assert found.upper == math.inf


def test_none_to_none_says_nothing() -> None:
    found = rate_ratio(0, 7, 0, 7)
    assert found is not None
    assert (found.ratio, found.lower, found.upper, found.p_value) == (None, 0, math.inf, None)


def test_bursts_widen_a_ratio() -> None:
    steady, bursts = rate_ratio(20, 7, 10, 7), rate_ratio(20, 7, 10, 7, dispersion=3)
    assert steady is not None
    assert bursts is not None
    assert bursts.ratio == steady.ratio
    assert (bursts.p_value or 0) > (steady.p_value or 1)
    assert bursts.lower < steady.lower < steady.upper < bursts.upper
    assert pooled_dispersion([([3, 3, 3], [1, 1, 1])]) == 1
    assert pooled_dispersion([]) == 1


def test_a_week_with_an_outage_is_compared_by_what_was_watched() -> None:
    found = last_against_previous([2, 2, 2, 2, 0, 0, 0], [1, 1, 1, 1, 0, 0, 0], [2] * 7, [1] * 7)
    assert found is not None
    assert found.ratio == 1
    assert last_against_previous([2] * 7, [1] * 7, [2] * 7, [0] * 7) is None
    with pytest.raises(ValueError, match="one exposure a day"):
        last_against_previous([1], [1, 1], [1], [1])


def test_negative_counts_are_refused() -> None:
    with pytest.raises(ValueError, match="not be negative"):
        poisson_rate(-1, 1)


def test_horse_kicks_are_a_steady_stream() -> None:
    found = index_of_dispersion(np.repeat([0, 1, 2, 3, 4], [109, 65, 22, 3, 1]))
    assert found is not None
    assert found.mean == pytest.approx(0.61)
    assert found.index == pytest.approx(1.0016, abs=5e-5)
    assert found.chi_square == pytest.approx(199.3, abs=0.05)
    assert found.degrees_of_freedom == 199
    assert found.p_value == pytest.approx(0.48, abs=0.01)


def test_bursts_show_and_partly_watched_days_are_not_bursts() -> None:
    bursts = index_of_dispersion([14, 0, 0, 0, 0, 0, 0])
    assert bursts is not None
    assert bursts.index == pytest.approx(14)
    assert bursts.p_value < 1e-6
    halves = index_of_dispersion([4, 2, 4, 2], [1, 0.5, 1, 0.5])
    assert halves is not None
    assert halves.index == 0


def test_dispersion_is_undefined_without_two_days_or_any_drop() -> None:
    assert index_of_dispersion([5]) is None
    assert index_of_dispersion([0, 0, 0]) is None
    assert index_of_dispersion([5, 5], [1, 0]) is None


def test_dispersion_of_many_windows_is_that_of_each() -> None:
    counts, exposure = np.array([3.0, 0, 5, 1]), np.array([1, 0.5, 1, 1])
    one = index_of_dispersion(counts, exposure)
    assert one is not None
    index, p_value = indices_of_dispersion(
        [9, 0], [3.5, 4], [(counts**2 / exposure).sum(), 0], [4, 4]
    )
    assert index[0] == pytest.approx(one.index)
    assert p_value[0] == pytest.approx(one.p_value)
    assert np.isnan([index[1], p_value[1]]).all()


def test_coefficient_of_variation_and_its_empty_cases() -> None:
    assert coefficient_of_variation([2, 4]) == pytest.approx(math.sqrt(2) / 3)
    assert coefficient_of_variation([5]) is None
    assert coefficient_of_variation([0, 0]) is None


def test_a_glance_does_not_make_a_day_fully_booked() -> None:
    found = fully_booked_share([0, 3, 0, 0], [1.0, 1.0, 0.1, 0.9])
    assert found is not None
    assert (found.successes, found.trials) == (2, 3)
    assert fully_booked_share([0, 0], [0.1, 0.0]) is None
    assert fully_booked_share([], []) is None


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(0, 29))
def test_a_day_losing_its_tables_never_lowers_the_fully_booked_share(
    counts: list[int], day: int
) -> None:
    fewer = list(counts)
    fewer[day % len(counts)] = 0
    before = fully_booked_share(counts, [1.0] * len(counts))
    after = fully_booked_share(fewer, [1.0] * len(counts))
    assert before is not None
    assert after is not None
    assert after.share >= before.share

"""Trends against statsmodels, brute force and published series."""

import itertools

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from metrics.multiple import adjusted_p_values, survivors
from metrics.shrinkage import beta_prior, shrunken_shares
from metrics.trend import (
    Direction,
    mann_kendall,
    outlasts,
    theil_sen_slope,
    trend_labels,
    weekly_trend,
    weekly_trends,
)

BENJAMINI_HOCHBERG_EXAMPLE = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0,
]  # fmt: skip


def test_one_to_ten_has_kendalls_numbers() -> None:
    found = mann_kendall(range(1, 11))
    assert (found.s, found.variance) == (45, 125)
    assert found.z == pytest.approx(3.9355, abs=5e-5)
    assert found.p_value == pytest.approx(2 / 3628800)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=6))
@settings(max_examples=40)
def test_the_exact_p_value_is_that_of_all_orders(values: list[int]) -> None:
    found = mann_kendall(values)
    all_s = [
        sum(np.sign(b - a) for a, b in itertools.combinations(order, 2))
        for order in itertools.permutations(values)
    ]
    assert found.p_value == pytest.approx(np.mean(np.abs(all_s) >= abs(found.s)))


def test_one_wild_value_does_not_move_theil_sen() -> None:
    assert theil_sen_slope([1, 2, 3, 4, 5, 100]) == 1
    with pytest.raises(ValueError, match="two values"):
        theil_sen_slope([1])


@given(st.lists(st.integers(1, 30), min_size=8, max_size=20), st.integers(0, 1000))
@settings(max_examples=50)
def test_the_fit_is_statsmodels(counts: list[int], seed: int) -> None:
    days = np.random.default_rng(seed).uniform(3.5, 7, len(counts))
    found = weekly_trend(counts, days)
    if sum(counts) < 10:
        assert found is None
        return
    assert found is not None
    weeks = sm.add_constant(np.arange(len(counts), dtype=float))
    model = sm.GLM(counts, weeks, family=sm.families.Poisson(), offset=np.log(days / 7))
    expected = model.fit(scale="X2")
    assert np.log1p(found.change_per_week) == pytest.approx(expected.params[1], abs=1e-7)
    assert found.dispersion == pytest.approx(max(expected.scale, 1), rel=1e-6)
    if found.dispersion > 1:
        reach = (np.log1p(found.upper) - np.log1p(found.lower)) / 2
        assert reach == pytest.approx(
            expected.bse[1] * stats.t.ppf(0.975, len(counts) - 2), rel=1e-5
        )


def test_perfectly_flat_weeks_have_no_trend() -> None:
    found = weekly_trend([5] * 12, [7] * 12)
    assert found is not None
    assert found.change_per_week == pytest.approx(0, abs=1e-12)
    assert found.p_value == pytest.approx(1)
    assert found.theil_sen == 0
    assert found.mann_kendall_p == 1
    assert trend_labels([found]) == [None]


def test_weeks_watched_less_are_not_weeks_with_less() -> None:
    """Fewer drops in proportion to fewer watched days are no trend."""
    days = np.array([7, 7, 7, 7, 5.6, 5.6, 4.2, 4.2])
    adjusted = weekly_trend(days * 10, days)
    naive = weekly_trend(days * 10, [7] * 8)
    assert adjusted is not None
    assert naive is not None
    assert adjusted.change_per_week == pytest.approx(0, abs=1e-9)
    assert naive.change_per_week < -0.05


def test_an_unwatched_week_is_a_gap_not_a_zero() -> None:
    with_gap = weekly_trend([20, 20, 20, 20, 0, 20, 20, 20, 20], [7, 7, 7, 7, 1, 7, 7, 7, 7])
    assert with_gap is not None
    assert with_gap.weeks == 8
    assert with_gap.change_per_week == pytest.approx(0, abs=1e-9)


def test_too_little_gives_no_trend() -> None:
    assert weekly_trend([9] * 7, [7] * 7) is None
    assert weekly_trend([1] * 9, [7] * 9) is None
    assert weekly_trend([0] * 8 + [40, 40], [7] * 10) is None
    assert weekly_trend([0] * 20, [7] * 20) is None
    assert weekly_trend([], []) is None
    with pytest.raises(ValueError, match="one exposure a week"):
        weekly_trend([1], [7, 7])


def test_a_venue_among_many_has_the_trend_it_has_alone() -> None:
    random = np.random.default_rng(11)
    tables = random.poisson(np.geomspace(0.3, 40, 60)[:, None], (60, 26))
    days = np.where(np.arange(26) % 9 == 4, 1.5, 6.25)
    together = weekly_trends(tables, days)
    assert together == [weekly_trend(weeks, days) for weeks in tables]
    assert weekly_trends(tables[20:30], days) == together[20:30]
    assert 0 < together.count(None) < 60
    assert {trend.weeks for trend in together if trend} == {23}


def test_fewer_tables_are_harder_and_more_are_easier() -> None:
    fewer = [40, 35, 30, 25, 20, 15, 10, 5]
    labels = trend_labels([weekly_trend(fewer, [7] * 8), weekly_trend(fewer[::-1], [7] * 8), None])
    assert labels == [Direction.HARDER, Direction.EASIER, None]


def test_a_lone_small_p_value_among_many_venues_gets_no_label() -> None:
    barely = weekly_trend([14, 12, 9, 11, 8, 7, 9, 6], [7] * 8)
    flat = weekly_trend([10] * 8, [7] * 8)
    assert barely is not None
    assert 0.001 < barely.p_value < 0.05
    assert trend_labels([barely]) == [Direction.HARDER]
    assert trend_labels([barely] + [flat] * 50)[0] is None


def test_a_drop_outlasts_the_reaction_time_if_it_was_seen_to() -> None:
    is_taken = [True, True, False, False]
    assert outlasts([60, 61, 59, 60], is_taken, 60).tolist() == [False, True, False, True]


def test_benjamini_and_hochbergs_example_rejects_four() -> None:
    assert sum(survivors(BENJAMINI_HOCHBERG_EXAMPLE)) == 4
    assert sum(p <= 0.05 for p in BENJAMINI_HOCHBERG_EXAMPLE) == 9
    assert sum(p <= 0.05 / 15 for p in BENJAMINI_HOCHBERG_EXAMPLE) == 3


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_are_statsmodels(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="fdr_bh")[1]
    assert adjusted_p_values(p_values) == pytest.approx(expected.tolist())


def test_undefined_p_values_were_not_asked() -> None:
    assert adjusted_p_values([None, 0.01, None]) == [None, 0.01, None]
    assert adjusted_p_values([]) == []


def test_shrinkage_keeps_the_small_from_being_crowned() -> None:
    shares = shrunken_shares([2, 60, 20, 35, 10, 0], [2, 100, 100, 100, 50, 0])
    assert shares is not None
    assert shares[0].share < shares[1].share
    assert all(share.lower < share.share < share.upper for share in shares)
    assert shares[0].upper - shares[0].lower > shares[1].upper - shares[1].lower


def test_venues_that_do_not_differ_all_get_the_average() -> None:
    shares = shrunken_shares([10, 20, 5], [100, 200, 50])
    assert shares is not None
    assert [share.share for share in shares] == pytest.approx([0.1] * 3, abs=1e-4)


def test_the_prior_recovers_the_spread_it_was_drawn_from() -> None:
    rng = np.random.default_rng(3)
    true = rng.beta(4, 16, 2000)
    prior = beta_prior(rng.binomial(60, true).tolist(), [60] * 2000)
    assert prior == pytest.approx((4, 16), rel=0.1)


def test_one_venue_alone_cannot_be_shrunken() -> None:
    assert shrunken_shares([3], [10]) is None
    assert shrunken_shares([3, 0], [10, 0]) is None
    with pytest.raises(ValueError, match="between zero and the trials"):
        shrunken_shares([3, 1], [2, 1])

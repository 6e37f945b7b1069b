"""Catchable tables a week and the score: range, monotony, guards, every empty case."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from metrics.catchable import (
    CatchableRate,
    catchable_rate,
    catchable_rates,
    effective_reaction_seconds,
)
from metrics.scarcity import guarded_scarcity_score, is_scorable, scarcity_score, scarcity_scores
from metrics.survival_ranges import survival_of_ranges

REACTION = 60
# Whole days of one venue: for each, the durations of its prime drops; True: taken.
drops = st.lists(st.tuples(st.integers(0, 200), st.booleans()), max_size=4)
days = st.lists(drops, min_size=7, max_size=14)
Days = list[list[tuple[int, bool]]]


def rate_of(venue_days: Days) -> CatchableRate:
    flat = [drop for day in venue_days for drop in day]
    found = survival_of_ranges(
        [seconds for seconds, _ in flat], [taken for _, taken in flat], [0], [len(flat)], [REACTION]
    )
    rate = catchable_rate(
        [len(day) for day in venue_days],
        np.ones(len(venue_days)),
        survival=float(found.survival[0, 0]) if flat else None,
        survival_log_variance=float(found.log_variance[0, 0]) if flat else 0.0,
    )
    assert rate is not None
    return rate


def score_of(venue_days: Days) -> float:
    score = scarcity_score(rate_of(venue_days).per_week)
    assert score is not None
    return score


def watched_past_reaction(venue_days: Days) -> Days:
    """Drops not seen to be taken were watched for the reaction time at least."""
    return [[(s if taken else s + REACTION, taken) for s, taken in day] for day in venue_days]


@given(days)
def test_the_score_lies_above_0_and_up_to_100_and_the_rate_in_its_interval(
    venue_days: Days,
) -> None:
    rate = rate_of(venue_days)
    assert 0 < score_of(venue_days) <= 100
    assert 0 <= rate.lower <= rate.per_week <= rate.upper
    assert rate.dispersion >= 1


@given(days, st.integers(0, 13), st.integers(0, 3), st.integers(1, 100))
def test_a_table_gone_quicker_never_lowers_the_score(
    venue_days: Days, day: int, drop: int, sooner: int
) -> None:
    before = watched_past_reaction(venue_days)
    assume(day < len(before) and drop < len(before[day]) and before[day][drop][1])
    after = [list(drops_of_day) for drops_of_day in before]
    seconds, taken = after[day][drop]
    after[day][drop] = (max(seconds - sooner, 0), taken)
    assert score_of(after) >= score_of(before) - 1e-9


@given(days, st.integers(0, 13))
def test_a_drop_fewer_never_lowers_the_score(venue_days: Days, day: int) -> None:
    before = watched_past_reaction(venue_days)
    assume(day < len(before) and before[day])
    after = [list(drops_of_day) for drops_of_day in before]
    after[day].pop()
    assert score_of(after) >= score_of(before) - 1e-9


@given(days, st.integers(0, 13))
def test_a_day_more_without_any_table_never_lowers_the_score(venue_days: Days, day: int) -> None:
    before = watched_past_reaction(venue_days)
    assume(day < len(before))
    after = [list(drops_of_day) for drops_of_day in before]
    after[day] = []
    assert score_of(after) >= score_of(before) - 1e-9


def test_ten_tables_open_ten_hours_are_easier_than_one_gone_in_two_minutes() -> None:
    many: Days = [[(36000, True)] * 10] + [[]] * 13
    one: Days = [[(120, True)]] + [[]] * 13
    assert score_of(many) < score_of(one)


def test_no_closings_at_all_still_count_as_catchable() -> None:
    """Tables nobody took are there to be had: the score is low, not missing and not middling."""
    open_ones: Days = [[(3600, False)] * 5] * 14
    assert rate_of(open_ones).per_week == 35
    assert score_of(open_ones) == pytest.approx(100 / 36)


def test_no_drop_in_watched_time_is_rate_0_with_the_rule_of_three_above() -> None:
    rate = catchable_rate(np.zeros(14), np.ones(14), survival=None)
    assert rate is not None
    assert (rate.per_week, rate.lower) == (0, 0)
    assert rate.upper == pytest.approx(7 * 3 / 14, rel=0.01)
    assert scarcity_score(rate.per_week) == 100


def test_tables_all_gone_before_anyone_could_react_leave_0_with_an_upper_end() -> None:
    rate = catchable_rate(np.ones(28), np.ones(28), survival=0.0, survival_log_variance=math.inf)
    assert rate is not None
    assert (rate.per_week, rate.lower) == (0, 0)
    assert rate.upper == pytest.approx(0.75, rel=0.01)


def test_nobody_watching_gives_no_rate_rather_than_none_caught() -> None:
    assert catchable_rate([0, 0], [0, 0], survival=None) is None
    assert catchable_rate([], [], survival=None) is None


def test_unwatched_days_change_neither_rate_nor_interval() -> None:
    watched = catchable_rate([1, 0, 2], [1, 1, 1], survival=0.5, survival_log_variance=0.3)
    outage = catchable_rate(
        [1, 0, 0, 2, 0], [1, 1, 0, 1, 0], survival=0.5, survival_log_variance=0.3
    )
    assert watched == outage


def test_half_watched_days_count_half() -> None:
    rate = catchable_rate([1] * 14, [0.5] * 14, survival=1.0)
    assert rate is not None
    assert rate.per_week == 14
    assert rate.observed_days == 7


def test_clustered_drops_widen_the_interval() -> None:
    even = catchable_rate([2] * 14, [1] * 14, survival=1.0)
    bursts = catchable_rate([28] + [0] * 13, [1] * 14, survival=1.0)
    assert even is not None
    assert bursts is not None
    assert even.per_week == bursts.per_week
    assert bursts.dispersion > 10 > even.dispersion == 1
    assert bursts.upper > even.upper
    assert bursts.lower < even.lower


def test_dispersion_told_by_few_days_takes_students_t() -> None:
    counts = [0, 8, 0, 8, 0, 8]
    rate = catchable_rate(counts, [1] * 6, survival=0.5, survival_log_variance=0.1)
    assert rate is not None
    assert rate.dispersion == pytest.approx(sum((c - 4) ** 2 / 4 for c in counts) / 5)
    widened = rate.dispersion * (stats.t.ppf(0.975, 5) / stats.norm.ppf(0.975)) ** 2
    alike = 1 / (widened / 24 + 0.1)
    expected = stats.gamma.ppf([0.025, 0.975], alike + 0.5) * rate.per_week / alike
    assert (rate.lower, rate.upper) == pytest.approx(tuple(expected))


def test_reaction_is_never_quicker_than_the_poll() -> None:
    assert effective_reaction_seconds(60) == 60
    assert effective_reaction_seconds(60, 15) == 60
    assert effective_reaction_seconds(60, 900) == 900


def test_a_higher_confidence_widens_the_interval() -> None:
    usual = catchable_rates([10.0], [14.0], [12.0], [14], [0.5], [0.1])
    joint = catchable_rates([10.0], [14.0], [12.0], [14], [0.5], [0.1], confidence=0.9999)
    assert joint.lower[0] < usual.lower[0] < usual.per_week[0] < usual.upper[0] < joint.upper[0]


def test_many_at_once_agree_with_one_at_a_time_and_unwatched_ones_are_undefined() -> None:
    counts, exposure = np.array([1.0, 0, 4]), np.array([1.0, 0.5, 1])
    one = catchable_rate(counts, exposure, survival=0.4, survival_log_variance=0.2)
    assert one is not None
    many = catchable_rates(
        [5, 0], [2.5, 0], [(counts**2 / exposure).sum(), 0], [3, 0], [0.4, np.nan], [0.2, np.nan]
    )
    assert (many.per_week[0], many.lower[0], many.upper[0]) == (one.per_week, one.lower, one.upper)
    assert np.isnan([many.per_week[1], many.lower[1], many.upper[1], many.dispersion[1]]).all()


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="without S"):
        catchable_rate([1], [1], survival=None)
    with pytest.raises(ValueError, match="one exposure a day"):
        catchable_rate([1, 2], [1], survival=0.5)
    with pytest.raises(ValueError, match="not be negative"):
        catchable_rate([-1], [1], survival=0.5)


def test_the_score_is_50_at_one_and_10_at_nine() -> None:
    assert [scarcity_score(rate) for rate in (0, 1, 9, None)] == [100, 50, 10, None]
    with pytest.raises(ValueError, match="not negative"):
        scarcity_score(-0.1)


def test_the_score_needs_seven_observed_days_and_a_drop_in_ninety() -> None:
    assert guarded_scarcity_score(1.0, observed_days=7.0, drops_in_90_days=1) == 50
    assert guarded_scarcity_score(1.0, observed_days=6.99, drops_in_90_days=1) is None
    assert guarded_scarcity_score(0.0, observed_days=14, drops_in_90_days=0) is None
    assert guarded_scarcity_score(None, observed_days=14, drops_in_90_days=3) is None
    # A week of seven day-shares that add up to 7 only up to rounding is a whole week.
    assert is_scorable(sum([0.1] * 70), 1)


def test_scores_of_many_windows_are_those_of_each() -> None:
    found = scarcity_scores([1.0, 1.0, 1.0, np.nan], [14, 6, 14, 14], [5, 5, 0, 5])
    assert found[0] == 50
    assert np.isnan(found[1:]).all()

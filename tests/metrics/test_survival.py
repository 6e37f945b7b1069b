"""Open durations against Freireich's leukaemia trial, scipy, and everything degenerate."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.survival import SurvivalCurve, median_seconds, survival_at, survival_curve
from metrics.survival_ranges import none_if_nan, survival_of_ranges, survival_of_ranges_at

SIX_MP_REMISSIONS = [6, 6, 6, 7, 10, 13, 16, 22, 23]
SIX_MP_CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]

durations = st.lists(st.integers(0, 40), max_size=25)


def curve_of(closed: list[int], censored: list[int]) -> SurvivalCurve:
    curve = survival_curve(closed, censored)
    assert curve is not None
    return curve


def test_freireichs_curve_is_reproduced() -> None:
    curve = curve_of(SIX_MP_REMISSIONS, SIX_MP_CENSORED)
    assert curve.times_seconds.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.survival.round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert curve.median_seconds == 23
    assert curve.median_interval == (13, math.inf)
    assert (curve.n, curve.closed_count) == (21, 9)


def test_freireichs_placebo_arm_has_median_8() -> None:
    assert median_seconds(PLACEBO, []) == 8
    assert curve_of(PLACEBO, []).median_seconds == 8


def test_dropping_the_censored_or_calling_them_taken_gives_the_known_wrong_medians() -> None:
    assert median_seconds(SIX_MP_REMISSIONS, []) == 10
    assert median_seconds(SIX_MP_REMISSIONS + SIX_MP_CENSORED, []) == 16


@given(durations, durations)
def test_the_curve_is_scipys(closed: list[int], censored: list[int]) -> None:
    curve = survival_curve(closed, censored)
    if not closed:
        assert curve is None or (curve.median_seconds is None and not curve.times_seconds.size)
        return
    assert curve is not None
    expected = stats.ecdf(stats.CensoredData(uncensored=closed, right=censored)).sf
    assert curve.survival == pytest.approx(expected.evaluate(curve.times_seconds))


@given(durations.filter(bool), durations)
@pytest.mark.filterwarnings("ignore:The confidence interval is undefined:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")
def test_the_interval_is_scipys_log_log_one(closed: list[int], censored: list[int]) -> None:
    curve = curve_of(closed, censored)
    sf = stats.ecdf(stats.CensoredData(uncensored=closed, right=censored)).sf
    interval = sf.confidence_interval(0.95, method="log-log")
    inside = (curve.survival > 0) & (curve.survival < 1)
    times = curve.times_seconds[inside]
    assert curve.lower[inside] == pytest.approx(interval.low.evaluate(times))
    assert curve.upper[inside] == pytest.approx(interval.high.evaluate(times))
    assert ((curve.lower <= curve.survival) & (curve.survival <= curve.upper)).all()


@given(durations, durations, st.integers(0, 45))
def test_the_fast_paths_agree_with_the_curve(
    closed: list[int], censored: list[int], seconds: int
) -> None:
    curve = survival_curve(closed, censored)
    assert median_seconds(closed, censored) == (curve and curve.median_seconds)
    assert survival_at(closed, censored, seconds) == (curve and curve.at(seconds))


@given(durations.filter(bool), durations, st.integers(1, 1000))
def test_scale_never_moves_a_median(closed: list[int], censored: list[int], scale: int) -> None:
    """Measured in another unit, or seen ten times over, it is the same duration."""
    plain = median_seconds(closed, censored)
    scaled = median_seconds(np.array(closed) * scale, np.array(censored) * scale)
    assert scaled == (None if plain is None else plain * scale)
    assert median_seconds(closed * 10, censored * 10) == plain


@given(durations.filter(bool), durations, st.integers(1, 20))
def test_tables_that_go_later_never_shorten_the_median(
    closed: list[int], censored: list[int], more: int
) -> None:
    before = median_seconds(closed, censored)
    after = median_seconds(np.array(closed) + more, np.array(censored) + more)
    assert before is None or (after is not None and after >= before)


def test_no_drops_have_no_curve_no_median_and_no_survival() -> None:
    assert survival_curve([], []) is None
    assert median_seconds([], []) is None
    assert survival_at([], [], 60) is None


def test_tables_that_all_stayed_have_no_median() -> None:
    curve = curve_of([], [600, 900])
    assert curve.median_seconds is None
    assert curve.median_interval is None
    assert curve.at(900) == 1.0
    assert curve.at(901) is None
    assert median_seconds([], [600, 900]) is None


def test_ten_tables_open_ten_hours_last_longer_than_one_gone_in_two_minutes() -> None:
    assert median_seconds([36000] * 10, []) > median_seconds([120], [])  # type: ignore[operator]


def test_survival_is_not_given_beyond_what_was_watched() -> None:
    assert survival_at([30], [100], 101) is None
    assert survival_at([30, 100], [], 101) == 0.0


def test_survival_is_never_given_below_the_resolution() -> None:
    curve = survival_curve([60, 120, 900], [], resolution_seconds=300)
    assert curve is not None
    assert curve.at(60) is None
    assert curve.interval_at(60) is None
    assert curve.at(300) == pytest.approx(1 / 3)
    assert curve.at_horizons()[30] is None
    assert survival_at([60, 120, 900], [], 60, resolution_seconds=300) is None


def test_a_table_gone_at_exactly_t_did_not_outlast_t() -> None:
    assert survival_at([60, 61], [], 60) == 0.5


def test_a_censoring_at_the_moment_of_a_closing_still_counted_as_watched() -> None:
    assert survival_at([60], [60], 60) == 0.5


def test_five_drops_rule_out_nothing_quicker() -> None:
    assert curve_of([10, 20, 30, 40, 50], []).median_interval == (0.0, math.inf)
    low, _ = curve_of([10, 20, 30, 40, 50, 60], []).median_interval or (0, 0)
    assert low > 0


def test_before_the_first_closing_the_interval_is_the_binomial_one() -> None:
    low, high = curve_of([100] * 10, []).interval_at(50) or (0, 0)
    assert (low, high) == (pytest.approx(0.025**0.1), 1.0)


@pytest.mark.parametrize("wrong", [[-1.0], [math.nan], [math.inf]])
def test_impossible_durations_are_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        survival_curve(wrong, [])


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=30), st.data())
def test_many_ranges_at_once_agree_with_one_curve_each(
    drops: list[tuple[int, bool]], data: st.DataObject
) -> None:
    seconds = np.array([s for s, _ in drops], dtype=np.int64)
    closed = np.array([c for _, c in drops], dtype=bool)
    ends_and_starts = data.draw(
        st.lists(st.tuples(*[st.integers(0, len(drops))] * 2).map(sorted), max_size=5)
    )
    starts, ends = [a for a, _ in ends_and_starts], [b for _, b in ends_and_starts]
    times = (5, 10, 60)
    found = survival_of_ranges(seconds, closed, starts, ends, times)
    for column, at in enumerate(times):
        survival, log_variance = survival_of_ranges_at(seconds, closed, starts, ends, at)
        np.testing.assert_array_equal(survival, found.survival[:, column])
        np.testing.assert_array_equal(log_variance, found.log_variance[:, column])
    for row, (start, end) in enumerate(ends_and_starts):
        part, is_closed = seconds[start:end], closed[start:end]
        curve = survival_curve(part[is_closed], part[~is_closed])
        assert found.n[row] == end - start
        assert found.closed_count[row] == is_closed.sum()
        if curve is None:
            assert np.isnan(found.survival[row]).all()
            assert none_if_nan(found.median_seconds[row]) is None
            continue
        assert none_if_nan(found.median_seconds[row]) == curve.median_seconds
        interval = curve.median_interval or (None, None)
        assert none_if_nan(found.median_lower[row]) == interval[0]
        assert none_if_nan(found.median_upper[row]) == interval[1]
        for column, at in enumerate(times):
            expected = curve.at(at)
            assert found.is_followed[row, column] == (expected is not None)
            if expected is not None:
                assert found.survival[row, column] == pytest.approx(expected)


def test_ranges_worked_off_in_chunks_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    seconds, closed = rng.integers(0, 500, 300), rng.random(300) < 0.7
    starts = rng.integers(0, 250, 40)
    ends = starts + rng.integers(0, 50, 40)
    whole = survival_of_ranges(seconds, closed, starts, ends, (60,))
    monkeypatch.setattr("metrics.survival_ranges.MOST_DROPS_AT_ONCE", 90)
    parts = survival_of_ranges(seconds, closed, starts, ends, (60,))
    np.testing.assert_allclose(parts.survival, whole.survival)
    np.testing.assert_array_equal(parts.median_seconds, whole.median_seconds)
    np.testing.assert_array_equal(parts.median_upper, whole.median_upper)


def test_no_ranges_give_empty_answers() -> None:
    found = survival_of_ranges([], [], [], [], (60,))
    assert found.survival.shape == (0, 1)


def test_ranges_outside_the_drops_are_refused() -> None:
    with pytest.raises(ValueError, match="within the drops"):
        survival_of_ranges([1, 2], [True, True], [0], [3], (60,))
    with pytest.raises(ValueError, match="not be negative"):
        survival_of_ranges([-1], [True], [0], [1], (60,))


def test_a_range_has_the_same_numbers_to_the_last_bit_whatever_stands_beside_it() -> None:
    rng = np.random.default_rng(0)
    seconds, closed = rng.integers(0, 4000, 5_000), rng.random(5_000) < 0.7
    seconds[4_000:4_200], closed[4_000:4_200] = seconds[:200], closed[:200]
    starts = np.array([*range(0, 3_900, 20), 4_000])
    among = survival_of_ranges(seconds, closed, starts, starts + 200, (60, 900))
    alone = survival_of_ranges(
        seconds[:200], closed[:200], np.array([0]), np.array([200]), (60, 900)
    )
    for name in ("survival", "log_variance", "median_seconds", "median_lower", "median_upper"):
        assert getattr(among, name)[0].tolist() == getattr(alone, name)[0].tolist()
        assert getattr(among, name)[-1].tolist() == getattr(alone, name)[0].tolist()

"""Spikes, supply compression, tightness and the release clock."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.compression import supply_compression, tightness, tightness_words
from metrics.release_clock import circular_distance_minutes, release_clock
from metrics.spikes import day_against_weekday, median_absolute_deviation


def test_the_published_mad() -> None:
    assert median_absolute_deviation([1, 1, 2, 2, 4, 6, 9]) == 1
    assert median_absolute_deviation([]) is None


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30))
def test_mad_is_scipys(values: list[int]) -> None:
    assert median_absolute_deviation(values) == stats.median_abs_deviation(values)


def test_twice_the_usual_is_a_spike_and_the_usual_is_not() -> None:
    past = [200, 190, 215, 205, 195, 210]
    double = day_against_weekday(400, 1.0, past, [1.0] * 6)
    usual = day_against_weekday(212, 1.0, past, [1.0] * 6)
    assert double is not None
    assert usual is not None
    assert double.is_spike
    assert double.ratio.ratio == pytest.approx(400 / 202.5)
    assert not usual.is_spike


def test_twice_of_next_to_nothing_is_no_spike() -> None:
    found = day_against_weekday(4, 1.0, [2, 2, 2, 2], [1.0] * 4)
    assert found is not None
    assert not found.is_spike


def test_fifteen_where_one_is_usual_stays_below_the_floor() -> None:
    found = day_against_weekday(15, 1.0, [1] * 8, [1.0] * 8)
    assert found is not None
    assert found.spreads_above > 3
    assert found.ratio.lower > 1
    assert not found.is_spike


def test_a_day_past_days_have_been_like_is_no_spike_however_steady_the_others() -> None:
    found = day_against_weekday(60, 1.0, [20, 20, 20, 20, 20, 200], [1.0] * 6)
    assert found is not None
    assert found.spreads_above > 3
    assert not found.is_spike


def test_a_clear_rise_within_the_usual_spread_is_no_spike() -> None:
    found = day_against_weekday(190, 1.0, [60, 80, 100, 120, 140, 60, 140, 100], [1.0] * 8)
    assert found is not None
    assert found.ratio.lower > 1
    assert found.spreads_above < 3
    assert not found.is_spike


def test_restless_weekdays_need_more_for_a_spike() -> None:
    restless = day_against_weekday(60, 1.0, [5, 60, 20, 45, 10, 52], [1.0] * 6)
    assert restless is not None
    assert not restless.is_spike


def test_a_past_day_with_an_outage_does_not_make_today_a_spike() -> None:
    found = day_against_weekday(40, 1.0, [20, 20, 20, 20], [0.5] * 4)
    assert found is not None
    assert found.usual_per_day == 40
    assert not found.is_spike


def test_a_day_without_enough_watching_is_not_compared() -> None:
    assert day_against_weekday(40, 0.2, [20] * 6, [1.0] * 6) is None
    assert day_against_weekday(40, 1.0, [20] * 6, [1.0] * 3 + [0.1] * 3) is None
    assert day_against_weekday(40, 1.0, [], []) is None
    with pytest.raises(ValueError, match="one exposure a day"):
        day_against_weekday(40, 1.0, [20, 20], [1.0])


def test_compression_is_against_the_usual_hour() -> None:
    assert supply_compression(60, [100, None, 90, 110]) == pytest.approx(-0.4)
    assert supply_compression(100, [100]) == 0
    assert supply_compression(60, []) is None
    assert supply_compression(60, [None]) is None
    assert supply_compression(60, [0, 0, 0]) is None


def test_tightness_is_a_percentile_only_from_twenty_hours_on() -> None:
    few, many = tightness(60, [100] * 17 + [50] * 2), tightness(60, [100] * 17 + [50] * 3)
    assert few is not None
    assert many is not None
    assert not few.is_percentile
    assert tightness_words(few, "Mondays") == "tighter than 17 of the last 19 Mondays"
    assert tightness_words(many, "Mondays") == "tighter than 85 % of Mondays"
    assert tightness(60, []) is None


def test_an_hour_like_all_others_is_as_usual_and_words_need_four_hours() -> None:
    same, too_few = tightness(50, [50] * 8), tightness(50, [50] * 3)
    assert same is not None
    assert too_few is not None
    assert (same.share, same.level) == (0.5, "about as usual")
    assert too_few.level is None


@given(st.lists(st.integers(0, 100), min_size=1, max_size=40), st.integers(0, 100))
def test_fewer_slots_are_never_less_tight(past: list[int], now: int) -> None:
    tight, tighter = tightness(now + 1, past), tightness(now, past)
    assert tight is not None
    assert tighter is not None
    assert 0 <= tight.share <= tighter.share <= 1


def test_a_release_at_ten_is_told_from_cancellations() -> None:
    rng = np.random.default_rng(8)
    days = np.arange(30)
    minutes = np.concatenate(
        [np.repeat(600 + rng.integers(-1, 2, 30), 4), rng.integers(0, 1440, 60)]
    )
    opened = np.concatenate([np.repeat(days, 4), rng.integers(0, 30, 60)])
    lead = np.concatenate([np.full(120, 14), rng.integers(0, 5, 60)])
    clock = release_clock(minutes, opened, lead)
    assert clock is not None
    assert clock.usual_minute == 600
    assert clock.spread_minutes is not None
    assert clock.spread_minutes <= 2
    assert clock.release_days == 30
    assert 120 <= clock.release_count <= 123
    assert clock.release_lead_days == 14
    assert clock.cancellation_lead_days is not None
    assert clock.cancellation_lead_days <= 4
    assert clock.is_release[:120].all()


def test_a_release_around_midnight_is_one_release() -> None:
    minutes = [1438, 1439, 0, 1, 2, 1439, 0, 1]
    clock = release_clock(minutes, range(8), [7] * 8)
    assert clock is not None
    assert clock.usual_minute in (1439, 0, 1)
    assert clock.release_count == 8
    assert clock.spread_minutes is not None
    assert clock.spread_minutes <= 3


def test_days_just_before_and_just_after_midnight_belong_together() -> None:
    clock = release_clock([1436] * 4 + [4] * 3, range(7), [7] * 7)
    assert clock is not None
    assert clock.release_days == 7


def test_a_venue_with_two_equal_releases_has_its_clock_at_one_of_them() -> None:
    clock = release_clock([600] * 6 + [1260] * 6, [*range(6)] * 2, [7] * 12)
    assert clock is not None
    assert clock.usual_minute == 600
    assert clock.release_count == 6


def test_drops_at_all_hours_have_no_clock() -> None:
    rng = np.random.default_rng(2)
    clock = release_clock(rng.integers(0, 1440, 60), np.arange(60), np.zeros(60))
    assert clock is not None
    assert (clock.usual_minute, clock.spread_minutes, clock.release_lead_days) == (None, None, None)
    assert clock.cancellation_count == 60
    assert not clock.is_release.any()


def test_one_big_release_on_one_day_is_not_a_habit() -> None:
    clock = release_clock([600] * 200, [3] * 200, [14] * 200)
    assert clock is not None
    assert clock.usual_minute is None


def test_a_coarse_poll_widens_the_window() -> None:
    minutes = [600, 610, 590, 605, 612, 595]
    fine = release_clock(minutes, range(6), [7] * 6)
    coarse = release_clock(minutes, range(6), [7] * 6, resolution_seconds=900)
    assert fine is not None
    assert coarse is not None
    assert coarse.release_count == 6 > fine.release_count


def test_no_drops_have_no_clock_and_wrong_minutes_are_refused() -> None:
    assert release_clock([], [], []) is None
    with pytest.raises(ValueError, match="0 to 1439"):
        release_clock([1440], [0], [0])
    with pytest.raises(ValueError, match="a minute, a day and a lead"):
        release_clock([1], [0], [0, 1])


@given(st.integers(0, 1439), st.integers(0, 1439))
def test_the_short_way_round_the_clock(first: int, second: int) -> None:
    distance = int(circular_distance_minutes(first, second))
    assert -720 <= distance < 720
    assert (second + distance) % 1440 == first

"""What may be said of weekdays, and that one freak weekend decides nothing."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.coverage import Coverage
from metrics.facts import FactContext, Verdict
from metrics.weekday_facts import (
    opening_hour_fact,
    sides_fact,
    weekday_pattern_fact,
    weekdays_caption,
)
from metrics.weekday_pattern import (
    busiest_cell,
    prime_against_off_peak,
    weekday_intervals,
    weekday_pattern,
)

WEEKS = 4
ALL = np.ones(7 * WEEKS)
FOUR_WEEKS = FactContext(date(2026, 10, 19), date(2026, 11, 15), Coverage(0.97), "/timing")
STEADY = np.array([100, 50, 100, 100, 100, 200, 100] * WEEKS)


def pattern_fact(counts, exposure=ALL):
    found = weekday_pattern(counts, exposure, first_weekday=0)
    return weekday_pattern_fact("New York", found, FOUR_WEEKS)


def test_a_weekday_that_always_brings_most_is_named_with_its_days_and_interval():
    fact = pattern_fact(STEADY)
    assert fact.verdict is Verdict.PRINT
    assert fact.printable == (
        "Saturdays bring the most prime tables in New York, about 200 a day over 4 Saturdays; "
        "Tuesdays the fewest, about 50 a day over 4 Tuesdays"
    )
    assert fact.number == 4
    low, high = fact.interval
    assert 1 < low < 4 < high


@pytest.mark.parametrize("days", [[5], [4, 5, 6]])
def test_one_freak_saturday_or_weekend_of_four_decides_nothing(days):
    counts = np.full(7 * WEEKS, 100)
    counts[days] = 400
    fact = pattern_fact(counts)
    assert fact.printable is None
    assert "could be chance: 28 watched days" in fact.reason


def test_two_weekdays_alike_at_the_top_are_not_told_apart():
    fact = pattern_fact(np.array([100, 50, 100, 100, 195, 200, 100] * WEEKS))
    assert fact.verdict is Verdict.HEDGE
    assert fact.printable.startswith("Saturdays bring more prime tables in New York than Tuesdays")


def test_even_weeks_are_told_as_such_only_where_the_interval_is_narrow():
    even = pattern_fact(np.full(7 * WEEKS, 100))
    assert even.printable == "No weekday clearly brings more prime tables in New York than another"
    assert pattern_fact(np.full(7 * WEEKS, 2)).printable is None


def test_two_weeks_or_days_hardly_watched_are_too_few():
    assert pattern_fact(STEADY[:14], ALL[:14]).printable is None
    exposure = ALL.copy()
    exposure[[5, 12]] = 0.2
    assert "3 watched days of each weekday" in pattern_fact(STEADY, exposure).reason


@given(st.lists(st.integers(0, 60), min_size=28, max_size=28))
def test_a_weekday_said_to_bring_most_has_the_highest_rate_and_an_interval_above_one(counts):
    found = weekday_pattern(counts, ALL, first_weekday=3)
    if found is None:
        return
    assert found.per_day[found.most] == max(found.per_day)
    if found.is_most:
        assert found.to_fewest.lower > 1


def test_prime_against_off_peak_is_told_as_far_as_the_days_carry():
    def said(prime, off_peak):
        found = prime_against_off_peak(prime, off_peak, ALL, first_weekday=0)
        return sides_fact("New York", found, FOUR_WEEKS)

    twice = said(np.full(28, 100), np.full(28, 50))
    assert twice.printable == (
        "On every weekday more prime tables open in New York than others: 100 a day against 50 "
        "over 28 days"
    )
    freak = np.full(28, 50)
    freak[5] = 900
    assert said(freak, np.full(28, 50)).printable is None
    saturdays = np.array([50, 50, 50, 50, 50, 200, 50] * WEEKS)
    assert said(saturdays, np.full(28, 50)).printable.startswith("On Saturdays more prime tables")


def test_the_hour_of_opening_does_not_rest_on_one_day():
    steady = np.zeros((28, 24))
    steady[3::7, 10], steady[:, 17] = 60, 2
    fact = opening_hour_fact("Friday-night", busiest_cell(steady, ALL, first_weekday=0), FOUR_WEEKS)
    assert fact.printable == (
        "Friday-night tables open most often on Thursdays, 10 am to 11 am: 81 % of them "
        "over 28 days"
    )
    once = np.full((28, 24), 1.0)
    once[3, 10] = 300
    fact = opening_hour_fact("Friday-night", busiest_cell(once, ALL, first_weekday=0), FOUR_WEEKS)
    assert fact.printable is None


def test_a_table_of_weekdays_says_why_it_is_no_pattern_and_which_days_were_out_of_line():
    counts = np.full(7 * WEEKS, 100)
    counts[[4, 5, 6]] = 400
    weekend, last = (date(2026, 10, 23), date(2026, 10, 25)), date(2026, 11, 15)
    said = weekdays_caption(pattern_fact(counts), [weekend], last, 28)
    assert "Fri, Oct 23 to Sun, Oct 25 stood out from the weeks before and are counted" in said
    assert "This is no pattern to go by (the difference between weekdays could be chance" in said
    sure = weekdays_caption(pattern_fact(STEADY), [], last, 28)
    assert sure.endswith("the 28 days to Sun, Nov 15; brackets hold 95 % intervals.")
    hedged = pattern_fact(np.array([100, 50, 100, 100, 195, 200, 100] * WEEKS))
    assert "too close to call" in weekdays_caption(hedged, [], last, 28)


def test_one_freak_saturday_widens_the_interval_of_saturdays():
    even = weekday_intervals(np.full(7 * WEEKS, 100), ALL, first_weekday=0)
    freak = np.full(7 * WEEKS, 100)
    freak[5] = 400
    saturday = weekday_intervals(freak, ALL, first_weekday=0)[5]
    assert saturday[0] < 100 < 175 < saturday[1]
    assert saturday[1] - saturday[0] > 5 * (even[5][1] - even[5][0])
    unwatched = ALL.copy()
    unwatched[5::7] = 0
    assert weekday_intervals(freak, unwatched, first_weekday=0)[5] is None

"""What is said of a week's hours, days and prime time is no more than its tables tell."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.coverage import Coverage
from metrics.facts import Fact, FactContext, Verdict
from metrics.newsworthiness import Departure
from metrics.proportions import proportion
from metrics.week_facts import (
    busiest_hour_fact,
    outage_words,
    prime_share_fact,
    tables_fact,
)

WEEK = FactContext(date(2026, 11, 9), date(2026, 11, 15), Coverage(1.0), "/market")
TUESDAY = date(2026, 11, 10)


def busiest(tables: dict[int, int], rest: int = 0) -> Fact:
    """By hour of the clock; `rest` tables in each hour that is not named."""
    hours = [tables.get(hour, rest) for hour in range(24)]
    return busiest_hour_fact("New York", hours, WEEK)


def prime(successes: int, trials: int) -> Fact:
    return prime_share_fact("New York", proportion(successes, trials), "6 pm to 9 pm", WEEK)


def test_a_clear_busiest_hour_is_printed_with_its_interval() -> None:
    fact = busiest({17: 55}, rest=25)
    assert fact.printable == (
        "The busiest hour for new tables in New York was 5 pm to 6 pm: 9 % of the week's tables "
        "opened then"
    )
    assert fact.interval == pytest.approx((0.0677, 0.1119), abs=1e-4)


@pytest.mark.parametrize(
    ("tables", "rest", "reason"),
    [
        ({9: 1}, 0, "only one table opened, 10 are needed"),
        ({}, 5, "too few tables: the share could be several times smaller or larger"),
        ({}, 50, "24 hours are level"),
        ({9: 3, 10: 2, 11: 2, 12: 2, 13: 1}, 0, "too few tables"),
    ],
)
def test_too_few_tables_and_level_hours_have_no_busiest_hour(tables, rest, reason) -> None:
    fact = busiest(tables, rest)
    assert fact.printable is None
    assert fact.reason is not None
    assert fact.reason.startswith(reason)


def test_hours_that_cannot_be_told_apart_are_told_with_their_counts() -> None:
    assert busiest({17: 123, 18: 118, 10: 480 - 100}).verdict is Verdict.PRINT
    assert busiest({17: 123, 18: 118, 10: 100}).printable == (
        "The busiest hour for new tables in New York was 5 pm to 6 pm, with 123 of the week's 341; "
        "6 pm to 7 pm had 118"
    )
    assert busiest({17: 60, 18: 60, 19: 30}).printable == (
        "The busiest hours for new tables in New York were 5 pm to 6 pm and 6 pm to 7 pm, level "
        "with 60 of the week's 150 each"
    )


def test_a_share_of_few_tables_is_a_count_and_of_fewer_is_not_told() -> None:
    assert prime(1, 2).printable is None
    assert prime(1, 2).reason == "only two tables opened, 10 are needed"
    assert prime(5, 10).printable == (
        "5 of the 10 tables that opened in New York were for prime time, 6 pm to 9 pm"
    )
    assert prime(30, 60).verdict is Verdict.PRINT


@given(hours=st.lists(st.integers(0, 40), min_size=24, max_size=24))
def test_a_busiest_hour_without_a_hedge_has_more_tables_than_any_other(hours) -> None:
    fact = busiest_hour_fact("New York", hours, WEEK)
    assert fact.n == sum(hours)
    if fact.verdict is Verdict.PRINT:
        assert sorted(hours)[-1] > sorted(hours)[-2]
        assert fact.n >= 10


def test_one_missing_hour_is_one() -> None:
    assert outage_words([(TUESDAY, 0.94)]) == (
        "We did not watch all of Tue, Nov 10: about 1 of its 24 hours is missing."
    )


def test_a_count_within_a_wide_interval_is_not_called_about_as_many() -> None:
    def told(lower, upper):
        found = Departure(6015, 6680, 0.9, lower, upper, 0.5, 1.0, 7)
        return tables_fact("market_week", "table", "in New York", found, WEEK).printable

    assert told(0.93, 1.1) == "About as many tables as usual opened in New York: 6,015"
    assert told(0.6, 1.3) == (
        "6,015 tables opened in New York; the weeks before average about 6,700, and no clear "
        "difference could be seen"
    )

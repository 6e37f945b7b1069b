"""Which day was the tightest, and that days which cannot be told apart are not."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.coverage import Coverage
from metrics.extreme_facts import extremes_caption, opened_day_fact, supply_day_fact
from metrics.facts import FactContext, Verdict
from metrics.week_extremes import ComparedDay, by_supply, by_tables, ends

MONDAY = date(2026, 11, 9)
DAYS = [MONDAY + timedelta(days=k) for k in range(7)]
ONE_DAY = FactContext(MONDAY, MONDAY, Coverage(1.0), "/market")
EVEN = np.full((8, 7), 100.0)
PAST = EVEN * np.exp(np.random.default_rng(4).normal(0, 0.05, (8, 7)))


def supply_facts(available):
    found = ends(by_supply(available, np.full(7, 100.0), PAST, EVEN))
    return [
        supply_day_fact(
            kind, "New York", DAYS[one.at], one, [DAYS[k] for k in one.level_with], 24, ONE_DAY
        )
        for kind, one in zip(("tightest_day", "loosest_day"), found, strict=True)
    ]


def test_a_day_far_from_all_others_is_told_with_its_interval() -> None:
    tight, loose = supply_facts([101, 50, 99, 102, 98, 103, 100])
    assert tight.printable == (
        "Tue, Nov 10 was the tightest day in New York: about 50 % fewer tables to be had than at "
        "the same hours before"
    )
    low, high = tight.interval
    assert low < -0.5 < high < 0
    assert "n = 24 hours" in tight.source_line
    assert loose.printable is None
    assert extremes_caption(tight, loose) == (
        "Which day was the loosest cannot be said: five other days come too close."
    )


def test_two_tight_days_are_told_together_and_hedged() -> None:
    tight, _ = supply_facts([101, 50, 51, 102, 98, 103, 100])
    assert tight.verdict is Verdict.HEDGE
    assert tight.printable.startswith(
        "Tue, Nov 10 seems to have been the tightest day in New York, which Wed, Nov 11 may have "
        "been as well: about 50 % fewer tables"
    )


def test_of_a_week_like_any_other_no_day_is_told() -> None:
    facts = supply_facts([101, 97, 99, 102, 98, 103, 100])
    assert [fact.printable for fact in facts] == [None, None]
    assert "from the others" in extremes_caption(*facts)
    assert extremes_caption(None, None) is None


def test_without_weeks_before_nobody_knows_how_days_differ() -> None:
    assert by_supply([50, 100], [100, 100], EVEN[:1], EVEN[:1]) is None
    few, most = by_tables([90, 300, 95], [1, 1, 1], [])
    assert (few.interval, few.level_with, most.level_with) == (None, (1, 2), (0, 2))


@given(seed=st.integers(0, 200))
def test_flat_weeks_name_a_day_as_the_tightest_of_all_in_few_cases(seed: int) -> None:
    """That any of 400 weeks of pure noise does is expected in one of twenty at most."""
    noise = np.random.default_rng(seed)
    named = 0
    for _ in range(20):
        days = 100 * np.exp(noise.normal(0, 0.1, (9, 7)))
        tight, _ = ends(by_supply(days[-1], EVEN[0], days[:-1], EVEN))
        named += not tight.level_with
    assert named <= 4


@pytest.mark.parametrize("zeros", [1, 7])
def test_days_with_nothing_to_be_had_have_a_figure(zeros: int) -> None:
    available = [0.0] * zeros + [100.0] * (7 - zeros)
    tight, loose = ends(by_supply(available, EVEN[0], PAST, EVEN))
    assert tight.number == -1
    assert tight.interval == (-1, -1)
    assert loose.number == (-1 if zeros == 7 else 0)


def opened(kind: str, found: ComparedDay, level, whole_days: int = 7):
    return opened_day_fact(kind, "New York", DAYS[1], found, level, whole_days, ONE_DAY)


def test_the_day_with_fewest_tables_says_of_which_days_it_is_the_one() -> None:
    fact = opened("tightest_day", ComparedDay(1, 90, (70, 115), ()), [])
    assert fact.printable == "Tue, Nov 10 brought the fewest new tables in New York, 90"
    assert (fact.number, fact.n, fact.interval) == (90, 90, (70, 115))
    five = opened("loosest_day", ComparedDay(1, 130, (99, 170), ()), [], 5)
    assert five.printable == (
        "Of the five days watched whole, Tue, Nov 10 brought the most new tables in New York, 130"
    )


def test_a_day_that_others_could_have_been_names_the_nearest_count() -> None:
    level = [(DAYS[4], 99), (DAYS[2], 93)]
    fact = opened("tightest_day", ComparedDay(1, 90, (70, 115), (4, 2)), level)
    assert fact.verdict is Verdict.HEDGE
    assert fact.printable == (
        "Tue, Nov 10 brought the fewest new tables in New York, 90; by chance it could as well "
        "have been Wed, Nov 11, with 93"
    )

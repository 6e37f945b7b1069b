"""What may be printed, what must be hedged, and what may not be said at all."""

import re
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.catchable import CatchableRate, catchable_rate
from metrics.compression import tightness
from metrics.coverage import ASSUMED_COVERAGE, Coverage
from metrics.facts import (
    Fact,
    FactContext,
    Verdict,
    catchable_fact,
    comparison_fact,
    fully_booked_fact,
    open_time_refusal,
    rank_fact,
    release_clock_fact,
    spike_fact,
    tier_fact,
    tightness_fact,
    trend_fact,
    typical_open_time_fact,
    week_over_week_fact,
)
from metrics.proportions import proportion, share_ratio, wilson_interval
from metrics.ranks import RankBand
from metrics.rates import rate_ratio
from metrics.release_clock import release_clock
from metrics.spikes import day_against_weekday
from metrics.strata import Stratum, mantel_haenszel
from metrics.survival import survival_curve
from metrics.tiers import tier_of
from metrics.trend import trend_labels, weekly_trend
from metrics.version import FORMULA_VERSION
from metrics.week_facts import level_fact, new_entries_fact, none_caught_fact

FRIDAY = date(2026, 11, 20)
WATCHED = FactContext(date(2026, 11, 7), FRIDAY, Coverage(0.97), "/venues/luna")


def watched(share: float) -> FactContext:
    return FactContext(date(2026, 11, 7), FRIDAY, Coverage(share), "/venues/luna")


def two_minutes(context: FactContext = WATCHED) -> Fact:
    curve = survival_curve(np.repeat([60, 120, 180], [40, 80, 40]), [])
    return typical_open_time_fact(None, curve, context)


def rate_of(counts: list[int]) -> CatchableRate:
    rate = catchable_rate(
        counts, [1] * len(counts), survival=0.5, survival_log_variance=1 / max(sum(counts), 1)
    )
    assert rate is not None
    return rate


def test_slots_here_usually_last_about_two_minutes() -> None:
    fact = two_minutes()
    assert fact.printable == "Slots here usually last about 2 minutes"
    assert (fact.number, fact.unit, fact.n) == (120, "seconds", 160)
    assert fact.interval == (120, 120)
    assert fact.method_version == FORMULA_VERSION
    assert fact.context.permalink == "/venues/luna"
    assert (
        fact.source_line == "Sat, Nov 7 to Fri, Nov 20 · n = 160 tables · watched 97 % of the time"
    )


def test_little_coverage_hedges_and_very_little_forbids() -> None:
    hedged, forbidden = two_minutes(watched(0.7)), two_minutes(watched(0.3))
    assert hedged.verdict is Verdict.HEDGE
    assert hedged.printable is not None
    assert "as far as we watched (70 % of the time)" in hedged.printable
    assert forbidden.printable is None
    assert forbidden.reason == "watched only 30 % of the time"
    unwatched = FactContext(FRIDAY, FRIDAY, None, "/")
    assert two_minutes(unwatched).verdict is Verdict.DO_NOT_PRINT


def test_assumed_coverage_is_marked_and_no_reason_to_refuse() -> None:
    fact = two_minutes(FactContext(FRIDAY, FRIDAY, ASSUMED_COVERAGE, "/"))
    assert fact.verdict is Verdict.PRINT
    assert "coverage assumed" in fact.source_line


def test_few_drops_hedge_and_fewer_are_not_printed() -> None:
    rng = np.random.default_rng(1)
    some = typical_open_time_fact("Luna", survival_curve(rng.exponential(200, 40), []), WATCHED)
    few = typical_open_time_fact("Luna", survival_curve([60, 900, 90], []), WATCHED)
    assert some.verdict is Verdict.HEDGE
    assert some.printable is not None
    assert some.printable.startswith("Half of the slots at Luna seem to be gone within ")
    assert few.verdict is Verdict.DO_NOT_PRINT
    assert few.reason == "only three closings seen, 10 are needed"


@given(
    closed=st.lists(st.integers(60, 4000), max_size=40),
    open_for=st.lists(st.integers(60, 4000), max_size=10),
)
def test_a_cell_of_a_table_is_left_out_exactly_where_the_fact_is(closed, open_for) -> None:
    curve = survival_curve(closed, open_for, resolution_seconds=60)
    fact = typical_open_time_fact("Luna", curve, WATCHED)
    if curve is None or curve.median_seconds is None:
        return
    refusal = open_time_refusal(
        curve.median_seconds, curve.median_interval, curve.closed_count, curve.resolution_seconds
    )
    assert refusal == (fact.reason if fact.verdict is Verdict.DO_NOT_PRINT else None)


def test_no_drops_is_said_and_not_printed() -> None:
    fact = typical_open_time_fact("Luna", None, WATCHED)
    assert (fact.verdict, fact.number) == (Verdict.DO_NOT_PRINT, None)


def test_tables_that_mostly_stay_are_said_to_stay() -> None:
    fact = typical_open_time_fact("Luna", survival_curve([], [5000] * 20), WATCHED)
    assert fact.printable == "More than half of the slots at Luna are still there after 1 hour"
    glance = typical_open_time_fact("Luna", survival_curve([], [5] * 20), WATCHED)
    assert glance.verdict is Verdict.DO_NOT_PRINT


def test_nothing_quicker_than_the_poll_is_claimed() -> None:
    curve = survival_curve([60] * 50 + [120] * 50, [], resolution_seconds=900)
    fact = typical_open_time_fact("Luna", curve, WATCHED)
    assert fact.printable == "Slots at Luna are usually gone before we look again 15 minutes later"


def test_catchable_tables_are_printed_with_their_certainty() -> None:
    assert catchable_fact("Luna", rate_of([3] * 28), WATCHED).verdict is Verdict.PRINT
    hedged = catchable_fact("Luna", rate_of([1] * 14), WATCHED)
    assert hedged.printable is not None
    assert hedged.printable.startswith("With alerts on, two people can catch between 2 and 7 ")
    about_one = catchable_fact("Luna", rate_of([0] * 27 + [1]), WATCHED)
    assert about_one.printable == (
        "With alerts on, two people can catch at most about one prime table a week at Luna"
    )
    fewer = catchable_fact("Luna", rate_of([0] * 89 + [1]), WATCHED)
    assert fewer.printable == (
        "With alerts on, two people can catch fewer than one prime table a week at Luna"
    )
    none = catchable_fact("Luna", rate_of([0] * 14), WATCHED)
    assert none.printable == (
        "With alerts on, two people could not have caught one prime table at Luna in 14 days of "
        "watching; in the long run it could be up to 1.5 a week"
    )
    for too_little in (None, rate_of([1] * 6)):
        assert catchable_fact("Luna", too_little, WATCHED).verdict is Verdict.DO_NOT_PRINT


def test_tiers_are_printed_hedged_or_withheld() -> None:
    rate = rate_of([3] * 28)
    verdicts = [
        tier_fact("Luna", rate, tier_of(*interval), WATCHED).verdict
        for interval in ((6, 9), (4, 9), (0.1, 9), (None, None))
    ]
    assert verdicts == [Verdict.PRINT, Verdict.HEDGE, Verdict.DO_NOT_PRINT, Verdict.DO_NOT_PRINT]
    assert tier_fact("Luna", None, tier_of(6, 9), WATCHED).verdict is Verdict.DO_NOT_PRINT


def test_ranks_are_printed_only_as_sure_as_their_band() -> None:
    first = rank_fact("Luna", RankBand(1, 1, 1), 120, WATCHED)
    among = rank_fact("Luna", RankBand(3, 2, 7), 120, WATCHED)
    anywhere = rank_fact("Luna", RankBand(3, 1, 100), 120, WATCHED)
    assert first.printable == "Luna is the hardest table of 120"
    assert among.printable == "Luna is among the 7 hardest of 120"
    assert anywhere.printable is None
    assert rank_fact("Luna", None, 120, WATCHED).printable is None


def test_a_shared_rank_says_with_whom_and_of_many_how_many() -> None:
    few = rank_fact("Luna", RankBand(1, 1, 7, 3), 120, WATCHED, level_with=["Mare", "Sole"])
    assert few.printable == "Luna is among the 7 hardest of 120, level with Mare and Sole"
    names = [f"V{number}" for number in range(7)]
    many = rank_fact("Luna", RankBand(1, 1, 1, 8), 120, WATCHED, level_with=names)
    assert many.printable == "Luna is the hardest table of 120, level with seven others"


def test_venues_that_are_level_at_the_top_are_told_of_together() -> None:
    sure = level_fact(["Luna", "Mare"], 15, (1, 2), WATCHED)
    assert sure.printable == "Luna and Mare come out level as the hardest tables of 15"
    unsure = level_fact(["Luna", "Mare"], 15, (1, 7), WATCHED)
    assert unsure.printable == "Luna and Mare come out level, among the 7 hardest of 15"
    assert level_fact(["Luna", "Mare"], 15, (1, 8), WATCHED).printable is None
    many = level_fact([f"V{number}" for number in range(8)], 20, (1, 8), WATCHED)
    assert many.printable == "Eight tables come out level as the hardest tables of 20"
    caught = none_caught_fact(["Luna", "Mare", "Sole"], 27.2, 5, 0.8, WATCHED)
    assert caught.printable == (
        "With alerts on, two people could not have caught one prime table at Luna, Mare or Sole in "
        "27 days of watching; in the long run it could be up to 0.8 a week at each"
    )
    assert "n = 5 prime tables for two" in caught.source_line


def test_who_is_new_among_the_hardest_is_hedged_where_rank_bands_overlap() -> None:
    assert new_entries_fact(["Luna"], 0, 60, WATCHED).printable == (
        "New among the ten hardest tables of 60: Luna"
    )
    assert new_entries_fact(["Luna"], 1, 60, WATCHED).printable == (
        "New among the ten hardest tables of 60, though that could be chance: Luna"
    )
    some = new_entries_fact(["Luna", "Mare"], 1, 60, WATCHED).printable
    assert some is not None
    assert some.endswith("though that could be chance for one of them: Luna and Mare")


def test_fully_booked_days_are_counted_or_in_ten() -> None:
    sentences = [
        fully_booked_fact("Luna", proportion(*share), WATCHED).printable
        for share in ((3, 10), (30, 100), (50, 100), (28, 28), (2, 5))
    ]
    assert sentences == [
        "No prime table opened at Luna on 3 of 10 days",
        "No prime table opens at Luna on about 3 in 10 days",
        "No prime table opens at Luna on about half of its days",
        "No prime table opened at Luna on 28 of 28 days",
        None,
    ]
    assert fully_booked_fact("Luna", None, WATCHED).printable is None


def test_a_trend_is_printed_only_where_it_survives() -> None:
    falling = weekly_trend([40, 35, 30, 25, 20, 15, 10, 5], [7] * 8)
    printed = trend_fact("Luna", falling, trend_labels([falling])[0], WATCHED)
    assert printed.printable is not None
    assert printed.printable.startswith("Luna is getting harder: about 21 % fewer tables")
    assert "to catch each week, on average over" in printed.printable
    assert trend_fact("Luna", falling, None, WATCHED).printable is None
    assert trend_fact("Luna", None, None, WATCHED).reason == "too few complete weeks"


def test_week_against_week_in_words() -> None:
    def sentence(last: int, previous: int) -> str | None:
        ratio = rate_ratio(last, 7, previous, 7)
        return week_over_week_fact("in New York", last, previous, ratio, WATCHED).printable

    assert sentence(140, 70) == (
        "Twice as many tables opened in New York in the last 7 days as in the 7 before"
    )
    assert sentence(100, 70) == (
        "40 % more tables opened in New York in the last 7 days than in the 7 before"
    )
    assert sentence(70, 140) == (
        "50 % fewer tables opened in New York in the last 7 days than in the 7 before"
    )
    assert sentence(72, 70) == (
        "About as many tables opened in New York in the last 7 days as in the 7 before"
    )
    assert sentence(20, 0) == (
        "20 tables opened in New York in the last 7 days, after none in the 7 before"
    )
    assert (
        sentence(0, 90)
        == "No tables opened in New York in the last 7 days, after 90 in the 7 before"
    )
    # Nothing is "about as many" where it could as well be a third or three times as many.
    assert sentence(3, 4) is None
    assert sentence(1, 0) is None
    assert sentence(0, 0) is None
    assert week_over_week_fact("in New York", 5, 0, None, WATCHED).printable is None


def test_tightness_spikes_and_release_clocks_in_words() -> None:
    tight = tightness_fact("New York", tightness(6, [9] * 25 + [5] * 5), 19, WATCHED)
    assert tight.printable == (
        "On Fri, Nov 20 at 7 pm New York was tighter than 83 % of Fridays at that hour"
    )
    assert tight.interval is not None
    loose = tightness_fact("New York", tightness(6, [9] * 2 + [5] * 13), 19, WATCHED)
    assert loose.printable is not None
    assert loose.printable.endswith("was looser than 13 of the last 15 Fridays at that hour")
    assert loose.number == pytest.approx(13 / 15)
    assert loose.interval == pytest.approx(wilson_interval(13, 15))
    assert tightness_fact("New York", tightness(6, [9]), 19, WATCHED).printable is None
    untold = tightness_fact("New York", None, None, WATCHED)
    assert untold.reason == "no comparable hours so far, 4 are needed"
    past, shares = [200, 190, 210, 205], [1.0] * 4
    spike = spike_fact("New York", FRIDAY, day_against_weekday(400, 1, past, shares), WATCHED)
    assert spike.printable == "400 tables opened in New York on Fri, Nov 20, where 200 are usual"
    usual = spike_fact("New York", FRIDAY, day_against_weekday(205, 1, past, shares), WATCHED)
    assert usual.printable is None
    assert spike_fact("New York", FRIDAY, None, WATCHED).printable is None
    dip = spike_fact("New York", FRIDAY, day_against_weekday(90, 1, past, shares), WATCHED)
    assert dip.printable == "90 tables opened in New York on Fri, Nov 20, where 200 are usual"
    clock = release_clock([600] * 10 + [733], [*range(10), 1], [14] * 10 + [0])
    assert release_clock_fact("Luna", clock, WATCHED).printable == (
        "Luna releases tables at 10 am, 14 days ahead"
    )
    often = release_clock([600] * 6 + [700, 800, 900], range(9), [0] * 9)
    assert release_clock_fact("Luna", often, WATCHED).printable == (
        "Luna often releases tables around 10 am, for the same day"
    )
    assert release_clock_fact("Luna", None, WATCHED).printable is None


def test_a_rare_day_without_a_table_is_counted_and_not_rounded_to_one_in_ten() -> None:
    rare = fully_booked_fact("Luna", proportion(5, 90), WATCHED)
    assert rare.printable == "No prime table opened at Luna on 5 of 90 days"
    often = fully_booked_fact("Luna", proportion(27, 90), WATCHED)
    assert often.printable == "No prime table opens at Luna on about 3 in 10 days"


def test_two_weeks_alike_are_as_many() -> None:
    alike = week_over_week_fact("in New York", 700, 700, rate_ratio(700, 7, 700, 7), WATCHED)
    assert (
        alike.sentence == "As many tables opened in New York in the last 7 days as in the 7 before"
    )


def test_four_of_fifteen_hours_are_within_the_usual_and_not_printed() -> None:
    fact = tightness_fact("New York", tightness(6, [9] * 4 + [5] * 11), 23, WATCHED)
    assert fact.printable is None
    assert fact.reason == "within what that hour usually brings"


def test_a_release_time_needs_days_and_of_few_it_is_hedged() -> None:
    two = release_clock_fact("Luna", release_clock([600, 600], [1, 2], [0, 0]), WATCHED)
    assert two.sentence == "It is too early to say when Luna releases tables"
    assert two.reason == "drops on two days, 4 are needed"
    five = release_clock_fact("Luna", release_clock([600] * 5, range(5), [0] * 5), WATCHED)
    assert five.verdict is Verdict.HEDGE
    assert five.reason == "on 5 of 5 days with drops"
    scattered = release_clock([10, 500, 900, 1200], range(4), [0] * 4)
    assert release_clock_fact("Luna", scattered, WATCHED).reason == "drops come at all hours"


def test_three_times_as_often_is_printed_only_where_like_is_compared_with_like() -> None:
    subject = "Alerts for saved venues lead to bookings"

    def fact(tables: list[Stratum]) -> Fact:
        sums = [sum(column) for column in zip(*tables, strict=True)]
        crude = share_ratio(*sums)
        return comparison_fact(subject, crude, mantel_haenszel(tables), 600, WATCHED)

    fair = fact([Stratum(45, 150, 15, 150), Stratum(45, 150, 15, 150)])
    assert fair.printable == f"{subject} 3 times as often"
    # Saved venues are the easy ones: within each stratum saving changes nothing.
    confounded = fact([Stratum(80, 100, 8, 10), Stratum(2, 10, 20, 100)])
    assert confounded.verdict is Verdict.DO_NOT_PRINT
    assert confounded.number == pytest.approx(1)
    partly = fact([Stratum(240, 300, 12, 30), Stratum(6, 30, 30, 300)])
    assert partly.verdict is Verdict.HEDGE
    assert partly.printable is not None
    assert partly.printable.startswith("Compared like with like, alerts for saved venues")
    small = fact([Stratum(9, 9, 1, 9)])
    assert small.verdict is Verdict.DO_NOT_PRINT
    assert small.reason == "too few cases to compare"
    assert comparison_fact(subject, None, None, 0, WATCHED).verdict is Verdict.DO_NOT_PRINT


@given(
    st.lists(st.integers(0, 4000), max_size=60),
    st.lists(st.integers(0, 4000), max_size=20),
    st.sampled_from([None, 60.0, 900.0]),
)
def test_whatever_the_data_a_fact_has_words_and_its_verdict_its_reason(
    closed: list[int], censored: list[int], resolution: float | None
) -> None:
    curve = survival_curve(closed, censored, resolution_seconds=resolution)
    fact = typical_open_time_fact("Luna", curve, WATCHED)
    assert not re.search(r"nan|inf|None", fact.sentence + (fact.printable or ""))
    assert (fact.printable is None) == (fact.verdict is Verdict.DO_NOT_PRINT)
    assert (fact.hedged_sentence is not None) == (fact.verdict is Verdict.HEDGE)
    assert (fact.reason is None) == (fact.verdict is Verdict.PRINT)

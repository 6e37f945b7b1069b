"""Findings about the market say no more than the numbers do."""

import doctest
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard import findings, printable, venue_findings
from db.insights import WeekOverWeek
from metrics.coverage import Coverage
from metrics.facts import Fact, FactContext, spike_fact, typical_open_time_fact
from metrics.rates import rate_ratio
from metrics.release_clock import release_clock
from metrics.spikes import day_against_weekday
from metrics.survival import SurvivalCurve, survival_curve
from metrics.weekday_facts import weekday_pattern_fact
from metrics.weekday_pattern import weekday_pattern

SUNDAY = date(2026, 11, 22)


def day(**values: Any) -> pd.Series:
    return pd.Series(
        {
            "window_date": SUNDAY,
            "drops": 100,
            "usual": 100.0,
            "lowest": 80.0,
            "highest": 120.0,
            "is_spike": False,
            "coverage_rate": 1.0,
            **values,
        }
    )


def hours(**values: Any) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "local_date": date(2026, 11, 19),
                "hour": 19,
                "compression": -0.4,
                "tightness": 0.85,
                "tighter_than": 25,
                "comparable_hours": 30,
                "level": "tight",
                **values,
            }
        ]
    )


def trends(*labels: str | None) -> pd.DataFrame:
    return pd.DataFrame({"name": [f"V{k}" for k in range(len(labels))], "label": list(labels)})


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(findings).failed == 0


def said_of(drops: int, coverage: float = 1.0) -> list[Fact]:
    """The fact of a Sunday after four Sundays of about a hundred tables."""
    context = FactContext(SUNDAY, SUNDAY, Coverage(coverage), "/market")
    found = day_against_weekday(drops, coverage, [100, 95, 105, 100], [1.0] * 4)
    return [spike_fact("New York", SUNDAY, found, context)]


def test_a_day_is_called_far_out_exactly_where_the_fact_of_it_may_be_printed() -> None:
    def finding(drops: int) -> str:
        return findings.day_finding(day(drops=drops), "New York", said_of(drops))

    assert "within what that weekday usually brings" in finding(100)
    assert "far more than the 100" in finding(300)
    assert "far fewer than the 100" in finding(40)
    assert "about 100 are usual; the difference could be chance" in finding(75)
    for drops in range(0, 300, 10):
        (fact,) = said_of(drops)
        assert ("far " in finding(drops)) == (fact.printable is not None)


def test_a_day_half_watched_is_not_compared_but_said_to_be_so() -> None:
    half = day(drops=40, coverage_rate=0.6)
    assert findings.day_finding(half, "New York", said_of(40, 0.6)) == (
        "40 tables opened in New York on Sun, Nov 22, in the 60 % of the day that was watched; a "
        "whole Sunday usually brings about 100."
    )


def test_a_day_without_a_past_is_not_compared() -> None:
    said = findings.day_finding(day(usual=np.nan), "New York", [])
    assert "too few Sundays were watched" in said
    assert findings.day_finding(None, "New York", []) == "No day of New York is over yet."


def test_a_spike_on_a_day_hardly_watched_is_not_named() -> None:
    days = pd.DataFrame(
        [day(is_spike=True, coverage_rate=0.6), day(window_date=SUNDAY - timedelta(days=1))]
    )
    assert findings.days_title(days) == "No day stood out from what its weekday usually brings"
    days.loc[0, "coverage_rate"] = 0.9
    assert findings.days_title(days) == "Far more tables than usual opened on Sun, Nov 22"


def test_tightness_is_a_percentile_only_with_enough_comparable_hours() -> None:
    assert findings.tight_finding(hours(), "New York") == (
        "New York is **tight**: at 7 pm it was tighter than 83 % of Thursdays at that hour, with "
        "40 % fewer tables than usual."
    )
    few = findings.tight_finding(hours(tighter_than=6, comparable_hours=7), "New York")
    assert "tighter than 6 of the last 7 Thursdays at that hour" in few
    some = hours(tightness=4 / 15, tighter_than=4, comparable_hours=15, level="loose")
    assert findings.tight_finding(some, "New York").startswith(
        "New York is **about as tight as usual**: at 7 pm it was looser than 11 of the last 15"
    )
    none = findings.tight_finding(
        hours(tightness=None, tighter_than=0, comparable_hours=2, level=None), "New York"
    )
    assert none == (
        "It is too early to say how tight New York is: Thursdays at 7 pm were watched two times "
        "before."
    )
    assert findings.tight_finding(hours().iloc[:0], "New York").startswith("Nobody scans New York")


@pytest.mark.parametrize(
    ("last", "previous", "said"),
    [
        (100, 98, "About as many tables opened"),
        (3, 4, "Tables came too unevenly to say"),
        (300, 100, "200 % more tables opened"),
        (100, 200, "50 % fewer tables opened"),
    ],
)
def test_two_weeks_differ_only_where_the_interval_says_so(
    last: int, previous: int, said: str
) -> None:
    found = WeekOverWeek(SUNDAY, last, previous, rate_ratio(last, 7, previous, 7))
    assert findings.weeks_title(found, "New York").startswith(said)


def test_weeks_nobody_watched_are_not_compared() -> None:
    for found in (None, WeekOverWeek(SUNDAY, 3, 0, None)):
        assert findings.weeks_title(found, "New York").startswith("Too little of New York")


def test_movers_are_those_whose_trend_survived() -> None:
    assert findings.movers_title(trends(None, None)) == (
        "No venue is getting harder or easier for certain"
    )
    assert findings.movers_title(trends("getting harder", None, "getting easier")) == (
        "V0 is getting harder; V2 is getting easier"
    )
    assert findings.movers_title(trends(*["getting harder"] * 6)) == ("6 venues are getting harder")


def open_times(prime_upper: float) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (weekday, side, median, low, high)
            for weekday in range(7)
            for side, median, low, high in (
                ("prime", 600.0, 500.0, prime_upper),
                ("off_peak", 1800.0, 1500.0, 2100.0),
            )
        ],
        columns=["weekday", "side", "median_seconds", "lower", "upper"],
    ).assign(refusal=None)


def test_of_a_single_open_table_it_is_said_whether_it_is_in_prime_time() -> None:
    for prime, said in ((1, "in prime time"), (0, "not in prime time")):
        counts = pd.DataFrame({"prime": [prime], "off_peak": [1 - prime]})
        assert (
            findings.live_finding(counts, "Bonn") == f"One table is open in Bonn right now, {said}."
        )


@pytest.mark.parametrize(
    ("prime", "said"),
    [
        ({0: 3, 2: 5, 3: 6, 4: 7, 5: 8, 6: 9}, "No prime tables for Sat, Nov 21, the fewest"),
        ({0: 3, 1: 5, 2: 3, 3: 6, 4: 7, 5: 8, 6: 9}, "each of Fri, Nov 20 and Sun, Nov 22, the"),
        ({0: 3, 12: 1}, "No prime tables for six nights of the next seven, the fewest"),
        ({9: 3, 12: 1}, "No prime tables for any of the next seven nights"),
        (dict.fromkeys(range(9), 2), "Two prime tables for each of the next seven nights"),
        ({1: 4}, "All of them are for Sat, Nov 21"),
        ({}, "No table is open in New York"),
    ],
)
def test_nights_without_any_table_have_the_fewest_and_those_level_are_named_together(
    prime: dict[int, int], said: str
) -> None:
    first = date(2026, 11, 20)
    counts = pd.DataFrame(
        {
            "slot_date": [first + timedelta(days=k) for k in prime],
            "prime": list(prime.values()),
            "off_peak": 1,
        }
    )
    assert said in findings.nights_title(counts, "New York", first=first)


def test_a_few_tables_have_no_busiest_hour_and_no_half() -> None:
    leads = pd.DataFrame({"lead_days": [2], "drops": [9]})
    assert findings.lead_title(leads) == "Only nine tables opened in this window"
    assert findings.lead_title(leads.assign(drops=10)).startswith("Half of all tables open")


def test_prime_tables_go_quicker_only_where_every_weekdays_intervals_stand_apart() -> None:
    assert findings.open_sides_title(open_times(700)).startswith("Prime tables go quicker")
    assert findings.open_sides_title(open_times(1600)).startswith("Half of prime tables go within")
    assert findings.open_sides_title(open_times(700).iloc[:0]).startswith("Too little was seen")


def test_the_prime_share_moved_only_where_first_and_last_week_stand_apart() -> None:
    weeks = pd.DataFrame(
        {
            "prime_rate": [0.5, 0.6, 0.9],
            "lower": [0.48, 0.58, 0.1],
            "upper": [0.52, 0.62, 1.0],
            "days": [7, 7, 2],
        }
    )
    assert findings.prime_share_title(weeks) == (
        "60 % of tables that open are for prime time, up from 50 %"
    )
    assert findings.prime_share_title(weeks.iloc[1:]) == (
        "About 60 % of tables that open are for prime time"
    )
    assert findings.prime_share_title(weeks.iloc[2:]) == "No whole week was seen yet"


def test_what_must_not_be_said_of_timing_is_not_a_title() -> None:
    context = FactContext(SUNDAY - timedelta(days=27), SUNDAY, Coverage(0.97), "/timing")
    freak = weekday_pattern([10] * 5 + [50] + [10] * 22, [1.0] * 28, first_weekday=0)
    said = findings.stated_or_why_not(weekday_pattern_fact("New York", freak, context), "which day")
    assert said == "It cannot be said for certain which day"


def test_neighborhoods_changed_only_where_their_interval_says_so() -> None:
    compared = pd.DataFrame(
        {
            "neighborhood": ["SoHo", "NoHo"],
            "change_lower": [0.5, 1.1],
            "change_upper": [1.5, 2.0],
        }
    )
    assert findings.neighborhoods_title(compared) == (
        "More tables open in SoHo than in any other neighborhood; NoHo changed from the week before"
    )
    assert "no neighborhood clearly changed" in findings.neighborhoods_title(compared.iloc[:1])


def curve(seconds: list[float], resolution: int | None = 60) -> SurvivalCurve | None:
    return survival_curve(seconds, [], resolution_seconds=resolution)


def test_a_curves_title_is_never_finer_than_we_look() -> None:
    quick = [60.0] * 15 + [120.0] * 5
    assert venue_findings.curve_title(curve(quick), "Luna") == (
        "Half of Luna's tables are gone before we look again, 1 minute later"
    )
    slower = [120.0] * 12 + [180.0] * 16 + [240.0] * 4
    assert venue_findings.curve_title(curve(slower), "Luna") == (
        "Half of Luna's tables are gone within 3 minutes (2–3 min)"
    )
    assert venue_findings.curve_title(None, "Luna") == "No table at Luna was seen to open"


def test_a_median_without_an_upper_end_is_not_named() -> None:
    few = survival_curve([60.0, 120.0], [], resolution_seconds=60)
    assert (
        venue_findings.curve_title(few, "Luna")
        == "How long half of Luna's tables last is not known yet"
    )


def test_a_median_of_too_few_closings_is_not_named() -> None:
    seconds = [120.0] * 2 + [180.0] * 3 + [240.0] * 3 + [300.0] * 2
    nine, ten = curve(seconds[:9]), curve(seconds)
    assert "is not known yet" in venue_findings.curve_title(nine, "Luna")
    assert "gone within 3 minutes" in venue_findings.curve_title(ten, "Luna")


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        ([2], "Both tables opened on Mondays"),
        ([3, 1], "3 of 4 tables opened on Mondays"),
        ([1], "The only table opened on Mondays"),
        ([12], "All 12 tables opened on Mondays"),
    ],
)
def test_the_weekday_of_a_venue_is_counted_in_one_way(opened: list[int], said: str) -> None:
    cells = pd.DataFrame({"weekday": range(len(opened)), "hour": 10, "drops": opened})
    assert venue_findings.venue_hours_title(cells, is_slot=False) == said


@pytest.mark.parametrize(
    ("prime", "coverage", "said"),
    [
        ([1, 0, 0], [1.0, 0.0, 0.4], "A prime table opened at Luna on 1 of 1 day we watched"),
        ([0, 0, 3], [1.0, 0.6, 0.4], "No prime table opened at Luna in two days we watched"),
        ([1, 0, 3], [None, None, None], "A prime table opened at Luna on 2 of 3 days"),
        ([1, 0, 3], [None, 0.1, 1.0], "A prime table opened at Luna on 2 of 2 days we watched"),
        ([1, 0, 3], [0.1, 0.1, 0.1], "No day of Luna was watched for at least half"),
    ],
)
def test_a_venues_days_are_counted_without_those_nobody_watched(
    prime: list[int], coverage: list[float | None], said: str
) -> None:
    days = pd.DataFrame({"new_drop_count": 4, "prime_time_drops": prime, "coverage_rate": coverage})
    assert venue_findings.days_title(days, "Luna") == said


def test_a_venue_has_a_release_time_only_with_a_clock() -> None:
    assert "No release time stands out" in venue_findings.clock_title(
        release_clock([5, 300, 700, 1100], range(4), [0] * 4), "Luna"
    )
    assert "opened on two days only" in venue_findings.clock_title(
        release_clock([5, 700], [1, 2], [0, 0]), "Luna"
    )
    steady = release_clock([600] * 10, range(10), [0] * 10)
    assert venue_findings.clock_title(steady, "Luna") == (
        "Luna releases tables at 10 am: on 10 of the 10 days on which any opened"
    )


def test_a_copied_sentence_takes_its_source_and_label_along() -> None:
    context = FactContext(SUNDAY - timedelta(days=27), SUNDAY, Coverage(0.97), "/venue")
    fact = typical_open_time_fact("Luna", curve([180.0] * 30), context)
    copied = printable.sentence_to_copy(fact, is_simulated=True)
    assert copied.startswith(f"{fact.printable}. (Table Stakes, Mon, Oct 26 to Sun, Nov 22")
    assert copied.endswith("; simulated data, fictional venues)")
    rows = printable.facts_table([fact])
    assert rows["sentence"].tolist() == [fact.printable]


def test_moving_venues_are_certain_only_where_the_label_survived() -> None:
    some = trends("getting harder", None, None)
    assert findings.moving_finding(some, "getting harder", "SoHo", asked=3).startswith(
        "V0 is getting harder, of three venues in SoHo"
    )
    assert "could be chance" in findings.moving_finding(some, "getting easier", "SoHo", asked=5)
    assert findings.moving_title(some, "getting easier", "SoHo") == (
        "No table in SoHo is getting easier for certain"
    )


def test_the_easiest_of_the_hard_is_certain_only_where_its_rank_band_stands_apart() -> None:
    rows = pd.DataFrame(
        {
            "name": ["Sole", "Luna"],
            "rank_lower": [5, 1],
            "rank_upper": [9, 4],
            "catchable_per_week": [3.0, 0.5],
            "catchable_lower": [2.0, 0.2],
            "catchable_upper": [4.0, 1.0],
        }
    )
    assert findings.easiest_title(rows, "SoHo") == "Sole is the easiest of the hard tables in SoHo"
    assert "not for certain" in findings.easiest_title(rows.assign(rank_upper=[9, 6]), "SoHo")
    assert "every table" in findings.easiest_title(rows.iloc[:0], "SoHo")
    assert "about 3 prime tables a week" in findings.easiest_finding(rows, 28)

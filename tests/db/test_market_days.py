"""A market's days, neighborhoods, lead times, live counts and curves, held against one another."""

from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pytest

from db import insights
from metrics.spikes import usual_range
from metrics.volatility import index_of_dispersion
from tests import seeding
from tests.seeding import NEW_YORK, NOW, TODAY, drop

YESTERDAY = TODAY - timedelta(days=1)
FIRST = TODAY - timedelta(days=28)
VENUES = tuple(seeding.VENUES)


def expected_drops(day: date) -> int:
    back = (TODAY - day).days
    return sum(drops(back) for drops, _, _ in seeding.VENUES.values())


@pytest.mark.world("weeks")
def test_each_day_has_its_drops_and_no_band_before_four_such_weekdays_were_watched(engine):
    days = insights.market_days(engine, "nyc", FIRST, YESTERDAY, now=NOW)
    assert days["drops"].tolist() == [expected_drops(day) for day in days["window_date"]]
    assert (days["prime_time_drops"] + days["off_peak_drops"]).equals(days["drops"])
    assert days["usual"].isna().all()
    assert days["is_coverage_assumed"].all()


@pytest.mark.world("weeks")
def test_the_band_is_what_would_not_stand_out_from_the_same_weekday(engine):
    events = []
    for back in range(70, 28, -1):
        opened_at = datetime.combine(
            TODAY - timedelta(days=back), datetime.min.time(), UTC
        ) + timedelta(hours=15)
        for number in range(5 + back % 3):
            events += seeding.drop("plenty", opened_at + timedelta(minutes=number), seconds=60)
    seeding.seed(engine, events)
    days = insights.market_days(engine, "nyc", FIRST, YESTERDAY, now=NOW).set_index("window_date")
    everything = insights.market_days(
        engine, "nyc", TODAY - timedelta(days=70), YESTERDAY, now=NOW
    ).set_index("window_date")
    past = [YESTERDAY - timedelta(weeks=k) for k in range(1, 9)]
    expected = usual_range(everything["drops"][past], everything["coverage_rate"][past])
    assert tuple(days.loc[YESTERDAY, ["usual", "lowest", "highest"]]) == expected


def test_a_market_that_was_never_scored_has_no_days(engine):
    assert insights.market_days(engine, "nyc", FIRST, YESTERDAY, now=NOW).empty
    with pytest.raises(insights.UnknownMarketError):
        insights.market_days(engine, "atlantis", FIRST, YESTERDAY, now=NOW)


@pytest.mark.world("weeks")
def test_prime_shares_are_by_week_with_an_interval_and_say_how_many_days(engine):
    days = insights.market_days(engine, "nyc", FIRST, YESTERDAY, now=NOW)
    weeks = insights.prime_shares(days)
    assert weeks["days"].sum() == len(days)
    assert weeks["drops"].sum() == days["drops"].sum()
    assert weeks["prime_rate"].eq(1).all()  # every slot of this world is at 6, 7 or 8 pm
    assert (weeks["lower"] < 1).all()


@pytest.mark.world("weeks")
def test_the_week_in_which_the_looking_began_has_fewer_days_than_seven(engine):
    days = insights.market_days(engine, "nyc", FIRST, YESTERDAY, now=NOW)
    since = insights.progress(engine, "nyc").first_whole_date
    assert since == FIRST + timedelta(days=1)  # the first table opened at 10 am on a Monday
    assert insights.prime_shares(days, since=since)["days"].tolist() == [6, 7, 7, 7]


@pytest.mark.world("weeks")
def test_weekdays_stand_side_by_side_per_watched_day(engine):
    days = insights.market_days(engine, "nyc", FIRST, YESTERDAY, now=NOW)
    sides = insights.weekday_sides(days)
    for side, column in (("prime", "prime_time_drops"), ("off_peak", "off_peak_drops")):
        of_weekday = days[[day.weekday() == 0 for day in days["window_date"]]]
        expected = index_of_dispersion(of_weekday[column], of_weekday["coverage_rate"])
        monday = sides.set_index("weekday").loc[0]
        assert (expected is None) == np.isnan(monday[f"{side}_dispersion"])
        if expected is not None:
            assert monday[f"{side}_dispersion"] == expected.index
            assert monday[f"{side}_dispersion_p"] == expected.p_value
    assert sides["weekday"].tolist() == list(range(7))
    per_week = (sides["prime"] * sides["observed_days"]).sum()
    assert per_week == pytest.approx(days["prime_time_drops"].sum())


@pytest.mark.world("weeks")
def test_facts_of_timing_rest_on_every_table_of_the_window_and_a_freak_day_changes_their_verdict(
    engine,
):
    night = insights.Night("Saturday-night", 6, (17, 23))

    def said():
        found = insights.timing_facts(engine, "nyc", FIRST, YESTERDAY, night, now=NOW)
        return {fact.kind: fact for fact in found}

    before = said()
    days = insights.market_days(engine, "nyc", FIRST, YESTERDAY, now=NOW)
    assert before["weekday_pattern"].n == days["prime_time_drops"].sum()
    # One Sunday was watched half and brought as much as others: on Sundays it is not quite clear.
    sides = before["prime_against_off_peak"]
    assert sides.printable.startswith("More prime tables open in New York than others: 12 a day")
    assert sides.reason == "not clear on every weekday"
    # Slots are for five days later: Saturday's open on Mondays, all of them in the hour of 10 am.
    hour = before["opening_hour"]
    assert hour.n == days.loc[[day.weekday() == 0 for day in days["window_date"]], "drops"].sum()
    assert "on Mondays, 10 am to 11 am: 100 % of them over" in hour.printable
    saturday = datetime.combine(YESTERDAY - timedelta(days=1), time(15), NEW_YORK)
    evening = datetime.combine(TODAY, time(19), NEW_YORK)
    freak = [
        event
        for minutes in range(150)
        for event in drop("plenty", saturday + timedelta(minutes=minutes), slot_at=evening)
    ]
    seeding.seed(engine, freak)
    after = said()["weekday_pattern"]
    assert "Saturdays bring" in after.sentence
    assert after.printable is None


@pytest.mark.world("weeks")
def test_neighborhoods_sum_to_their_market(engine):
    compared = insights.neighborhoods_compared(engine, "nyc", YESTERDAY, days=28, now=NOW)
    days = insights.market_days(engine, "nyc", FIRST, YESTERDAY, now=NOW)
    assert compared["drops"].sum() == days["drops"].sum()
    assert compared["drops"].is_monotonic_decreasing
    assert dict(zip(compared["neighborhood"], compared["venue_count"], strict=True)) == {
        "SoHo": 3,
        "West Village": 2,
    }
    twins = compared.set_index("neighborhood").loc["West Village"]
    # As many tables in both weeks; the last one was watched only to its last event.
    assert 1 < twins["change_ratio"] < 1.1
    assert twins["change_lower"] < 1 < twins["change_upper"]


@pytest.mark.world("weeks")
def test_lead_times_count_every_table_once(engine):
    leads = insights.lead_times(engine, "nyc", FIRST, YESTERDAY)
    days = insights.market_days(engine, "nyc", FIRST, YESTERDAY, now=NOW)
    assert leads["lead_days"].tolist() == [5]
    assert leads["drops"].tolist() == [days["drops"].sum()]


@pytest.mark.world("weeks")
def test_live_counts_are_those_of_the_live_feed(engine):
    opened_at = NOW - timedelta(minutes=20)
    for hour in (13, 19):
        slot_at = datetime(2026, 11, 25, hour, tzinfo=seeding.NEW_YORK)
        seeding.accept(engine, seeding.drop("barely", opened_at, slot_at=slot_at))
    counts = insights.live_counts(engine, "nyc", NOW)
    live = insights.live_drops(engine, "nyc", NOW)
    assert counts.values.tolist() == [[date(2026, 11, 25), 1, 1]]
    assert len(live) == 2


@pytest.mark.world("weeks")
def test_venues_curves_are_each_venues_own(engine):
    curves = insights.venue_curves(engine, "nyc", [*VENUES, "nobody"], FIRST, YESTERDAY, now=NOW)
    assert set(curves) == set(VENUES)
    for venue_id, (_, seconds, _) in seeding.VENUES.items():
        alone = insights.open_duration(
            engine, venue_id=venue_id, first=FIRST, last=YESTERDAY, now=NOW
        )
        assert alone is not None
        assert curves[venue_id].median_seconds == alone.median_seconds == seconds
        assert curves[venue_id].n == alone.n


@pytest.mark.world("weeks")
def test_open_times_by_weekday_hold_every_table_once(engine):
    times = insights.open_times_by_weekday(engine, "nyc", FIRST, YESTERDAY, now=NOW)
    days = insights.market_days(engine, "nyc", FIRST, YESTERDAY, now=NOW)
    by_weekday = days.groupby([day.weekday() for day in days["window_date"]])["drops"].sum()
    assert set(times["side"]) == {"prime"}
    assert times["n"].tolist() == by_weekday.tolist()
    assert np.isfinite(times["median_seconds"]).all()

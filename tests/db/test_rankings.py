"""The ranking by all tables, ranks over time, and statements about trends."""

from datetime import datetime, time, timedelta

import pandas as pd
import pytest

from db import insights
from metrics.facts import Verdict
from tests.seeding import NEW_YORK, NOW, TODAY, drop, seed, weeks_of_drops

YESTERDAY = TODAY - timedelta(days=1)


def at_lunch(venue_id: str, days: int, a_day: int = 1):
    """Tables for noon, which are never prime."""
    for back in range(1, days + 1):
        day = TODAY - timedelta(days=back)
        for number in range(a_day):
            opened_at = datetime.combine(day, time(10, number), NEW_YORK)
            slot_at = datetime.combine(day + timedelta(days=5), time(12, number), NEW_YORK)
            yield from drop(venue_id, opened_at, slot_at=slot_at, seconds=300)


def test_counting_all_tables_ranks_by_what_opened_at_any_hour(engine):
    seed(engine, [*weeks_of_drops(), *at_lunch("barely", 28, a_day=9)])
    prime = insights.ranking(engine, "nyc", YESTERDAY, 28).set_index("venue_id")
    everything = insights.openings_ranking(engine, "nyc", YESTERDAY, 28)
    assert everything["catchable_per_week"].is_monotonic_increasing
    assert everything["tier"].isna().all()
    by_venue = everything.set_index("venue_id")
    assert prime.loc["barely", "rank"] == 1
    assert by_venue.loc["barely", "rank"] == len(by_venue)
    # What opens in a week, whether it could be caught or not: the window's count a watched week.
    expected = 7 * by_venue["new_drop_count"] / by_venue["observed_days"]
    pd.testing.assert_series_equal(
        by_venue["catchable_per_week"], expected, check_names=False, rtol=1e-9
    )
    assert (by_venue["rank_lower"] <= by_venue["rank"]).all()
    assert (by_venue["rank"] <= by_venue["rank_upper"]).all()


@pytest.mark.world("weeks")
def test_the_last_of_the_history_is_the_ranking_itself(engine):
    history = insights.rank_history(engine, "nyc", YESTERDAY)
    assert history["as_of_date"].is_monotonic_increasing
    last = history[history["as_of_date"] == YESTERDAY].set_index("venue_id")
    ranking = insights.ranking(engine, "nyc", YESTERDAY, 28).set_index("venue_id")
    bands = ["rank", "rank_lower", "rank_upper", "rank_tied"]
    pd.testing.assert_frame_equal(last[bands], ranking.loc[last.index, bands])
    assert set(last["ranked"]) == {len(ranking)}
    # Before that only Sundays, so that a year is a short line.
    earlier = history.loc[history["as_of_date"] < YESTERDAY, "as_of_date"]
    assert {day.isoweekday() for day in earlier} <= {7}


def test_a_market_never_scored_has_no_history(engine):
    assert insights.rank_history(engine, "nyc", YESTERDAY).empty
    with pytest.raises(insights.UnknownMarketError):
        insights.rank_history(engine, "nowhere", YESTERDAY)


def test_statements_about_trends_are_those_of_the_venues_pages(engine):
    seed(engine, [*weeks_of_drops(9 * 7 + 1)])
    ids = ["rising", "plenty", "nobody"]
    facts = insights.trend_facts(engine, "nyc", YESTERDAY, ids, now=NOW)
    assert [fact.sentence.split(" is ")[0] for fact in facts] == ["rising", "plenty"]
    for venue_id, fact in zip(ids, facts, strict=False):
        of_venue = insights.venue_facts(engine, venue_id, YESTERDAY, now=NOW)
        assert fact in of_venue
        assert (fact.reason is None) == (fact.verdict is Verdict.PRINT)


@pytest.mark.world("weeks")
def test_venues_are_named_in_the_order_of_their_names(engine):
    names = insights.venue_names(engine, "nyc")
    assert list(names["venue_id"]) == ["barely", "plenty", "rising", "twin-a", "twin-b"]

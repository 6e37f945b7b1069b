"""The reading service, over a known world that came in the way a real one does."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from db import insights
from db.engine import Engine
from db.insights.ranks import with_ranks
from metrics.catchable import catchable_rates
from metrics.rates import last_against_previous
from metrics.survival_ranges import survival_of_ranges
from tests.seeding import NOW, SETTINGS, TODAY, accept, drop, seed, tick, weeks_of_drops

YESTERDAY = TODAY - timedelta(days=1)


def run_sql(engine: Engine, statement: str, **parameters: object) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), parameters)


def add_market(
    engine: Engine, market_id: str, *, zone: str = "UTC", simulated: bool = False
) -> None:
    run_sql(
        engine,
        "INSERT INTO markets (market_id, name, timezone, is_simulated)"
        " VALUES (:market_id, :market_id, :zone, :simulated)",
        market_id=market_id,
        zone=zone,
        simulated=simulated,
    )


def add_venue(engine: Engine, venue_id: str, market_id: str) -> None:
    run_sql(
        engine,
        "INSERT INTO venues (venue_id, market_id, name) VALUES (:venue_id, :market_id, :venue_id)",
        venue_id=venue_id,
        market_id=market_id,
    )


@pytest.mark.world("weeks")
def test_the_ranking_runs_from_hardest_to_easiest(engine):
    ranking = insights.ranking(engine, "nyc", YESTERDAY, 28)
    assert list(ranking["venue_id"]) == ["barely", "rising", "twin-a", "twin-b", "plenty"]
    assert ranking["catchable_per_week"].is_monotonic_increasing
    assert list(ranking["rank"]) == [1, 2, 3, 3, 5]
    assert list(ranking["rank_tied"]) == [1, 1, 2, 2, 1]
    assert (ranking["rank_lower"] <= ranking["rank"]).all()
    assert (ranking["rank"] <= ranking["rank_upper"]).all()
    assert ranking["rank_lower"].iloc[-1] == 5
    # Four weeks of one table every fourth day: 1.75 a week, all of them open for five minutes.
    # The first morning, before the first event, and the last evening were not watched.
    assert ranking["catchable_per_week"].iloc[0] == pytest.approx(1.75, rel=0.05)
    daily = ranking["daily_prime_drops"].iloc[0]
    assert (len(daily), sum(daily)) == (28, 7)


def test_as_many_tables_to_catch_are_one_rank_however_they_come_about():
    # Of ten tables three are gone within a minute; of seven none; and the like for other numbers.
    pairs = [(size, gone) for size in range(8, 20) for gone in range(1, size)]
    lasting = [
        survival_of_ranges([1] * gone + [900] * (size - gone), [True] * size, [0], [size], (60,))
        for size, gone in pairs
    ]
    rates = [size * of.survival[0, 0] for (size, _), of in zip(pairs, lasting, strict=True)]
    whole = [float(size - gone) for size, gone in pairs]
    assert any(rate != count for rate, count in zip(rates, whole, strict=True))
    rows = pd.DataFrame({"catchable_per_week": rates + whole, "lasting_rate": 1.0}).assign(
        venue_id=[f"v{number}" for number in range(2 * len(pairs))],
        name="a venue",
        market_id="m",
        scarcity_score=50.0,
        catchable_drops=10.0,
        catchable_squares=10.0,
        observed_days=7.0,
        watched_days=7,
        lasting_log_variance=0.0,
    )
    ranked = with_ranks(rows)
    assert ranked.groupby("rank")["rank_tied"].first().sum() == len(rows)
    assert ranked["rank"].nunique() == len(set(whole))


def test_rank_bands_hold_for_all_venues_together():
    # Forty venues watched for two weeks, half of them with 14 catchable drops, half with 36. Any
    # two are told apart at 95 %; that all are told apart is less sure.
    drops = np.repeat([14.0, 36.0], 20)
    days = np.full(40, 14.0)
    rates = catchable_rates(drops, days, drops**2 / 14, days, np.ones(40), np.zeros(40))
    assert rates.upper[0] < rates.lower[-1]
    rows = pd.DataFrame(
        {
            "venue_id": [f"v{number:02}" for number in range(40)],
            "name": "a venue",
            "market_id": "m",
            "scarcity_score": 50.0,
            "catchable_per_week": rates.per_week,
            "catchable_drops": drops,
            "catchable_squares": drops**2 / 14,
            "observed_days": 14.0,
            "watched_days": 14,
            "lasting_rate": 1.0,
            "lasting_log_variance": 0.0,
        }
    )
    ranked = with_ranks(rows)
    assert set(ranked["rank"]) == {1, 21}
    assert set(ranked["rank_tied"]) == {20}
    assert set(ranked["rank_lower"]) == {1}
    assert set(ranked["rank_upper"]) == {40}


@pytest.mark.world("weeks")
def test_filters_do_not_change_a_rank(engine):
    run_sql(engine, "UPDATE venues SET lists = '{Best new}' WHERE venue_id = 'plenty'")
    of_village = insights.ranking(engine, "nyc", YESTERDAY, 28, neighborhood="West Village")
    assert list(of_village["venue_id"]) == ["twin-a", "twin-b"]
    assert list(of_village["rank"]) == [3, 3]
    listed = insights.ranking(engine, "nyc", YESTERDAY, 28, on_list="Best new")
    assert list(listed["rank"]) == [5]
    assert insights.ranking(engine, "nyc", YESTERDAY, 28, cuisine="Thai").empty
    assert insights.neighborhoods(engine, "nyc") == ("SoHo", "West Village")
    assert insights.cuisines(engine, "nyc") == ("Italian",)
    assert insights.lists(engine, "nyc") == ("Best new",)


def test_venues_watched_too_little_have_no_rank(engine):
    seed(engine, [*drop("v", NOW - timedelta(days=2)), *drop("w", NOW - timedelta(days=1))])
    ranking = insights.ranking(engine, "nyc", TODAY, 14)
    assert list(ranking["venue_id"]) == ["v", "w"]
    assert ranking[["scarcity_score", "rank", "rank_lower", "rank_upper"]].isna().all(axis=None)


@pytest.mark.world("weeks")
def test_change_holds_the_last_seven_complete_days_against_the_seven_before(engine):
    # Data of today, which is not over, must count on neither side.
    seed(engine, drop("rising", NOW - timedelta(hours=1), slot_at=NOW + timedelta(days=1, hours=7)))
    ranking = insights.ranking(engine, "nyc", TODAY, 14).set_index("venue_id")
    expected = last_against_previous([2] * 7, [1] * 7, [1] * 7, [1] * 7)
    assert expected is not None
    rising = ranking.loc["rising", ["change_ratio", "change_lower", "change_upper"]]
    assert list(rising) == pytest.approx([2.0, expected.lower, expected.upper])
    assert ranking.loc["twin-a", "change_ratio"] == pytest.approx(1.0)


@pytest.mark.world("weeks")
def test_change_follows_observed_time_where_scans_tell(engine):
    # Watched: all of the second week, half of each hour of the first.
    for back in range(1, 15):
        run_sql(
            engine,
            "INSERT INTO scan_rollup SELECT 'nyc', '19:00', at, 60, 0,"
            " (repeat('1', :n) || repeat('0', 60 - :n))::bit(60), 0, at"
            " FROM generate_series(CAST(:day AS timestamptz),"
            " CAST(:day AS timestamptz) + interval '23 hours', interval '1 hour') AS at",
            day=datetime(2026, 11, 23, 5, tzinfo=UTC) - timedelta(days=back),
            n=60 if back <= 7 else 30,
        )
    run_sql(
        engine,
        "INSERT INTO scan_rollup VALUES ('nyc', '19:00', :hour, 60, 0, repeat('1', 60)::bit(60),"
        " 0, :hour)",
        hour=NOW - timedelta(hours=1),
    )
    tick(engine, SETTINGS, NOW)
    ranking = insights.ranking(engine, "nyc", TODAY, 14).set_index("venue_id")
    assert ranking.loc["twin-a", "change_ratio"] == pytest.approx(0.5)


@pytest.mark.world("weeks")
def test_a_day_that_was_not_scored_has_no_ranking(engine):
    assert insights.ranking(engine, "nyc", date(2020, 1, 1), 28).empty
    assert insights.latest_as_of(engine, "nyc", 28) == TODAY
    assert insights.latest_as_of(engine, "nyc", 28, not_after=YESTERDAY) == YESTERDAY
    assert insights.latest_as_of(engine, "nyc", 28, not_after=date(2020, 1, 1)) is None


@pytest.mark.world("weeks")
def test_a_venue_has_its_days_and_its_windows(engine):
    history = insights.venue_history(engine, "rising", TODAY - timedelta(days=10), TODAY)
    assert list(history["window_date"]) == [TODAY - timedelta(days=b) for b in range(10, 0, -1)]
    assert list(history["new_drop_count"]) == [1, 1, 1] + [2] * 7
    assert list(history["median_drop_duration_seconds"]) == [900.0] * 10
    windows = insights.venue_windows(engine, "rising", YESTERDAY)
    assert list(windows["window_days"]) == list(insights.WINDOW_DAYS)
    assert list(windows["new_drop_count"]) == [14, 21, 35, 35]
    facts = insights.venue(engine, "rising")
    assert (facts.neighborhood, facts.market_id, facts.is_simulated) == ("SoHo", "nyc", False)
    with pytest.raises(insights.UnknownVenueError, match="no venue 'nowhere'"):
        insights.venue(engine, "nowhere")


@pytest.mark.world("weeks")
def test_markets_tell_their_span_and_how_far_the_data_reach(engine):
    market = insights.markets(engine).set_index("market_id").loc["nyc"]
    assert (market["first_date"], market["latest_date"]) == (TODAY - timedelta(days=28), YESTERDAY)
    assert market["venue_count"] == 5
    last = max(str(event["occurred_at"]) for event in weeks_of_drops(1))
    assert insights.data_through(engine, "nyc") == datetime.fromisoformat(last)
    with pytest.raises(insights.UnknownMarketError, match="no market 'nowhere'"):
        insights.data_through(engine, "nowhere")


def test_who_names_no_market_gets_real_data_and_never_a_mixture(engine):
    assert insights.default_market(engine) == "nyc"
    add_market(engine, "sim", simulated=True)
    add_venue(engine, "made-up", "sim")
    accept(engine, drop("made-up", NOW - timedelta(hours=3)), is_simulated=True)
    tick(engine, SETTINGS, NOW)
    assert insights.default_market(engine) == "sim"
    assert set(insights.venue_metrics(engine, now=NOW)["market_id"]) == {"sim"}
    add_market(engine, "bonn", zone="Europe/Berlin")
    add_venue(engine, "office", "bonn")
    seed(engine, drop("office", NOW - timedelta(hours=2)))
    assert insights.default_market(engine) == "bonn"
    assert set(insights.venue_metrics(engine, now=NOW)["market_id"]) == {"bonn"}
    assert set(insights.market_metrics(engine, now=NOW)["market_id"]) == {"bonn"}
    assert set(insights.venue_rolling_metrics(engine, now=NOW)["market_id"]) == {"bonn"}
    assert set(insights.venue_metrics(engine, now=NOW, market="sim")["market_id"]) == {"sim"}
    with pytest.raises(insights.UnknownMarketError, match="There are: bonn, nyc, sim"):
        insights.venue_metrics(engine, now=NOW, market="nowhere")


@pytest.mark.world("weeks")
def test_the_last_days_are_local_and_end_with_today(engine):
    rows = insights.venue_metrics(engine, now=NOW, days=3, venue_id="plenty")
    assert sorted(rows["window_date"]) == [TODAY - timedelta(days=2), YESTERDAY]
    # At 3 am UTC it is still the day before in New York.
    night = datetime(2026, 11, 23, 3, tzinfo=UTC)
    rows = insights.venue_metrics(engine, now=night, days=1, venue_id="plenty")
    assert list(rows["window_date"]) == [YESTERDAY]
    rows = insights.venue_metrics(engine, now=NOW, days=2, as_of=date(2026, 11, 10))
    assert set(rows["window_date"]) == {date(2026, 11, 9), date(2026, 11, 10)}


@pytest.mark.world("weeks")
def test_published_rows_come_scarcest_first_and_undefined_last(engine):
    rows = insights.venue_metrics(engine, now=NOW, days=28, limit=1000)
    scores = rows["scarcity_score"]
    assert scores.notna().any()
    assert scores.isna().any()
    assert scores[scores.notna()].is_monotonic_decreasing
    assert scores.notna().is_monotonic_decreasing
    assert len(insights.venue_metrics(engine, now=NOW, days=28, limit=7)) == 7
    market = insights.market_metrics(engine, now=NOW, days=28)
    assert market["window_date"].is_monotonic_decreasing
    totals = insights.market_metrics(engine, now=NOW, days=28, metric_types=["daily_totals"])
    assert set(totals["metric_type"]) == {"daily_totals"}
    assert (
        sum(value["total_new_drops"] for value in totals["value"]) == rows["new_drop_count"].sum()
    )


def test_undefined_numbers_keep_their_columns_numeric(engine):
    seed(engine, drop("v", NOW - timedelta(hours=1)))
    rows = insights.venue_metrics(engine, now=NOW)
    assert rows["median_drop_duration_seconds"].dtype == "float64"
    assert rows["median_drop_duration_seconds"].isna().all()


def test_the_live_feed_shows_what_can_still_be_had(engine):
    minute = timedelta(minutes=1)
    slot = NOW + timedelta(hours=6)
    again = {"slot_id": "reopened"}
    events = [
        *drop("a", NOW - 30 * minute, slot_at=slot, event_id="from-the-poller"),
        *drop("b", NOW - 10 * minute, party_size=None),
        *drop("gone", NOW - 50 * minute, seconds=120),
        *drop("past", NOW - 90 * minute, slot_at=NOW - minute),
        *drop("c", NOW - 40 * minute, slot_at=slot, **again),
        *drop("c", NOW - 20 * minute, slot_at=slot, **again),
    ]
    accept(engine, events)
    live = insights.live_drops(engine, "nyc", NOW)
    assert list(live["venue_id"]) == ["b", "c", "a"]
    assert list(live["open_seconds"]) == [600, 1200, 1800]
    assert list(live["is_prime"]) == [False, True, True]
    assert live["party_size"].isna().tolist() == [True, False, False]
    ids = list(live["drop_event_id"])
    assert ids[2] == "from-the-poller"
    assert insights.read_drop_event_id(ids[1]) == ("reopened", NOW - 20 * minute)
    assert insights.read_drop_event_id(ids[2]) is None

    closed = insights.just_closed(engine, "nyc", NOW)
    assert list(closed["venue_id"]) == ["gone"]
    assert list(closed["open_seconds"]) == [120]
    assert insights.just_closed(engine, "nyc", NOW + timedelta(hours=2)).empty
    assert list(insights.live_drops(engine, "nyc", NOW, limit=1)["venue_id"]) == ["b"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("is_aggregated_between", [False, True])
def test_a_table_that_went_after_it_reopened_is_gone_at_once(engine, order, is_aggregated_between):
    """Before any tick, whichever of its openings came in first."""
    slot, minute = NOW + timedelta(hours=6), timedelta(minutes=1)
    accept(engine, drop("still there", NOW - minute, slot_at=slot))
    deliveries = [
        drop("v", NOW - 30 * minute, slot_at=slot, slot_id="s"),
        drop("v", NOW - 20 * minute, slot_at=slot, slot_id="s", seconds=600),
    ]
    accept(engine, deliveries[order[0]])
    if is_aggregated_between:
        tick(engine, SETTINGS, NOW)
    accept(engine, deliveries[order[1]])
    assert list(insights.live_drops(engine, "nyc", NOW)["venue_id"]) == ["still there"]
    assert insights.live_counts(engine, "nyc", NOW)["prime"].sum() == 1
    tick(engine, SETTINGS, NOW)
    assert list(insights.live_drops(engine, "nyc", NOW)["venue_id"]) == ["still there"]


def test_what_was_just_taken_is_shown_whenever_it_had_opened(engine):
    three_days = timedelta(days=3)
    accept(engine, drop("old", NOW - three_days, seconds=int(three_days.total_seconds()) - 300))
    closed = insights.just_closed(engine, "nyc", NOW)
    assert list(closed["venue_id"]) == ["old"]
    assert list(closed["open_seconds"]) == [3 * 86_400 - 300]


def test_the_status_counts_what_waits_and_what_was_turned_away(engine):
    accept(engine, [*drop("v", NOW - timedelta(hours=1)), {"event_type": "NO_DROP"}, 5])
    end = {"event_type": "CLOSED", "venue_id": "v", "slot_id": "unknown"}
    end |= {"slot_at": "2026-11-25T00:00:00Z", "occurred_at": NOW.isoformat()}
    accept(engine, [end])
    before = insights.status(engine, now=NOW, retention_days=21)
    assert (before.backlog.batches, before.backlog.rows) == (1, 1)
    assert before.backlog.oldest_received_at == NOW
    assert before.backlog.pending_ends == 1
    assert before.rejected_events == 2
    assert before.database_bytes > 1_000_000
    assert before.schema_problem is None
    reasons = list(insights.rejections(engine)["reason"])
    assert reasons[0].startswith("event_type NO_DROP is unknown")
    assert reasons[1] == "the event is a number, not an object"

    tick(engine, SETTINGS, NOW)
    after = insights.status(engine, now=NOW, retention_days=21)
    assert (after.backlog.batches, after.backlog.rows) == (0, 0)
    assert after.backlog.oldest_received_at is None


def test_the_timer_is_late_when_no_tick_succeeded_for_five_minutes(engine):
    def problem(now: datetime) -> str | None:
        return insights.status(engine, now=now, retention_days=21).timer_problem

    assert "no tick has succeeded yet" in (problem(NOW) or "")
    run_sql(
        engine,
        "INSERT INTO job_runs (job, due_key, started_at, finished_at, status) VALUES"
        " ('tick', '1', :now, :now, 'succeeded'), ('tick', '2', :later, :later, 'failed')",
        now=NOW,
        later=NOW + timedelta(minutes=2),
    )
    assert problem(NOW + timedelta(minutes=5)) is None
    assert "more than 5 minutes ago" in (problem(NOW + timedelta(minutes=6)) or "")
    job = insights.status(engine, now=NOW, retention_days=21).jobs[0]
    assert (job.job, job.status, job.succeeded_at, job.seconds) == ("tick", "failed", NOW, 0.0)


def test_a_day_past_retention_is_due_or_held(engine):
    old = NOW - timedelta(days=30)
    seed(
        engine,
        [
            *drop("v", old, slot_at=old + timedelta(days=2)),
            *drop("v", old + timedelta(days=1), slot_at=NOW + timedelta(days=3)),
            *drop("v", NOW - timedelta(days=1)),
        ],
    )
    retention = insights.status(engine, now=NOW, retention_days=21).retention
    assert retention.oldest_unsealed_date == old.date()
    assert old.date() in retention.due_dates
    assert [(day.opened_date, day.open_drops) for day in retention.held_days] == [
        (old.date() + timedelta(days=1), 1)
    ]
    assert retention.held_days[0].latest_slot_at == NOW + timedelta(days=3)
    assert YESTERDAY not in retention.due_dates
    assert retention.overdue_dates == ()


def test_a_due_day_is_overdue_once_a_night_went_by_after_it_could_be_sealed(engine):
    def overdue(now: datetime) -> tuple[date, ...]:
        return insights.status(engine, now=now, retention_days=21).retention.overdue_dates

    opened_at = NOW - timedelta(days=20)
    over = datetime(2026, 11, 25, 5, tzinfo=UTC)  # midnight in New York, 22 days later
    seed(engine, drop("quiet", opened_at, seconds=60))
    seed(engine, drop("open", opened_at - timedelta(days=1), slot_at=over + timedelta(days=5)))
    quiet_day = opened_at.date()
    assert overdue(over + timedelta(hours=26)) == ()
    assert overdue(over + timedelta(hours=27)) == (quiet_day,)
    # One that was held could be sealed once its last slot had passed.
    assert overdue(over + timedelta(days=6)) == (quiet_day,)
    assert overdue(over + timedelta(days=6, hours=3)) == (quiet_day - timedelta(days=1), quiet_day)
    # What comes for a day begins its quiet hours anew.
    late = over + timedelta(days=7)
    accept(engine, drop("late", opened_at, seconds=60), received_at=late)
    assert quiet_day not in overdue(late + timedelta(hours=50))
    assert quiet_day in overdue(late + timedelta(hours=51))


def test_coverage_is_assumed_without_scans_and_says_so(engine):
    seed(engine, drop("v", NOW - timedelta(days=3)))
    days = insights.coverage_days(engine, now=NOW)
    assert list(days["local_date"]) == [TODAY - timedelta(days=b) for b in (3, 2, 1)]
    assert days["is_assumed"].all()
    status = insights.status(engine, now=NOW, retention_days=21).markets[0]
    assert (status.coverage_rate, status.is_coverage_assumed) == (1.0, True)


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York"])
def test_no_local_day_is_watched_longer_than_it_lasts(engine, zone):
    add_market(engine, "m", zone=zone)
    add_venue(engine, "v", "m")
    now = datetime(2026, 4, 8, 12, tzinfo=UTC)  # days after clocks changed on Lord Howe
    seed(engine, drop("v", now - timedelta(days=20)), now=now)
    run_sql(
        engine,
        "INSERT INTO scan_rollup SELECT 'm', '19:00', at, 60, 0, repeat('1', 60)::bit(60), 0, at"
        " FROM generate_series(CAST(:since AS timestamptz), CAST(:now AS timestamptz),"
        " interval '1 hour') AS at",
        since=now - timedelta(days=40),
        now=now,
    )
    days = insights.coverage_days(engine, now=now, days=30)
    assert not days["is_assumed"].any()
    assert (days["coverage_rate"] == 1.0).all()


@pytest.mark.world("weeks")
@pytest.mark.parametrize("window_days", [7, 14, 28, 90])
def test_the_ranking_of_a_past_day_reads_as_it_did_when_it_was_new(engine, window_days):
    past = TODAY - timedelta(days=4)
    at_once = insights.venue_rolling_metrics(
        engine, now=NOW, window_days=window_days, as_of=past, limit=300
    )
    assert set(at_once["as_of_date"]) == {past}
    later = NOW + timedelta(days=60)
    seed(engine, drop("plenty", later - timedelta(hours=3), seconds=60), now=later)
    again = insights.venue_rolling_metrics(
        engine, now=later, window_days=window_days, as_of=past, limit=300
    )
    moved = ["computed_at"]
    # Open drops of the last days are open no more; how long the closed ones lasted stays.
    moved += ["open_count", "expired_count"]
    pd.testing.assert_frame_equal(
        again.drop(columns=moved), at_once.drop(columns=moved), check_dtype=False
    )
    before_all = insights.venue_rolling_metrics(
        engine, now=later, window_days=window_days, as_of=TODAY - timedelta(days=400)
    )
    assert before_all.empty

"""How long tables last and when they open, read from the rollup itself: exact, sealed or not."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from db import insights
from db.engine import Engine
from pipeline.ingest import ingest_file
from pipeline.seal import seal
from pipeline.tick import tick
from settings import Settings
from tests.factories import deliver_scans, derived, execute, read, scan
from tests.seeding import NEW_YORK, NOW, SETTINGS, TODAY, accept, drop, seed

FIRST = TODAY - timedelta(days=28)
YESTERDAY = TODAY - timedelta(days=1)
OFFICE_SETTINGS = Settings(_env_file=None, poll_interval_seconds=900)


def opened(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), NEW_YORK)


def curve_of(engine: Engine, **asked):
    asked = {"first": FIRST, "last": TODAY, "now": NOW} | asked
    return insights.open_duration(engine, **asked)


@pytest.mark.world("weeks")
def test_the_curve_of_a_window_has_the_median_that_scoring_stored(engine):
    ranking = insights.ranking(engine, "nyc", YESTERDAY, 28)
    for row in ranking.itertuples():
        curve = curve_of(engine, venue_id=row.venue_id, first=FIRST, last=YESTERDAY)
        assert curve is not None
        assert curve.n == row.new_drop_count
        assert curve.closed_count == row.seen_closed_count
        assert curve.median_seconds == row.typical_open_seconds
        assert curve.median_interval == (row.typical_open_lower, row.typical_open_upper)
        assert curve.resolution_seconds == row.resolution_seconds == 60


@pytest.mark.world("weeks")
def test_curves_of_parts_hold_the_drops_of_the_whole(engine):
    evening = NOW - timedelta(days=3)
    lunch = opened(TODAY + timedelta(days=2), 12)
    seed(engine, [*drop("plenty", evening, slot_at=lunch), *drop("new", evening, slot_at=lunch)])
    whole = curve_of(engine, market_id="nyc")
    venues = [
        curve_of(engine, venue_id=venue_id)
        for venue_id in ("barely", "twin-a", "twin-b", "rising", "plenty", "new")
    ]
    hoods = [
        curve_of(engine, market_id="nyc", neighborhood=name) for name in ("SoHo", "West Village")
    ]
    hours = [curve_of(engine, market_id="nyc", is_prime=is_prime) for is_prime in (True, False)]
    assert whole is not None
    for parts in (venues, hoods, hours):
        assert sum(part.n for part in parts if part) == whole.n
        assert sum(part.closed_count for part in parts if part) == whole.closed_count
    off_peak = hours[1]
    assert (off_peak.n, off_peak.closed_count, off_peak.median_seconds) == (2, 0, None)
    # Still open: known for the three days up to the last full hour before the last event.
    assert off_peak.followed_seconds == pytest.approx(0, abs=4 * 86400)
    assert curve_of(engine, market_id="nyc", neighborhood="Nowhere") is None
    assert curve_of(engine, venue_id="new", last=FIRST) is None
    with pytest.raises(ValueError, match="name a market or a venue"):
        curve_of(engine, market_id="nyc", venue_id="new")
    with pytest.raises(insights.UnknownMarketError):
        curve_of(engine, market_id="atlantis")
    with pytest.raises(insights.UnknownVenueError):
        curve_of(engine, venue_id="nobody")


def test_a_market_that_was_not_scored_has_no_curve(engine):
    accept(engine, drop("v", NOW - timedelta(hours=2), seconds=60))
    assert curve_of(engine, venue_id="v") is None


@pytest.fixture
def office(engine: Engine, shared_data: Path, tmp_path: Path) -> tuple[Engine, pd.DataFrame]:
    """Every fourth calendar of the shared data, taken in from a file and scored; and its events."""
    folder = shared_data / "office_2021w28-29"
    venues = pd.read_csv(folder / "venues.csv").sort_values("venue_id")
    events = pd.read_parquet(folder / "drop_events.parquet")
    sizes = events.groupby("venue_id").size()
    chosen = venues[venues["venue_id"].isin(sizes[sizes < 20_000].index)].iloc[::4]
    chosen.to_csv(tmp_path / "venues.csv", index=False)
    events = events[events["venue_id"].isin(chosen["venue_id"])]
    events.to_parquet(tmp_path / "events.parquet", index=False)
    now = datetime(2021, 7, 26, tzinfo=UTC)
    for name in ("venues.csv", "events.parquet"):
        assert ingest_file(engine, OFFICE_SETTINGS, tmp_path / name, received_at=now).rejected == 0
    tick(engine, OFFICE_SETTINGS, now)
    market = chosen.set_index("venue_id")["market"]
    return engine, events.assign(market=events["venue_id"].map(market))


def durations(events: pd.DataFrame) -> pd.DataFrame:
    """One row a drop by pandas alone: venue, seconds known to have been open, whether taken."""
    key = ["venue_id", "slot_id", "opened_at"]
    drops = events[events.event_type == "NEW_DROP"].drop_duplicates(key).sort_values(key)
    ends = events[events.event_type == "CLOSED"].drop_duplicates(key)[[*key, "occurred_at"]]
    drops = drops.merge(ends, on=key, how="left", suffixes=("", "_end"))
    reopened = drops.groupby(["venue_id", "slot_id"])["opened_at"].shift(-1)
    last = events.groupby("market")["occurred_at"].max() - pd.Timedelta(minutes=10)
    last_look = drops["market"].map(last.dt.floor("h"))
    taken = drops.occurred_at_end.notna() & (drops.occurred_at_end < drops.slot_at)
    vanished = drops.occurred_at_end.notna() & ~taken
    seen = pd.concat([drops.slot_at, reopened.fillna(last_look)], axis=1).min(axis=1)
    seen = seen.mask(vanished, drops.slot_at)
    seconds = (drops.occurred_at_end.where(taken, seen) - drops.opened_at).dt.total_seconds()
    seconds = seconds.clip(lower=0).astype(np.int64)
    return pd.DataFrame({"venue_id": drops.venue_id, "seconds": seconds, "is_taken": taken})


def test_every_calendars_curve_is_statsmodels_and_survives_the_prune(office):
    engine, events = office
    asked = {"first": date(2021, 7, 12), "last": date(2021, 7, 26)}
    now = datetime(2022, 9, 1, tzinfo=UTC)  # the last slot's time has passed
    seen = durations(events)

    def curves():
        return {
            venue_id: insights.open_duration(engine, venue_id=venue_id, now=now, **asked)
            for venue_id in seen["venue_id"].unique()
        }

    before = curves()
    assert len(before) > 50
    for venue_id, drops in seen.groupby("venue_id"):
        curve = before[venue_id]
        expected = SurvfuncRight(drops.seconds.to_numpy(), drops.is_taken.astype(int).to_numpy())
        has_events = expected.n_events > 0
        assert curve.n == len(drops)
        assert curve.times_seconds == pytest.approx(expected.surv_times[has_events])
        assert curve.survival == pytest.approx(expected.surv_prob[has_events], abs=1e-9)
        assert curve.resolution_seconds == 900
    seal(engine, OFFICE_SETTINGS, now)
    assert read(engine, "SELECT count(*) AS n FROM drop_events") == [{"n": 0}]
    for venue_id, curve in curves().items():
        assert curve.n == before[venue_id].n
        assert np.array_equal(curve.times_seconds, before[venue_id].times_seconds)
        assert np.array_equal(curve.survival, before[venue_id].survival)
        assert curve.followed_seconds == before[venue_id].followed_seconds


@pytest.mark.world("weeks")
def test_both_clocks_count_every_drop_in_its_weekday_and_hour(engine):
    opened_hours = insights.weekday_hours(engine, "nyc", FIRST, YESTERDAY, "opened_hour", now=NOW)
    slot_hours = insights.weekday_hours(engine, "nyc", FIRST, YESTERDAY, "slot_hour", now=NOW)
    total = read(engine, "SELECT sum(new_drop_count) AS n FROM venue_metrics")[0]["n"]
    assert opened_hours.new_drops.sum() == slot_hours.new_drops.sum() == total
    assert set(np.flatnonzero(opened_hours.new_drops.sum(axis=0))) == {10}
    by_hour = slot_hours.new_drops.sum(axis=0)
    assert set(np.flatnonzero(by_hour)) == {18, 19, 20}
    # Slots are five days after their drops: what opens on a Sunday is for a Friday.
    assert slot_hours.new_drops[4].sum() == opened_hours.new_drops[6].sum()
    assert slot_hours.observed_hours is None
    assert slot_hours.per_hour is None


@pytest.mark.world("weeks")
def test_cells_are_watched_for_as_long_as_scans_say(engine):
    assumed = insights.weekday_hours(engine, "nyc", FIRST, YESTERDAY, "opened_hour", now=NOW)
    assert assumed.is_coverage_assumed
    # Four weeks from the first event on, 10 am on the first day; the last evening is not known.
    assert assumed.observed_hours[TODAY.weekday(), 9] == 3
    assert assumed.observed_hours[TODAY.weekday(), 11] == 4
    monday = TODAY - timedelta(days=7)
    at = opened(monday, 10, 30)
    deliver_scans(engine, *(scan(at + timedelta(minutes=n)) for n in range(60)), received_at=NOW)
    tick(engine, SETTINGS, NOW)
    watched = insights.weekday_hours(engine, "nyc", monday, YESTERDAY, "opened_hour", now=NOW)
    assert watched.is_coverage_assumed  # of Monday's first hours
    tuesday = monday + timedelta(days=1)
    later = insights.weekday_hours(engine, "nyc", tuesday, YESTERDAY, "opened_hour", now=NOW)
    assert not later.is_coverage_assumed
    assert watched.observed_hours[0, 9] == 1  # before the hour of the first scan: assumed
    assert watched.observed_hours[0, 10] == 0.5
    assert watched.observed_hours[0, 11] == 0  # not over at the last look
    assert watched.observed_hours[1:].sum() == 0
    assert np.isnan(watched.per_hour[2, 10])
    assert watched.per_hour[0, 10] == 2 * watched.new_drops[0, 10]


def test_hours_of_a_zone_off_by_half_an_hour_are_cut_where_its_clock_strikes(engine):
    execute(
        engine,
        "INSERT INTO markets (market_id, name, timezone) VALUES ('delhi', 'Delhi', 'Asia/Kolkata')",
    )
    execute(engine, "INSERT INTO venues VALUES ('v', 'delhi', 'v')")
    start = datetime(2026, 11, 16, 4, 30, tzinfo=UTC)  # 10 am on a Monday in Delhi
    seed(engine, drop("v", start, seconds=90))
    looks = [scan(start + timedelta(minutes=n), market_id="delhi") for n in range(120)]
    deliver_scans(engine, *looks, received_at=NOW)
    tick(engine, SETTINGS, NOW)
    day = date(2026, 11, 16)
    found = insights.weekday_hours(engine, "delhi", day, day, "opened_hour", now=NOW)
    assert found.observed_hours[0, 10:13].tolist() == [1.0, 0.5, 0.0]


def test_when_do_friday_night_tables_open(engine):
    friday = date(2026, 11, 20)
    night, noon = opened(friday, 20), opened(friday, 12)
    events = [
        *drop("v", opened(friday - timedelta(days=14), 10), slot_at=night),
        *drop("v", opened(friday - timedelta(days=14), 10, 5), slot_at=opened(friday, 18)),
        *drop("v", opened(friday - timedelta(days=1), 17), slot_at=night, seconds=60),
        *drop("v", opened(friday - timedelta(days=1), 17), slot_at=noon, seconds=60),
        *drop("twin", opened(friday, 11), slot_at=opened(friday, 19)),
        *drop("v", opened(friday, 11), slot_at=opened(friday + timedelta(days=1), 19)),
    ]
    seed(engine, events)
    asked = {"slot_weekday": 5, "first": FIRST, "last": TODAY, "hours": (18, 20)}
    found = insights.opening_times(engine, "nyc", **asked)
    columns = ["opened_weekday", "opened_hour", "lead_days", "new_drops"]
    assert list(found.columns) == columns
    assert found.to_numpy().tolist() == [[4, 17, 1, 1], [5, 10, 14, 2], [5, 11, 0, 1]]
    village = insights.opening_times(engine, "nyc", **asked, neighborhood="West Village")
    assert village.to_numpy().tolist() == [[5, 11, 0, 1]]
    assert insights.opening_times(engine, "nyc", **{**asked, "hours": (3, 4)}).empty


def test_a_venues_clock_is_told_from_its_cancellations(engine):
    events = []
    for back in range(1, 15):
        day = TODAY - timedelta(days=back)
        events += drop("v", opened(day, 9), slot_at=opened(day + timedelta(days=14), 19))
        events += drop("v", opened(day, 9, 1), slot_at=opened(day + timedelta(days=14), 20))
        if back % 4 == 0:
            events += drop("v", opened(day, 10 + back // 2, 7), slot_at=opened(day, 20))
    seed(engine, events)
    clock = insights.release_clock(engine, "v", YESTERDAY)
    assert clock is not None
    assert (clock.usual_minute, clock.release_count, clock.cancellation_count) == (540, 28, 3)
    assert (clock.release_lead_days, clock.cancellation_lead_days) == (14, 0)
    assert (clock.release_days, clock.days) == (14, 14)
    shorter = insights.release_clock(engine, "v", YESTERDAY, days=7)
    assert shorter is not None
    assert shorter.release_count == 14
    assert insights.release_clock(engine, "v", FIRST - timedelta(days=1)) is None
    before = derived(engine)
    later = NOW + timedelta(days=60)
    tick(engine, SETTINGS, later)
    seal(engine, SETTINGS, later)
    again = insights.release_clock(engine, "v", YESTERDAY)
    assert again is not None
    assert (again.usual_minute, again.release_count) == (540, 28)
    assert before


@pytest.mark.world("weeks")
def test_the_last_seven_days_are_held_against_the_seven_before(engine):
    found = insights.week_over_week(engine, venue_id="rising", as_of=TODAY, now=NOW)
    assert found is not None
    # Yesterday's evening is not known to have been watched, for nothing came after it.
    assert found.last_date == YESTERDAY - timedelta(days=1)
    assert (found.last_count, found.previous_count) == (13, 7)
    assert found.ratio is not None
    assert found.ratio.ratio == pytest.approx(13 / 7)
    whole = insights.week_over_week(engine, market_id="nyc", as_of=TODAY, now=NOW)
    parts = [
        insights.week_over_week(engine, venue_id=venue_id, as_of=TODAY, now=NOW)
        for venue_id in ("barely", "twin-a", "twin-b", "rising", "plenty")
    ]
    assert whole is not None
    assert whole.last_count == sum(part.last_count for part in parts if part)
    assert whole.previous_count == sum(part.previous_count for part in parts if part)
    with pytest.raises(ValueError, match="name a market or a venue"):
        insights.week_over_week(engine, as_of=TODAY, now=NOW)


@pytest.mark.world("weeks")
def test_supply_is_read_hour_by_hour(engine):
    assert insights.supply(engine, "nyc", FIRST, TODAY, now=NOW).empty
    looks = [
        scan(opened(YESTERDAY - timedelta(days=7 * week), hour), available_slots=slots)
        for week, slots in ((0, 6), (1, 10), (2, 8), (3, 12), (4, 6))
        for hour in (18, 19, 20)
    ]
    deliver_scans(engine, *looks, received_at=NOW)
    tick(engine, SETTINGS, NOW)
    found = insights.supply(engine, "nyc", YESTERDAY, TODAY, now=NOW)
    assert found["hour"].tolist() == [18]
    assert found["available_slots"].tolist() == [6.0]
    assert found["usual_slots"].tolist() == [9.0]
    assert found["compression"].tolist() == pytest.approx([-1 / 3])
    assert found["tightness"].tolist() == [3.5 / 4]
    assert found["level"].tolist() == ["tight"]
    days = insights.supply(engine, "nyc", YESTERDAY - timedelta(days=28), TODAY, now=NOW)
    assert len(days) == 13
    with pytest.raises(insights.UnknownMarketError):
        insights.supply(engine, "atlantis", FIRST, TODAY, now=NOW)

"""The simulated poller: the same each time, honest about what polls see, true to its truth."""

import argparse
import itertools
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.calendar import local_day_start
from pipeline import simulate
from pipeline.simulate import events
from pipeline.simulate.model import Model
from settings import Settings

UNTIL = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 17, 30, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo():
    return simulate.demo_world(until=UNTIL)


@pytest.fixture(scope="module")
def drops(demo):
    return simulate.drop_events(demo, demo.start_at, NOW).to_pandas()


@pytest.fixture(scope="module")
def scans(demo):
    return simulate.scans(demo, demo.start_at, NOW).to_pandas()


@pytest.fixture(scope="module")
def pairs(drops):
    """One row a drop: its opening, and its closing where there is one."""
    key = ["slot_id", "opened_at"]
    opened = drops[drops.event_type == "NEW_DROP"]
    closed = drops[drops.event_type == "CLOSED"]
    return opened.merge(closed[[*key, "occurred_at"]], on=key, how="left", suffixes=("", "_end"))


def seconds(instants):
    return instants.astype("int64").to_numpy() // 1_000_000


def test_the_same_seed_gives_the_same_events_and_another_seed_others():
    start, end = NOW - timedelta(days=2), NOW
    tables = [
        simulate.drop_events(simulate.demo_world(seed, until=UNTIL), start, end)
        for seed in (20, 20, 21)
    ]
    assert tables[0].equals(tables[1])
    assert not tables[0].equals(tables[2])


def test_a_world_is_rebuilt_from_its_parameters_through_json(demo):
    for world in (
        demo,
        simulate.flat_world(n_venues=3, timezone="Europe/Berlin"),
        simulate.large_world(7),
        simulate.confounded_world(saved_ratio=1.2),
    ):
        assert simulate.world_from_params(json.loads(json.dumps(world.params()))) == world


def test_a_world_changed_by_hand_gives_no_parameters(demo):
    with pytest.raises(ValueError, match="as a builder made it"):
        replace(demo, poll_interval_seconds=30).params()
    with pytest.raises(ValueError, match="not a kind"):
        simulate.world_from_params({"kind": "real"})


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 6 * 86_400), min_size=1, max_size=5), st.booleans())
def test_intervals_laid_end_to_end_give_the_whole(cuts, is_scans):
    world = replace(simulate.demo_world(until=UNTIL, weeks=4), venues=WORLD_OF_EIGHT)
    make = simulate.scans if is_scans else simulate.drop_events
    start = datetime(2026, 10, 30, 21, 0, tzinfo=UTC)  # a 25-hour day lies in it
    instants = [start, *(start + timedelta(seconds=s) for s in sorted(cuts))]
    instants.append(start + timedelta(days=6))
    parts = [make(world, a, b) for a, b in itertools.pairwise(instants)]
    assert pa.concat_tables(parts).equals(make(world, instants[0], instants[-1]))


def test_an_interval_has_its_last_instant_and_not_its_first(demo, drops):
    instant = drops.occurred_at.iloc[-500].to_pydatetime()
    at_it = (drops.occurred_at == instant).sum()
    second = timedelta(seconds=1)
    assert simulate.drop_events(demo, instant - second, instant).num_rows == at_it
    after = simulate.drop_events(demo, instant, NOW)
    assert after.num_rows == (drops.occurred_at > instant).sum()


WORLD_OF_EIGHT = simulate.demo_world(until=UNTIL).venues[20:52:4]


def test_the_demo_extends_to_now_without_remembering_anything(demo, drops):
    later = NOW + timedelta(days=3)
    more = simulate.drop_events(simulate.world_from_params(demo.params()), NOW, later).to_pandas()
    whole = simulate.drop_events(demo, demo.start_at, later).to_pandas()
    pd.testing.assert_frame_equal(pd.concat([drops, more], ignore_index=True), whole)


def test_the_files_have_the_columns_and_types_of_the_contract(demo, drops, scans):
    table = simulate.drop_events(demo, NOW - timedelta(hours=6), NOW)
    assert table.schema == events.DROP_SCHEMA
    assert str(table.schema.field("occurred_at").type) == "timestamp[us, tz=UTC]"
    assert set(drops.event_type) == {"NEW_DROP", "CLOSED"}
    assert not drops.isna().any().any()
    assert drops.occurred_at.is_monotonic_increasing
    assert drops.event_id.is_unique
    assert drops.bucket_id.str.fullmatch(r"\d{4}-\d\d-\d\d_(15|19):00").all()
    opening = drops.event_type == "NEW_DROP"
    assert (drops.occurred_at[opening] == drops.opened_at[opening]).all()
    assert scans.available_slots.isna().eq(~scans.ok).all()
    assert (scans.market_id == "nyc-demo").all()


def test_the_demo_is_small_enough_to_load_and_covers_sixty_venues(demo, drops, scans):
    assert 120_000 < len(drops) <= 250_000
    assert len(scans) <= 165_000
    venues = simulate.venues(demo).to_pandas()
    assert len(venues) == 60
    assert venues.venue_id.is_unique
    assert venues.name.is_unique
    assert set(venues.timezone) == {"America/New_York"}
    assert venues.price.between(1, 4).all()
    assert any(";" in lists for lists in venues.lists)
    assert set(drops.venue_id) == set(venues.venue_id)


def test_a_drop_opens_before_its_slot_and_ends_at_most_once(drops, pairs):
    assert (drops.occurred_at < drops.slot_at).all()
    ended = pairs.occurred_at_end.notna()
    assert (pairs.occurred_at_end[ended] > pairs.opened_at[ended]).all()
    assert not drops.duplicated(["slot_id", "opened_at", "event_type"]).any()
    assert len(pairs) == (drops.event_type == "NEW_DROP").sum()


def test_a_slot_opens_again_only_after_it_was_seen_taken(pairs):
    pairs = pairs.sort_values(["slot_id", "opened_at"])
    again = pairs.slot_id.eq(pairs.slot_id.shift())
    assert again.sum() > 500
    assert (pairs.opened_at[again] > pairs.occurred_at_end.shift()[again]).all()
    assert pairs.slot_at[again].eq(pairs.slot_at.shift()[again]).all()


def test_changes_are_seen_at_polls_of_their_bucket_and_only_there(demo, drops, scans):
    def phase_of(bucket_id):
        day, anchor = bucket_id.split("_")
        number = date.fromisoformat(day).toordinal() * 2 + (anchor == "19:00")
        return number % 28 * (60 // 28)

    for frame, column in ((drops, "occurred_at"), (drops, "opened_at"), (scans, "scanned_at")):
        phases = frame.bucket_id.map({b: phase_of(b) for b in frame.bucket_id.unique()})
        assert ((seconds(frame[column]) - phases) % demo.poll_interval_seconds == 0).all()


def test_in_an_outage_every_scan_fails_and_nothing_is_seen(demo, drops, scans):
    longest = max(demo.outages, key=lambda o: o.end_at - o.start_at)
    assert longest.end_at - longest.start_at == timedelta(hours=9)
    assert 30 <= (NOW - longest.start_at).days <= 40
    for outage in demo.outages:
        hidden = drops.occurred_at.between(outage.start_at, outage.end_at, inclusive="left")
        assert not hidden.any()
    failed = pd.Series(False, index=scans.index)
    for outage in demo.outages:
        failed |= scans.scanned_at.between(outage.start_at, outage.end_at, inclusive="left")
    assert (scans.ok == ~failed).all()
    after = drops.occurred_at.between(
        longest.end_at, longest.end_at + timedelta(minutes=1), inclusive="left"
    )
    assert after.sum() > 50  # all that changed meanwhile shows at the first good poll


def test_each_minute_one_bucket_is_logged_and_all_take_their_turn(demo, scans):
    day = scans[scans.scanned_at.between("2026-11-18T12:00:00Z", "2026-11-18T16:00:00Z")]
    minutes = seconds(day.scanned_at) // 60
    assert np.array_equal(np.diff(minutes), np.ones(len(minutes) - 1))
    assert day.bucket_id.nunique() == 28
    local_days = sorted({b.split("_")[0] for b in day.bucket_id})
    assert local_days == [(date(2026, 11, 18) + timedelta(days=n)).isoformat() for n in range(14)]
    every_poll = replace(demo, scan_log_every=1)
    hour = simulate.scans(every_poll, NOW - timedelta(hours=1), NOW)
    assert hour.num_rows == 28 * 60


def test_a_scan_counts_the_slots_that_the_events_leave_open(pairs, scans):
    ends = pairs.occurred_at_end.fillna(pairs.slot_at)
    good = scans[scans.ok & (scans.scanned_at > "2026-08-20")]
    assert good.available_slots.max() > 20
    for scan in good.sample(40, random_state=1).itertuples():
        is_open = (pairs.opened_at <= scan.scanned_at) & (ends > scan.scanned_at)
        assert (is_open & (pairs.bucket_id == scan.bucket_id)).sum() == scan.available_slots


def test_slots_keep_their_clock_time_when_the_clocks_change(pairs):
    local = pairs.slot_at.dt.tz_convert("America/New_York")
    assert local.dt.hour.between(11, 22).all()
    assert (local.dt.minute % 15 == 0).all()
    dates = local.dt.strftime("%Y-%m-%d")
    anchors = np.where(local.dt.hour < 17, "_15:00", "_19:00")
    assert (dates + anchors == pairs.bucket_id).all()
    lead = local.dt.normalize() - pairs.opened_at.dt.tz_convert("America/New_York").dt.normalize()
    assert set((lead + pd.Timedelta(hours=2)).dt.days) == set(range(14))


@pytest.mark.parametrize(
    ("zone", "day", "minutes"),
    [
        ("America/New_York", date(2026, 3, 8), 1380),
        ("America/New_York", date(2026, 11, 1), 1500),
        ("Australia/Lord_Howe", date(2026, 4, 5), 1470),
        ("Asia/Kathmandu", date(2026, 4, 5), 1440),
    ],
)
def test_a_day_of_any_length_is_polled_all_through(zone, day, minutes):
    world = simulate.flat_world(first_date=day - timedelta(days=3), timezone=zone, n_venues=2)
    start, end = (
        local_day_start(day + timedelta(days=n), zone) - timedelta(seconds=1) for n in (0, 1)
    )
    assert simulate.scans(world, start, end).num_rows == minutes
    opened = simulate.drop_events(world, world.start_at, end).to_pandas()
    local = opened.opened_at.dt.tz_convert(ZoneInfo(zone))
    assert len(opened) > 20
    assert local.dt.hour.between(8, 23).all()


def test_releases_come_at_the_usual_minute_for_the_usual_date(demo, pairs):
    venue = next(v for v in demo.venues if v.profile == "busy" and v.release_lead_days == 13)
    mine = pairs[pairs.venue_id == venue.venue_id]
    opened = mine.opened_at.dt.tz_convert("America/New_York")
    slot = mine.slot_at.dt.tz_convert("America/New_York")
    ahead = (
        slot.dt.tz_localize(None).dt.normalize() - opened.dt.tz_localize(None).dt.normalize()
    ).dt.days
    minute = opened.dt.hour * 60 + opened.dt.minute
    released = mine[(ahead == 13) & minute.between(venue.release_minute, venue.release_minute + 3)]
    assert len(released) / 16 / 7 == pytest.approx(venue.release_rate, rel=0.2)
    before_deadline = (ahead == 1) & (slot - opened >= pd.Timedelta(hours=24))
    assert before_deadline.mean() > 0.35


def test_nothing_opens_before_the_first_date(demo):
    before = demo.start_at - timedelta(days=20)
    assert simulate.drop_events(demo, before, demo.start_at).num_rows == 0
    assert simulate.scans(demo, before, demo.start_at).num_rows == 0


def test_instants_without_a_zone_are_refused(demo):
    with pytest.raises(ValueError, match="zone"):
        simulate.drop_events(demo, datetime(2026, 11, 1), NOW)  # noqa: DTZ001


def test_counts_of_drops_meet_the_truth(demo, pairs):
    truth = simulate.truth(demo).set_index("venue_id")
    opened_dates = pairs.opened_at.dt.tz_convert("America/New_York").dt.date
    pairs = pairs[opened_dates < UNTIL]
    local_hour = pairs.slot_at.dt.tz_convert("America/New_York").dt.hour
    # Tables that came and went within an outage are all that truth has and the poller has not.
    expected = truth.drops_per_week * truth.seen_share * 16
    counts = pairs.groupby("venue_id").size().reindex(expected.index)
    assert counts.sum() == pytest.approx(expected.sum(), rel=0.02)
    # A venue-day's luck has variance 0.1, so a count is wider than Poisson's.
    spread = np.sqrt(expected + 0.1 * expected**2 / 112)
    assert (abs(counts - expected) < 5 * spread).all()
    prime = pairs[local_hour.between(18, 20)].groupby("venue_id").size().reindex(truth.index)
    expected = truth.prime_drops_per_week * truth.prime_seen_share * 16
    assert prime.sum() == pytest.approx(expected.sum(), rel=0.02)


def test_weekdays_that_tables_are_for_meet_the_truth(demo, pairs):
    local = pairs.assign(
        opened_date=pairs.opened_at.dt.tz_convert(demo.timezone).dt.date,
        weekday=pairs.slot_at.dt.tz_convert(demo.timezone).dt.day_of_week,
    )
    counts = local[local.opened_date < UNTIL].groupby("weekday").size() / 16
    truth = simulate.truth(demo).filter(like="drops_per_week_for_").sum().tolist()
    assert counts.tolist() == pytest.approx(truth, rel=0.04)
    _, _, _, thursday, friday, saturday, _ = truth
    assert saturday < friday < thursday


def test_observed_medians_and_catchable_rates_meet_the_truth():
    world = simulate.flat_world(
        n_venues=30, weeks=10, median_seconds=150, log_sd=0.9, untaken_share=0.1
    )
    end = local_day_start(world.origin, world.timezone)
    frame = simulate.drop_events(world, world.start_at, end + timedelta(days=15)).to_pandas()
    frame = frame[frame.opened_at < end]
    closed = frame[frame.event_type == "CLOSED"]
    lasted = (closed.occurred_at - closed.opened_at).dt.total_seconds()
    opened = frame[frame.event_type == "NEW_DROP"]
    untaken = np.full(len(opened) - len(closed), np.inf)
    truth = simulate.truth(world).iloc[0]
    assert np.median(np.concatenate([lasted, untaken])) == truth.median_observed_seconds == 180
    assert truth.median_open_seconds == pytest.approx(171, abs=1)

    hour = opened.slot_at.dt.tz_convert(world.timezone).dt.hour
    wanted = opened[hour.between(18, 20) & (opened.party_size == 2)]
    keys = ["slot_id", "opened_at"]
    gone = closed[closed.occurred_at - closed.opened_at <= pd.Timedelta(seconds=60)]
    caught = len(wanted) - len(wanted.merge(gone[keys], on=keys))
    expected = truth.catchable_per_week * 30 * 10
    assert caught == pytest.approx(expected, abs=4 * np.sqrt(expected))


def test_one_venue_gets_harder_one_easier_one_is_nearly_never_open(demo, pairs):
    venue_of = {v.profile: v.venue_id for v in demo.venues}
    middle = local_day_start(UNTIL - timedelta(weeks=8), demo.timezone)
    counts = pairs.groupby(["venue_id", pairs.opened_at >= middle]).size().unstack(fill_value=0)
    assert counts.loc[venue_of["harder"], True] < 0.6 * counts.loc[venue_of["harder"], False]
    assert counts.loc[venue_of["easier"], True] > 1.5 * counts.loc[venue_of["easier"], False]
    assert 0 < counts.loc[venue_of["never"]].sum() < 12


def test_a_restaurant_week_weekend_doubles_the_market(demo, pairs):
    per_day = pairs.groupby(pairs.opened_at.dt.tz_convert(demo.timezone).dt.date).size()
    for spike in demo.spikes:
        same_weekday = [per_day[spike.opened_date + timedelta(weeks=n)] for n in (-2, -1, 1, 2)]
        assert 1.8 < per_day[spike.opened_date] / np.median(same_weekday) < 2.7
    assert [s.opened_date.weekday() for s in demo.spikes] == [4, 5, 6]
    assert all(date(2026, 10, 26) < s.opened_date < date(2026, 11, 6) for s in demo.spikes)


def test_a_trend_ends_at_the_origin():
    world = simulate.flat_world(n_venues=1, trend_per_week=0.1, weeks=12)
    model = Model(world)
    assert model.multipliers(world.first_date) == pytest.approx(1.0)
    for days in (0, 90):
        day = world.origin + timedelta(days=days)
        assert model.multipliers(day) == pytest.approx(np.exp(1.2))


def test_truth_is_missing_where_half_are_never_taken():
    truth = simulate.truth(simulate.flat_world(n_venues=1, untaken_share=0.6))
    assert pd.isna(truth.median_open_seconds[0])
    with pytest.raises(ValueError, match="empty"):
        simulate.truth(simulate.flat_world(), date(2026, 2, 1), date(2026, 2, 1))


def test_streamed_days_are_the_table_and_never_mixed():
    world = simulate.large_world(40, weeks=2)
    end = local_day_start(world.origin, world.timezone)
    days = list(events.iter_drop_events(world, world.start_at, end))
    assert len(days) == 14
    assert pa.concat_tables(days).equals(simulate.drop_events(world, world.start_at, end))
    opened = sum(day.filter(pa.compute.field("event_type") == "NEW_DROP").num_rows for day in days)
    assert opened / 40 / 14 == pytest.approx(90, rel=0.1)


@pytest.mark.parametrize("file_format", ["parquet", "csv", "ndjson"])
def test_the_command_writes_files_that_say_they_are_simulated(tmp_path, capsys, file_format):
    parser = argparse.ArgumentParser()
    simulate.add_arguments(parser)
    arguments = ["--out", str(tmp_path / "sim"), "--weeks", "1", "--venues", "5", "--seed", "7"]
    args = parser.parse_args([*arguments, "--format", file_format])
    assert simulate.run(args, NOW) == 0
    assert "simulated" in capsys.readouterr().out

    out = tmp_path / "sim"
    readme = (out / "README.txt").read_text()
    assert readme.startswith("SIMULATED DATA")
    assert len(pd.read_csv(out / "truth.csv")) == 5
    world = simulate.large_world(5, seed=7, first_date=date(2026, 11, 13), weeks=1)
    expected = simulate.drop_events(world, world.start_at, NOW).to_pandas()
    path = out / f"drops.{file_format}"
    if file_format == "parquet":
        written = pyarrow.parquet.read_table(path).to_pandas()
    elif file_format == "csv":
        written = pd.read_csv(path)
    else:
        written = pd.DataFrame([json.loads(line) for line in path.read_text().splitlines()])
    assert written.event_id.tolist() == expected.event_id.tolist()
    assert pd.to_datetime(written.occurred_at).tolist() == expected.occurred_at.tolist()
    if file_format != "parquet":
        assert written.slot_at.str.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").all()


def test_a_folder_that_cannot_be_written_is_said_and_fails(tmp_path, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("")
    parser = argparse.ArgumentParser()
    simulate.add_arguments(parser)
    args = parser.parse_args(["--out", str(blocked), "--weeks", "1", "--venues", "1"])
    assert simulate.run(args, NOW) == 1
    assert "choose another --out" in capsys.readouterr().err


def test_an_until_without_offset_is_refused(capsys):
    parser = argparse.ArgumentParser()
    simulate.add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--out", "x", "--until", "2026-11-20T12:00:00"])
    assert "offset" in capsys.readouterr().err


def test_loading_the_demo_says_what_begins_and_that_it_is_done_and_only_once(
    engine, monkeypatch, tmp_path
):
    monkeypatch.setattr("pipeline.simulate.demo.demo_world", partial(simulate.demo_world, weeks=1))
    configured = Settings(_env_file=None, data_dir=tmp_path)
    said = []
    assert simulate.load_demo(engine, configured, NOW, note=said.append)
    assert "60 fictional venues and 7 simulated days" in said[0]
    assert [text.split(":")[0] for text in said[1:-1]] == [f"Demo, {n} of 4" for n in (1, 2, 3, 4)]
    assert said[-1].startswith("The demo is loaded")
    assert not simulate.load_demo(engine, configured, NOW, note=said.append)
    assert len(said) == 6

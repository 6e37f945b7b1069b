"""Two weeks of real openings and closings, against answers that pandas alone computed from them."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.ingest import ingest_file
from pipeline.seal import seal
from pipeline.tick import tick
from tests.factories import SETTINGS, assert_sound, at, contents, derived, outcome, read, rollup

RECEIVED_AT = at("2021-07-26 06:00")
EXPIRED_BY = at("2021-10-29 00:00")  # the last slot is on the 28th
SEALED_AT = at("2022-03-01 00:00")
KEY = ["venue_id", "window_date"]
COUNTS = ["new_drop_count", "closed_count", "prime_time_drops"]
DURATIONS = ["avg_drop_duration_seconds", "median_drop_duration_seconds"]


@dataclass(frozen=True)
class Office:
    """The files, and what they should give."""

    venues: object
    events: object
    totals: dict
    venue_days: pd.DataFrame


@pytest.fixture(scope="module")
def office(shared_data):
    folder = shared_data / "office_2021w28-29"
    venue_days = pd.read_csv(folder / "expected_venue_days.csv.gz", parse_dates=["window_date"])
    return Office(
        folder / "venues.csv",
        folder / "drop_events.parquet",
        json.loads((folder / "expected.json").read_text()),
        venue_days.sort_values(KEY).reset_index(drop=True),
    )


def load(engine, *files):
    return [ingest_file(engine, SETTINGS, file, received_at=RECEIVED_AT) for file in files]


def assert_venue_days_are_the_expected(engine, expected):
    """Counts to the last one, durations to nine digits, and no venue-day more or less."""
    rows = pd.DataFrame(contents(engine, "venue_metrics"))
    rows["window_date"] = pd.to_datetime(rows["window_date"])
    rows = rows.sort_values(KEY).reset_index(drop=True)
    expected = expected.sort_values(KEY).reset_index(drop=True)
    pd.testing.assert_frame_equal(rows[KEY], expected[KEY], check_dtype=False)
    for name in COUNTS:
        assert (rows[name] == expected[name]).all(), name
    for name in DURATIONS:
        given = rows[name].astype(float)
        assert (given.isna() == expected[name].isna()).all()
        np.testing.assert_allclose(given, expected[name], rtol=1e-9)
    assert (rows.off_peak_drops == rows.new_drop_count - rows.prime_time_drops).all()


def test_the_published_totals_and_every_venue_day(engine, office):
    """The whole of it: 765,874 events in, every answer as published, the same when it is sealed."""
    venues, events = load(engine, office.venues, office.events)
    assert outcome(venues) == {"accepted": office.totals["venues"]}
    assert outcome(events) == {"accepted": office.totals["drop_events"]}
    tick(engine, SETTINGS, RECEIVED_AT)
    assert_totals_are_the_expected(engine, office.totals)
    assert_venue_days_are_the_expected(engine, office.venue_days)

    tick(engine, SETTINGS, EXPIRED_BY)
    for row in contents(engine, "venue_metrics"):
        assert row["expired_count"] == row["new_drop_count"] - row["closed_count"]
        assert row["open_count"] == 0
    assert_sound(engine)

    tick(engine, SETTINGS, SEALED_AT)
    before = derived(engine)
    result = seal(engine, SETTINGS, SEALED_AT)
    assert result.held == ()
    assert sum(day.rows_pruned for day in result.sealed) == 2 * office.totals["new_drops"]
    assert read(engine, "SELECT relname FROM pg_class WHERE relname ~ '^drop_events_202107'") == []
    assert contents(engine, "drop_events") == []
    assert derived(engine) == before
    assert_venue_days_are_the_expected(engine, office.venue_days)
    assert_sound(engine)

    [again] = load(engine, office.events)
    assert outcome(again) == {"duplicate": office.totals["drop_events"]}
    tick(engine, SETTINGS, SEALED_AT)
    assert derived(engine) == before


def assert_totals_are_the_expected(engine, totals):
    def summed(table, name):
        return sum(row[name] for row in contents(engine, table))

    assert summed("venue_metrics", "new_drop_count") == totals["new_drops"]
    assert summed("venue_metrics", "closed_count") == totals["closed"]
    assert summed("venue_metrics", "prime_time_drops") == totals["prime_time_drops"]
    cells = rollup(engine)
    assert sum(len(row["censored_seconds"]) for row in cells) == totals["expired"]
    assert len(contents(engine, "open_drops")) == totals["open_at_end"]
    assert len({row["venue_id"] for row in cells}) == totals["venues"]
    seconds = [second for row in cells for second in row["closed_seconds"]]
    assert float(np.median(seconds)) == totals["median_seconds_of_closed"]
    assert float(np.mean(seconds)) == pytest.approx(totals["mean_seconds_of_closed"], abs=5e-4)

    dates, opened, slots, weekdays, slot_weekdays = (Counter() for _ in range(5))
    for row in cells:
        number = len(row["opened_minutes"])
        dates[row["opened_date"].isoformat()] += number
        weekdays[str(row["opened_date"].isoweekday())] += number
        slots[str(row["slot_hour"])] += number
        slot_weekdays[str(row["slot_date"].isoweekday())] += number
        opened.update(str(minute // 60) for minute in row["opened_minutes"])
    assert dates == totals["new_drops_by_opened_date"]
    assert weekdays == totals["new_drops_by_opened_isoweekday"]
    assert opened == totals["new_drops_by_opened_hour"]
    assert slots == totals["new_drops_by_slot_hour"]
    assert slot_weekdays == totals["new_drops_by_slot_isoweekday"]

    by_hour: Counter[str] = Counter()
    for row in read(engine, "SELECT * FROM market_metrics WHERE metric_type = 'by_hour'"):
        for hour in row["value_json"]["opened_hour"]:
            by_hour[str(hour["hour"])] += hour["new_drops"]
    assert by_hour == totals["new_drops_by_opened_hour"]


def test_in_random_order_in_fifty_files_and_three_times_the_numbers_are_the_same(
    engine, office, tmp_path
):
    """A twentieth of the calendars, without those that make half of all events: shuffled into fifty
    files, then twice more, shuffled otherwise, in one."""
    table = pq.read_table(office.events).combine_chunks()
    chosen = sorted(set(office.venue_days.venue_id))[3::20]
    table = table.filter(pa.compute.is_in(table["venue_id"], pa.array(chosen, pa.large_string())))
    assert table.num_rows > 4_000
    expected = office.venue_days[office.venue_days.venue_id.isin(chosen)]
    load(engine, office.venues)
    generator = np.random.default_rng(2021)
    accepted = 0
    for delivery, pieces in enumerate((50, 1, 1)):
        shuffled = table.take(generator.permutation(table.num_rows))
        files = []
        for part, indices in enumerate(np.array_split(np.arange(table.num_rows), pieces)):
            files.append(tmp_path / f"{delivery}-{part}.parquet")
            pq.write_table(shuffled.take(indices), files[-1])
        results = load(engine, *files)
        accepted += sum(result.accepted for result in results)
        assert sum(result.rejected + result.late + result.pending for result in results) == 0
        tick(engine, SETTINGS, RECEIVED_AT)
        assert_venue_days_are_the_expected(engine, expected)
    implied = sum(row["rows_implied"] for row in contents(engine, "batches"))
    assert accepted + implied == table.num_rows
    assert_sound(engine)
    in_pieces, rows = rollup(engine), derived(engine)

    tick(engine, SETTINGS, RECEIVED_AT + timedelta(days=300))
    tick(engine, SETTINGS, RECEIVED_AT)
    assert rollup(engine) == in_pieces
    assert derived(engine) == rows

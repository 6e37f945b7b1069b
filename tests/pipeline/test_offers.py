"""A real funnel of 165,945 events: every count and median of the published answers, however the
events come in."""

import json
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from db.alert_writes import accept_alerts
from db.deliveries import Delivery
from db.insights.comparisons import venues_by_conversion
from db.insights.conversion import funnel
from db.insights.reactions import time_to_act
from db.intake import ALERTS
from pipeline.ingest import ingest_file
from pipeline.tick import rescore, tick
from tests.alerting import SECRET, SETTINGS, conversion
from tests.factories import assert_sound, contents, forget_everything

AFTERWARDS = datetime(2018, 6, 1, tzinfo=UTC)
ASKED = {"now": AFTERWARDS, "days": 40, "as_of": date(2018, 1, 31)}


@pytest.fixture(scope="module")
def offers(shared_data):
    return shared_data / "offers_30d" / "alert_events.parquet"


def deliver(engine, events: pa.Table, key: str):
    return accept_alerts(
        engine,
        Delivery(ALERTS, lambda: [events], key, key, "test"),
        received_at=AFTERWARDS,
        secret=SECRET,
    )


def without_receipt_times(rows):
    return [
        {name: value for name, value in row.items() if not name.endswith("received_at")}
        for row in rows
    ]


def test_every_count_and_median_of_the_published_answers_comes_out(engine, offers):
    expected = json.loads(offers.with_name("expected.json").read_text())
    took = ingest_file(engine, SETTINGS, offers, received_at=AFTERWARDS)
    assert (took.received, took.accepted) == (expected["alert_events"], expected["alert_events"])
    again = ingest_file(engine, SETTINGS, offers, received_at=AFTERWARDS)
    assert (again.accepted, again.duplicate) == (0, expected["alert_events"])
    tick(engine, SETTINGS, AFTERWARDS)

    for hours, wanted in expected["windows"].items():
        found = funnel(engine, window_hours=int(hours), by="venue", **ASKED)
        assert [step.count for step in found.total.steps] == [
            wanted["sent"],
            wanted["opened_or_later"],
            wanted["tapped_or_later"],
            wanted["booked"],
        ]
        (times,) = time_to_act(engine, window_hours=int(hours), **ASKED)
        assert times.to_open.count == wanted["opened_observed"]
        assert times.to_open.median_seconds == wanted["median_seconds_sent_to_open"]
        assert times.to_book.median_seconds == wanted["median_seconds_sent_to_book"]
        assert found.total.losses["unknown"] == wanted["sent"] - wanted["booked"]
        assert found.total.unsettled == 0
        assert {
            row.key: {"sent": row.sent, "opened": row.steps[1].count, "booked": row.booked}
            for row in found.rows
        } == wanted["per_venue"]

    for by in ("weekday", "hour", "daypart", "goal_match", "week"):
        rows = funnel(engine, window_hours=168, by=by, **ASKED).rows
        assert sum(row.booked for row in rows) == expected["windows"]["168"]["booked"]

    ranked = venues_by_conversion(engine, window_hours=168, **ASKED)
    shares = [venue.shrunken.share for venue in ranked]
    assert shares == sorted(shares, reverse=True)
    assert ranked[-1].own.share == 0 < shares[-1]

    stored = conversion(engine)
    wanted = expected["windows"]["24"]
    assert sum(row["sent_count"] for row in stored) == wanted["sent"]
    assert sum(row["opened_count"] for row in stored) == wanted["opened_or_later"]
    assert sum(row["booked_count"] for row in stored) == wanted["booked"]
    rescore(engine, SETTINGS, AFTERWARDS)
    assert conversion(engine) == stored
    assert_sound(engine)


def test_any_order_any_split_and_everything_twice_fold_into_the_same(engine, offers):
    events = pq.read_table(offers)
    rng = np.random.default_rng(5)
    some = rng.choice(events["alert_id"].unique().to_pylist(), 4_000, replace=False)
    events = events.filter(pa.compute.is_in(events["alert_id"], pa.array(some)))
    assert deliver(engine, events, "whole").accepted == len(events)
    tick(engine, SETTINGS, AFTERWARDS)
    alerts, rows = without_receipt_times(contents(engine, "alerts")), conversion(engine)
    forget_everything(engine)
    twice = pa.concat_tables([events, events]).take(rng.permutation(2 * len(events)))
    accepted = duplicate = 0
    cuts = [0, *sorted(rng.integers(0, len(twice), 12).tolist()), len(twice)]
    for number, (begin, end) in enumerate(pairwise(cuts)):
        took = deliver(engine, twice.slice(begin, end - begin), f"part {number}")
        accepted, duplicate = accepted + took.accepted, duplicate + took.duplicate
        if number % 3 == 0:
            tick(engine, SETTINGS, AFTERWARDS)
    assert (accepted, duplicate) == (len(events), len(events))
    tick(engine, SETTINGS, AFTERWARDS)
    assert without_receipt_times(contents(engine, "alerts")) == alerts
    assert conversion(engine) == rows

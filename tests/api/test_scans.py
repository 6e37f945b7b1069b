"""Scans in: they tell when somebody was looking, and every published rate follows."""

import gzip
from datetime import timedelta

import orjson
import pytest

from api import models
from db import insights
from tests.api.test_events import counts
from tests.factories import read
from tests.seeding import NOW, SETTINGS, TODAY, drop, seed, tick

START = NOW - timedelta(hours=5)


def scan(minutes: int, *, ok: bool = True, slots: object = 4, **more: object) -> dict[str, object]:
    at = START + timedelta(minutes=minutes)
    bucket = f"{at:%Y-%m-%d}_19:00"
    found = {"market_id": "nyc", "bucket_id": bucket, "scanned_at": at.isoformat(), "ok": ok}
    return found | ({"available_slots": slots} if ok else {}) | more


def test_accepted_scans_become_coverage(client, engine):
    seed(engine, drop("v", NOW - timedelta(days=3), seconds=90))
    looks = [scan(minute) for minute in range(0, 240)]
    failed = [scan(minute, ok=False) for minute in range(240, 270)]
    response = client.post("/scans", json=[*looks, *failed])
    assert counts(response) == {"received": 270, "accepted": 270}
    models.Accepted.model_validate(response.json())
    tick(engine, SETTINGS, NOW)
    hours = read(
        engine,
        "SELECT sum(scans_ok) AS good, sum(scans_failed) AS failed,"
        " sum(bit_count(observed)) AS minutes, sum(available_slots_sum) AS slots FROM scan_rollup",
    )
    assert [dict(row) for row in hours] == [
        {"good": 240, "failed": 30, "minutes": 240, "slots": 960}
    ]
    assert insights.status(engine, now=NOW, retention_days=21).markets[0].coverage_rate is not None
    row = client.get(f"/chat/watches/venue-rolling-metrics?as_of={TODAY}&window_days=7").json()
    (found,) = row["venue_rolling_metrics"]
    assert found["is_coverage_assumed"]  # of the days from the first event to the first scan
    assert 0 < found["coverage_rate"] < 1


def test_the_same_scans_again_change_nothing(client, engine):
    first = client.post("/scans", json=[scan(0), scan(1)], headers={"Idempotency-Key": "a"})
    again = client.post("/scans", json=[scan(0), scan(1)], headers={"Idempotency-Key": "a"})
    assert again.json() == first.json() | {"is_repeat": True}
    other = client.post("/scans", json=[scan(1), scan(2)], headers={"Idempotency-Key": "b"})
    assert counts(other) == {"received": 2, "accepted": 1, "duplicate": 1}
    clash = client.post("/scans", json=[scan(5)], headers={"Idempotency-Key": "a"})
    assert clash.status_code == 422
    events = client.post("/events", json=[scan(0), scan(1)], headers={"Idempotency-Key": "a"})
    assert events.status_code == 422


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"market_id": "atlantis"}, "market atlantis is unknown: load its venues first"),
        ({"bucket_id": "tonight"}, "bucket_id tonight is not YYYY-MM-DD_HH:MM"),
        ({"scanned_at": "2026-11-23 12:00"}, "has no zone"),
        ({"scanned_at": (NOW + timedelta(hours=1)).isoformat()}, "in the future"),
        ({"ok": 1}, "ok is a number: send true or false"),
        ({"available_slots": -1}, "available_slots is below 0"),
    ],
)
def test_a_bad_scan_says_why_and_keeps_the_others_company(client, fault, reason):
    response = client.post("/scans", json=[scan(0), scan(1) | fault])
    assert counts(response) == {"received": 2, "accepted": 1, "rejected": 1}
    (error,) = response.json()["errors"]
    assert error["index"] == 1
    assert reason in error["reason"]


def test_lines_and_packed_bodies_are_read(client):
    lines = b"\n".join(orjson.dumps(scan(minute)) for minute in range(3))
    packed = client.post(
        "/scans", content=gzip.compress(lines), headers={"Content-Encoding": "gzip"}
    )
    assert counts(packed) == {"received": 3, "accepted": 3}
    assert client.post("/scans", content=b"{").status_code == 400
    assert client.post("/scans", json=[{}] * 10_001).status_code == 413

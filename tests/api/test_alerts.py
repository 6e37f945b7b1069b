"""POST /alerts/track for a phone with a bad connection, and the funnel that comes of it."""

import gzip
import hashlib
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import text

from api import models
from db.insights.conversion import funnel
from pipeline.tick import tick
from settings import ApiKey, Settings
from tests.alerting import SETTINGS, alert, step
from tests.factories import sent
from tests.seeding import NOW

JSON = "application/problem+json"
SENT = NOW - timedelta(days=2)


@pytest.fixture
def client(open_client, engine):
    return open_client(engine, SETTINGS)


def test_an_array_and_a_single_event_are_taken_and_repeats_change_nothing(client):
    events = sent(alert(SENT, 30, 45, 60))
    answer = client.post("/alerts/track", json=events)
    assert (answer.status_code, answer.json()) == (
        200,
        {"received": 4, "accepted": 4, "duplicate": 0, "rejected": 0, "errors": []},
    )
    models.Tracked.model_validate(answer.json())
    for body in (events, events[0], [*events, *sent([step("alert_sent", SENT, "b")])]):
        answer = client.post("/alerts/track", json=body).json()
        size = len(body) if isinstance(body, list) else 1
        new = 1 if size == 5 else 0
        assert (answer["received"], answer["accepted"], answer["duplicate"]) == (
            size,
            new,
            size - new,
        )


def test_good_events_are_taken_and_bad_ones_named_each_time_the_same(client):
    good = sent([step("alert_sent", SENT)])
    body = [*good, {**good[0], "event_type": "clicked"}, 7, {**good[0], "user_id": ["x"]}]
    for accepted in (1, 0):
        answer = client.post("/alerts/track", json=body).json()
        assert (answer["received"], answer["accepted"], answer["rejected"]) == (4, accepted, 3)
        assert [error["index"] for error in answer["errors"]] == [1, 2, 3]
        assert answer["errors"][0]["reason"].startswith("event_type clicked is unknown")


def test_gzip_is_read_and_limits_are_answered_with_413(client):
    events = sent(alert(SENT, 30))
    packed = gzip.compress(orjson.dumps(events))
    answer = client.post("/alerts/track", content=packed, headers={"Content-Encoding": "gzip"})
    assert answer.json()["accepted"] == 2
    many = client.post("/alerts/track", json=[7] * 10_001)
    assert (many.status_code, many.headers["content-type"]) == (413, JSON)
    large = client.post("/alerts/track", content=b" " * (10 * 1024**2 + 1))
    assert large.status_code == 413


def test_nothing_of_a_user_is_stored_not_even_in_what_is_refused(client, engine):
    who = "anna@example.com"
    event = {**sent([step("alert_sent", SENT)])[0], "user_id": who}
    body = [event, {**event, "event_type": "x"}, who, {"user_id": who, "email": who}]
    assert client.post("/alerts/track", json=body).json()["rejected"] == 3
    with engine.connect() as connection:
        for table in ("rejected_events", "alert_events", "alerts", "staged_alerts", "batches"):
            kept = connection.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608
            assert who not in str(kept)


def test_without_a_secret_a_configured_database_takes_no_alerts_and_says_why(open_client, engine):
    settings = Settings(_env_file=None, DATABASE_URL="postgresql://elsewhere/db")
    answer = open_client(engine, settings).post(
        "/alerts/track", json=sent([step("alert_sent", SENT)])
    )
    assert (answer.status_code, answer.headers["content-type"]) == (503, JSON)
    assert "TABLESTAKES_USER_KEY_SECRET" in answer.json()["detail"]


def test_a_key_needs_the_scope_for_alerts(open_client, engine):

    digest = hashlib.sha256(b"events only").hexdigest()
    key = ApiKey(digest=digest, scopes=frozenset({"write:events"}))
    settings = Settings(_env_file=None, user_key_secret="x" * 40, api_keys=(key,))
    client = open_client(engine, settings)
    assert client.post("/alerts/track", json=[]).status_code == 401
    headers = {"Authorization": "Bearer events only"}
    assert client.post("/alerts/track", json=[], headers=headers).status_code == 403


@pytest.mark.parametrize("by", [None, "venue", "channel", "hour", "weekday", "tier"])
def test_the_funnel_is_the_one_the_pages_read(client, engine, by):
    events = alert(SENT, 30, 45, 60, channel="push") + alert(
        SENT, 10, alert_id="b", channel="email", venue_id="w"
    )
    events += alert(NOW - timedelta(hours=1), alert_id="c")
    client.post("/alerts/track", json=sent(events))
    tick(engine, SETTINGS, NOW)
    asked = {} if by is None else {"by": by}
    answer = client.get("/conversion/funnel", params={"days": 7, "window_hours": 24, **asked})
    assert answer.status_code == 200
    body = answer.json()
    models.Funnel.model_validate(body)
    found = funnel(engine, now=NOW, days=7, by=by)
    assert [step["count"] for step in body["steps"]] == [2, 2, 1, 1]
    assert [step["count"] for step in body["steps"]] == [row.count for row in found.total.steps]
    assert (body["settled"], body["unsettled"]) == (2, 1)
    assert body["steps"][3]["overall_rate"]["rate"] == 0.5
    assert body["losses"] == found.total.losses
    if by is not None:
        assert [row["key"] for row in body["rows"]] == [row.key for row in found.rows]
        assert sum(row["settled"] for row in body["rows"]) == 2
    else:
        assert "rows" not in body


@pytest.mark.parametrize(
    "asked", [{"by": "user"}, {"window_hours": 0}, {"window_hours": 721}, {"days": 0}]
)
def test_a_funnel_there_is_none_of_is_refused(client, asked):
    answer = client.get("/conversion/funnel", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (422, JSON)


def test_without_alerts_the_funnel_is_empty_and_an_unknown_market_is_a_404(client):
    body = client.get("/conversion/funnel").json()
    assert [step["count"] for step in body["steps"]] == [0, 0, 0, 0]
    assert body["steps"][0]["overall_rate"] is None
    assert body["settled_at"] is None
    assert client.get("/conversion/funnel", params={"market": "atlantis"}).status_code == 404

"""POST /alerts/track for a phone with a bad connection, and the funnel that comes of it."""

import gzip
import hashlib
import re
import shlex
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import orjson
import pytest
from sqlalchemy import text

from api import models
from db.alert_writes import accept_posts
from db.insights.conversion import funnel
from db.intake import ALERTS
from db.proofs import problems
from pipeline.tick import tick
from settings import PROJECT_DIR, ApiKey, Settings
from tests.alerting import SECRET, SETTINGS, alert, step
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


def test_posts_written_together_have_the_outcomes_of_posts_one_after_another(engine, open_client):
    first, again = sent(alert(SENT, 30)), sent(alert(SENT, 30, alert_id="b"))
    bad = {**first[0], "event_type": "clicked", "event_id": "bad"}
    posts = [first, [first[0], bad], again, [7, again[1]], [bad]]
    found = accept_posts(engine, posts, received_at=NOW, secret=SECRET, source="test")
    assert [(o.received, o.accepted, len(o.refused)) for o in found] == [
        (2, 2, 0),
        (2, 0, 1),
        (2, 2, 0),
        (2, 0, 1),
        (1, 0, 1),
    ]
    assert [index for index, _ in found[1].refused] == [1]
    assert found[1].refused[0][1].startswith("event_type clicked is unknown")
    assert found[3].refused[0][0] == 0
    tick(engine, SETTINGS, NOW)
    assert funnel(engine, now=NOW).total.sent == 2
    assert list(problems(engine)) == []
    client = open_client(engine, SETTINGS)
    assert client.post("/alerts/track", json=first).json()["duplicate"] == 2


def test_many_single_posts_at_once_are_each_kept_once(engine, open_client):
    client = open_client(engine, SETTINGS)
    events = sent([e for k in range(30) for e in alert(SENT, 30, alert_id=f"a{k}")])
    with ThreadPoolExecutor(12) as pool:
        answers = list(
            pool.map(lambda event: client.post("/alerts/track", json=event).json(), events * 2)
        )
    assert sum(answer["accepted"] for answer in answers) == len(events)
    assert sum(answer["duplicate"] for answer in answers) == len(events)
    with engine.connect() as connection:
        counts = connection.execute(
            text("SELECT (SELECT count(*) FROM alert_events), (SELECT count(*) FROM alerts)")
        ).one()
        sums = connection.execute(
            text("SELECT sum(rows_received), sum(rows_accepted + rows_duplicate) FROM batches")
        ).one()
    assert tuple(counts) == (60, 30)
    # Two alike at the same moment may be one delivery, known by its bytes.
    assert 60 <= sums[0] == sums[1] <= 120


def test_the_documented_call_is_taken(client):
    """What docs/alerts.md shows for curl, as it stands there."""
    page = (PROJECT_DIR / "docs" / "alerts.md").read_text()
    (call,) = re.findall(r"```sh\n(curl.*?)```", page, flags=re.DOTALL)
    words = shlex.split(call.replace("\\\n", " "))
    body = words[words.index("-d") + 1]
    assert words[words.index("-H") + 1] == "Content-Type: application/json"
    (address,) = [word for word in words if word.startswith("http")]
    answer = client.post(
        urlsplit(address).path, content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.json() == {
        "received": 1,
        "accepted": 1,
        "duplicate": 0,
        "rejected": 0,
        "errors": [],
    }


def test_the_fields_of_the_documented_swift_client_are_those_that_are_read():
    page = (PROJECT_DIR / "docs" / "alerts.md").read_text()
    fields = re.findall(r"let (\w+): String", page.split("struct AlertEvent")[1].split("}")[0])
    assert {"event_id", "alert_id", "event_type", "occurred_at"} <= set(fields) <= set(ALERTS.names)
    answer = re.findall(r"let ([\w, ]+): Int$", page, flags=re.MULTILINE)
    assert set(answer[0].split(", ")) < set(models.Tracked.model_fields)

"""Events in: each row has one outcome, each delivery is taken once, nothing is ever a 500."""

import gzip
import tracemalloc
import zlib
from datetime import timedelta

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from api import models
from api.bodies import MAX_BODY_BYTES, unpacked
from api.problems import ProblemError
from tests.seeding import NOW, SETTINGS, drop, tick

HOUR_AGO = NOW - timedelta(hours=1)
JSON = "application/problem+json"


def counts(response) -> dict[str, int]:
    assert response.status_code == 200, response.text
    names = ("received", "accepted", "duplicate", "pending", "rejected", "late")
    return {name: response.json()[name] for name in names if response.json()[name]}


def test_accepted_events_reach_the_metrics(client, engine):
    response = client.post("/events", json=drop("v", HOUR_AGO, seconds=90))
    assert counts(response) == {"received": 2, "accepted": 2}
    models.Accepted.model_validate(response.json())
    tick(engine, SETTINGS, NOW)
    (row,) = client.get("/chat/watches/venue-metrics").json()["venue_metrics"]
    assert (row["venue_id"], row["closed_count"]) == ("v", 1)
    assert row["avg_drop_duration_seconds"] == 90.0


def test_every_row_has_one_outcome_and_a_bad_one_says_why(client):
    good = drop("v", HOUR_AGO)
    unknown = {"event_type": "CLOSED", "venue_id": "v", "slot_id": "unknown"}
    unknown |= {"slot_at": "2026-12-01T00:00:00Z", "occurred_at": "2026-11-23T16:59:00Z"}
    events = [*good, *good, unknown, {**good[0], "slot_at": "2026-12-01 19:00"}, 7]
    response = client.post("/events", json=events)
    assert counts(response) == {
        "received": 5,
        "accepted": 1,
        "duplicate": 1,
        "pending": 1,
        "rejected": 2,
    }
    assert [error["index"] for error in response.json()["errors"]] == [3, 4]
    assert "has no zone" in response.json()["errors"][0]["reason"]
    assert response.json()["errors"][1]["reason"] == "the event is a number, not an object"


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("venue_id", {"id": 1}, "venue_id is an object: send a text"),
        ("venue_id", ["v"], "venue_id is an array: send a text"),
        ("slot_id", True, "slot_id is a truth value: send a text"),
        ("slot_id", 1.5, "slot_id is a number: send a text"),
        ("slot_at", 1764000000, "slot_at is a number: send a text such as"),
        ("party_size", "two", "party_size 'two' is not a whole number"),
        ("party_size", 2.5, "party_size '2.5' is not a whole number"),
        ("party_size", False, "party_size is a truth value: send a whole number"),
        ("venue_id", "nul\x00byte", "holds a NUL byte"),
        ("venue_id", None, "venue_id is missing"),
    ],
)
def test_a_value_of_the_wrong_type_is_a_problem_of_its_row(client, engine, field, value, reason):
    good, bad = drop("v", HOUR_AGO), drop("w", HOUR_AGO)
    response = client.post("/events", json=[*good, {**bad[0], field: value}])
    assert counts(response) == {"received": 2, "accepted": 1, "rejected": 1}
    assert reason in response.json()["errors"][0]["reason"]
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT payload FROM rejected_events")).scalar_one()
    assert kept["slot_at"] or value


def test_numbers_are_taken_for_ids_and_whole_floats_for_party_sizes(client):
    event = {**drop("v", HOUR_AGO)[0], "venue_id": 834, "party_size": 2.0}
    assert counts(client.post("/events", json=[event])) == {"received": 1, "accepted": 1}
    (live,) = client.get("/drops/live").json()["open_drops"]
    assert (live["venue_id"], live["party_size"]) == ("834", 2)


@pytest.mark.parametrize(
    "encode",
    [
        lambda events: orjson.dumps(events),
        lambda events: b"\xef\xbb\xbf\n " + orjson.dumps(events, option=orjson.OPT_INDENT_2),
        lambda events: b"\n\n".join(map(orjson.dumps, events)) + b"\n",
        lambda events: b"\r\n".join(map(orjson.dumps, events)),
        lambda events: gzip.compress(orjson.dumps(events)),
        lambda events: b"".join(gzip.compress(orjson.dumps(e) + b"\n") for e in events),
    ],
    ids=["array", "indented", "lines", "lines of Windows", "gzip", "gzip of several members"],
)
def test_an_array_and_lines_and_gzip_are_read_alike(client, encode):
    body = encode(drop("v", HOUR_AGO, seconds=30))
    headers = {"Content-Encoding": "gzip"} if body.startswith(b"\x1f") else {}
    response = client.post("/events", content=body, headers=headers)
    assert counts(response) == {"received": 2, "accepted": 2}


def test_one_object_is_one_event(client):
    body = orjson.dumps(drop("v", HOUR_AGO)[0], option=orjson.OPT_INDENT_2)
    assert counts(client.post("/events", content=body)) == {"received": 1, "accepted": 1}


def test_the_same_body_again_changes_nothing(client):
    events = drop("v", HOUR_AGO, seconds=30)
    first, second = (client.post("/events", json=events) for _ in range(2))
    assert counts(first) == counts(second)
    assert first.json()["batch_id"] == second.json()["batch_id"]
    assert (first.json()["is_repeat"], second.json()["is_repeat"]) == (False, True)
    packed = client.post(
        "/events",
        content=gzip.compress(first.request.content),
        headers={"Content-Encoding": "gzip"},
    )
    assert packed.json()["batch_id"] == first.json()["batch_id"]


def test_the_same_body_to_two_routes_is_two_deliveries(client):
    for path in ("/events", "/scans"):
        response = client.post(path, json=[])
        assert (counts(response), response.json()["is_repeat"]) == ({}, False)


def test_a_key_stands_for_one_body(client):
    key = {"Idempotency-Key": "delivery 1"}
    first = client.post("/events", json=drop("v", HOUR_AGO), headers=key)
    assert client.post("/events", json=drop("v", HOUR_AGO), headers=key).json()["is_repeat"]
    other = client.post("/events", json=drop("w", HOUR_AGO), headers=key)
    assert (other.status_code, other.headers["content-type"]) == (422, JSON)
    again = client.post(
        "/events", json=drop("v", HOUR_AGO), headers={"Idempotency-Key": "delivery 2"}
    )
    assert counts(again) == {"received": 1, "duplicate": 1}
    assert again.json()["batch_id"] != first.json()["batch_id"]
    assert [drop["venue_id"] for drop in client.get("/drops/live").json()["open_drops"]] == ["v"]


def test_no_callers_key_can_stand_for_an_internal_batch(client, engine):
    key = f"settle:{NOW.isoformat()}"
    assert client.post("/events", json=[], headers={"Idempotency-Key": key}).status_code == 200
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT idempotency_key FROM batches")).scalars().all()
    assert kept == [f"http:{key}"]


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there"])
def test_a_key_that_cannot_be_kept_is_refused(offline_client, key):
    response = offline_client.post("/events", json=[], headers={"Idempotency-Key": key})
    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "idempotency-key"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (b"[1,\n2,\n}", 3),
        (b'[{"a": 1}', 1),
        (b'{"a": 1}\n\n{"a": ', 3),
        (b"event_type,venue_id\nNEW_DROP,v", 1),
        (b"[NaN]", 1),
        (b'["\xff"]', 1),
        (b"[" * 100_000, 1),
    ],
)
def test_malformed_json_is_refused_whole_with_its_line(offline_client, body, line):
    response = offline_client.post("/events", content=body)
    assert (response.status_code, response.headers["content-type"]) == (400, JSON)
    assert response.json()["line"] == line


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {}, 400),
        (b" \n", {}, 400),
        (gzip.compress(b"[]", mtime=0)[:-9], {}, 400),
        (b"\x1f\x8bnothing", {}, 400),
        (b"[]", {"Content-Encoding": "gzip"}, 400),
        (b"[]", {"Content-Encoding": "br"}, 415),
        (gzip.compress(b"") * 200 + gzip.compress(b"[]"), {}, 400),
    ],
)
def test_a_body_that_cannot_be_unpacked_is_refused(offline_client, body, headers, status):
    response = offline_client.post("/events", content=body, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (status, JSON)


def test_ten_mebibytes_and_ten_thousand_events_are_the_most(client):
    too_large = b"[" + b" " * (MAX_BODY_BYTES - 1) + b"]"
    assert client.post("/events", content=too_large).status_code == 413
    assert client.post("/events", content=iter([too_large])).status_code == 413
    assert client.post("/events", content=too_large[1:]).status_code == 400
    assert client.post("/events", json=[0] * 10_001).status_code == 413
    assert counts(client.post("/events", json=[0] * 10_000))["rejected"] == 10_000


def test_a_gzip_bomb_is_not_unpacked(offline_client):
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    bomb = b"".join(packer.compress(b" " * 2**20) for _ in range(40)) + packer.flush()
    assert len(bomb) < 2**17
    response = offline_client.post("/events", content=bomb, headers={"Content-Encoding": "gzip"})
    assert response.status_code == 413
    assert "when unpacked" in response.json()["detail"]
    tracemalloc.start()
    with pytest.raises(ProblemError):
        unpacked(bomb, "gzip")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2.5 * MAX_BODY_BYTES


def test_the_live_feed_shows_what_was_just_sent(client):
    client.post("/events", json=[*drop("v", HOUR_AGO), *drop("w", HOUR_AGO, seconds=600)])
    answer = client.get("/drops/live").json()
    models.LiveDrops.model_validate(answer)
    assert [found["venue_id"] for found in answer["open_drops"]] == ["v"]
    assert answer["open_drops"][0]["open_seconds"] == 3600
    assert [found["venue_id"] for found in answer["just_closed"]] == ["w"]
    assert answer["now"] == "2026-11-23T17:00:00Z"
    assert client.get("/drops/live?market=atlantis").status_code == 404


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(["NEW_DROP", "CLOSED", "2026-11-23T16:00:00Z", "2026-12-01T00:00:00+05:45"]),
    st.sampled_from(["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "\x00", "1e999"]),
)
GOOD_EVENT = drop("v", HOUR_AGO)[0]
NAMES = st.sampled_from(
    ["event_type", "venue_id", "slot_id", "slot_at", "opened_at", "occurred_at", "party_size"]
)
EVENTS = st.lists(
    st.one_of(
        LEAVES,
        st.dictionaries(
            st.one_of(NAMES, st.text(max_size=5)),
            st.one_of(LEAVES, st.lists(LEAVES, max_size=2), st.dictionaries(st.text(), LEAVES)),
        ),
        st.fixed_dictionaries(
            {name: st.one_of(st.just(value), LEAVES) for name, value in GOOD_EVENT.items()}
        ),
    ),
    max_size=6,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_whatever_json_comes_every_row_is_counted_once(client, events):
    response = client.post("/events", json=events)
    # Texts that are no Unicode (lone surrogates) are no JSON either.
    if response.status_code == 400:
        return
    found = counts(response)
    assert found.pop("received", 0) == len(events) == sum(found.values())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=60), encoding=st.sampled_from(["gzip", "identity", "br", "é"]))
def test_whatever_bytes_come_the_answer_is_a_problem_or_counts(client, body, encoding):
    headers = {"Content-Encoding": encoding.encode("latin-1")}
    response = client.post("/events", content=body, headers=headers)
    assert response.status_code in (200, 400, 413, 415)
    if response.status_code != 200:
        assert response.headers["content-type"] == JSON

"""Keys and scopes; without keys this machine only."""

import hashlib

import pytest

from settings import ApiKey, Reader, Settings
from tests.seeding import SETTINGS

READ = "/chat/watches/venue-metrics"


def with_keys(**scopes_of_keys: set[str]) -> Settings:
    keys = tuple(
        ApiKey(digest=hashlib.sha256(key.encode()).hexdigest(), scopes=frozenset(scopes))
        for key, scopes in scopes_of_keys.items()
    )
    return SETTINGS.model_copy(update={"api_keys": keys})


KEYS = with_keys(reader={"read"}, poller={"write:events"}, both={"read", "write:events"})


@pytest.fixture
def guarded(open_client, engine):
    return open_client(engine, KEYS)


@pytest.fixture
def guarded_offline(open_client, unreachable):
    return open_client(unreachable, KEYS)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("path", [READ, "/drops/live", "/openapi.json", "/docs"])
def test_nothing_is_read_without_a_key_once_there_are_keys(guarded, path):
    response = guarded.get(path)
    assert response.status_code == 401
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"] == "Bearer"
    assert guarded.get(path, headers=bearer("reader")).status_code == 200
    assert guarded.get(path, headers=bearer("poller")).status_code == 403


def test_events_need_the_scope_to_write(guarded):
    assert guarded.post("/events", json=[]).status_code == 401
    assert guarded.post("/events", json=[], headers=bearer("reader")).status_code == 403
    assert guarded.post("/events", json=[], headers=bearer("poller")).status_code == 200
    assert guarded.post("/events", json=[], headers=bearer("both")).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic cmVhZGVy", "reader", "Bearer wrong", "Bearer \xe9"],
)
def test_a_wrong_key_is_no_key(guarded_offline, authorization):
    headers = {"Authorization": authorization.encode("latin-1")}
    assert guarded_offline.get(READ, headers=headers).status_code == 401


def test_a_digest_is_not_a_key(guarded_offline):
    digest = hashlib.sha256(b"reader").hexdigest()
    assert guarded_offline.get(READ, headers=bearer(digest)).status_code == 401


def test_a_missing_key_is_noticed_before_anything_else(guarded_offline):
    assert guarded_offline.get(f"{READ}?days=0").status_code == 401
    assert guarded_offline.post("/events", content=b"[" * 11 * 2**20).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/metrics"])
def test_health_needs_no_key(guarded, path):
    assert guarded.get(path).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("192.0.2.7", 403)],
)
def test_without_keys_only_this_machine_may_ask(open_client, engine, host, status):
    client = open_client(engine, client=(host, 50_000))
    response = client.get(READ)
    assert response.status_code == status
    assert status == 200 or "TABLESTAKES_API_KEYS" in response.json()["detail"]
    assert client.get("/healthz").status_code == 200


def test_with_keys_every_machine_may_ask(open_client, engine):
    client = open_client(engine, KEYS, client=("192.0.2.7", 50_000))
    assert client.get(READ, headers=bearer("reader")).status_code == 200


def test_without_keys_no_foreign_page_may_send_events(client):
    foreign = {"Origin": "https://example.org"}
    assert client.post("/events", json=[], headers=foreign).status_code == 403
    own = {"Origin": "http://testserver"}
    assert client.post("/events", json=[], headers=own).status_code == 200


def test_conversion_needs_a_key_that_may_read_everything(open_client, engine):
    settings = with_keys(all={"read"}, some={"read:metrics"})
    client = open_client(engine, settings)
    for key, statuses in (("all", (200, 200)), ("some", (200, 403))):
        headers = {"Authorization": f"Bearer {key}"}
        paths = ("/chat/watches/market-metrics", "/conversion/funnel")
        answers = [client.get(path, headers=headers) for path in paths]
        assert tuple(answer.status_code for answer in answers) == statuses
    assert answers[1].json()["detail"] == "The key lacks the scope read."


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/conversion/funnel"),
        ("GET", READ),
        ("GET", "/openapi.json"),
        ("POST", "/events"),
        ("POST", "/scans"),
        ("POST", "/alerts/track"),
    ],
)
def test_with_a_login_but_no_keys_the_api_answers_nobody(open_client, unreachable, method, path):
    """A proxy on this machine makes whoever it lets through look like this machine."""
    settings = SETTINGS.model_copy(
        update={"roles": (Reader(email="anna@paper.org", roles=frozenset({"founder"})),)}
    )
    client = open_client(unreachable, settings, client=("127.0.0.1", 50_000))
    response = client.request(method, path, json=[] if method == "POST" else None)
    assert response.status_code == 403
    assert "set TABLESTAKES_API_KEYS" in response.json()["detail"]
    assert client.get("/healthz").status_code == 200

"""Editions over HTTP: the list, one week, the feed."""

from hashlib import sha256
from xml.etree import ElementTree

import pytest

from api import models
from db import digests, subscribers
from settings import ApiKey
from tests.seeding import NOW, SETTINGS

ATOM = "{http://www.w3.org/2005/Atom}"


pytestmark = pytest.mark.world("edition")


def test_the_list_names_the_latest_revision_of_each_week(client):
    (summary,) = models.Digests.model_validate(client.get("/digests").json()).digests
    assert (summary.market_id, summary.iso_week, summary.revision) == ("nyc", "2026-W47", 1)
    assert client.get("/digests?market=nyc&audience=internal").json()["digests"]
    assert client.get("/digests?market=paris").status_code == 404


def test_a_week_answers_with_its_frozen_facts(client, engine):
    answer = client.get("/digests/2026-W47")
    assert answer.status_code == 200
    digest = models.Digest.model_validate(answer.json())
    public = digests.edition(engine, "nyc", "2026-W47", "public")
    assert digest.facts == public.facts
    assert digest.content_sha256 == public.content_sha256


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/digests/2026-W46", 404, "There are: 2026-W47."),
        ("/digests/2026-W47?revision=2", 404, "with revision 2"),
        ("/digests/2026-47", 422, "is not an ISO week"),
        ("/digests/2026-W60", 422, "iso_week"),
        ("/digests/2026-W47?audience=everybody", 422, "audience"),
    ],
)
def test_what_there_is_none_of_is_said_plainly(client, path, status, words):
    answer = client.get(path)
    assert answer.status_code == status
    assert words in answer.text


def test_the_feed_is_atom_and_reads_no_clock(client):
    answer = client.get("/digests/feed.atom")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.text)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}updated") == "2026-11-23T05:00:00Z"
    assert entry.findtext(f"{ATOM}title").startswith("State of ")
    assert client.get("/digests/feed.atom").text == answer.text


def test_the_internal_edition_is_not_for_keys_of_metrics(open_client, engine):
    scoped = SETTINGS.model_copy(
        update={
            "api_keys": tuple(
                ApiKey(digest=sha256(token).hexdigest(), scopes=frozenset({scope}))
                for token, scope in ((b"metrics", "read:metrics"), (b"all", "read"))
            )
        }
    )
    client = open_client(engine, scoped)

    def asked(path: str, token: str) -> int:
        return client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code

    for path in ("/digests", "/digests/2026-W47", "/digests/feed.atom"):
        assert asked(path, "metrics") == 200
        assert asked(f"{path}?audience=internal", "metrics") == 403
        assert asked(f"{path}?audience=internal", "all") == 200
        assert client.get(path).status_code == 401


def test_a_link_to_leave_asks_first_and_needs_no_key(client, engine):
    token = "a-token-that-nobody-guesses"
    subscribers.subscribe(engine, "reader@example.org", "nyc", "public", token, now=NOW)

    def in_force() -> bool:
        return subscribers.subscribers(engine)[0].unsubscribed_at is None

    page = client.get(f"/digests/unsubscribe/{token}")
    assert page.status_code == 200
    assert '<form method="post">' in page.text
    assert in_force()
    for _ in range(2):
        answer = client.post(
            f"/digests/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}
        )
        assert answer.status_code == 200
        assert not in_force()
    assert client.post("/digests/unsubscribe/another-token-entirely-000").status_code == 404

"""Facts over HTTP: the same objects, as JSON."""

from datetime import timedelta

import pytest

from api import models
from db import insights
from tests.seeding import NOW, TODAY


@pytest.mark.world("weeks")
def test_a_venues_facts_are_those_of_the_reading_service(client, engine):
    response = client.get("/facts?venue_id=plenty&as_of=2026-11-22")
    assert response.status_code == 200
    facts = models.Facts.model_validate(response.json()).facts
    expected = insights.venue_facts(engine, "plenty", TODAY - timedelta(days=1), now=NOW)
    assert [fact.printable for fact in facts] == [fact.printable for fact in expected]
    assert "plenty is gettable" in [fact.printable for fact in facts]
    assert facts[0].permalink == "/venue?venue=plenty&to=2026-11-22&over=28"


@pytest.mark.world("weeks")
def test_a_markets_facts_are_of_the_last_complete_day_unless_asked_otherwise(client, engine):
    named = client.get("/facts?market=nyc").json()
    assert named == client.get("/facts").json()
    assert [fact["kind"] for fact in named["facts"]] == ["tightness", "spike", "week_over_week"]
    through = insights.progress(engine, "nyc").complete_through
    assert named["facts"][0]["last_date"] == str(through)
    earlier = client.get("/facts?market=nyc&as_of=2026-11-15").json()["facts"]
    assert earlier[0]["last_date"] == "2026-11-15"


@pytest.mark.world("weeks")
def test_what_is_not_there_is_not_found(client):
    assert client.get("/facts?venue_id=nobody").status_code == 404
    assert client.get("/facts?market=atlantis").status_code == 404
    assert client.get("/facts?market=nyc&venue_id=plenty").status_code == 422
    assert client.get("/facts?as_of=yesterday").status_code == 422


def test_an_empty_database_has_no_facts(client):
    assert client.get("/facts").json() == {"facts": []}

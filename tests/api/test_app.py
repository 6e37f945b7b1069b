"""The app as a whole: problems, its page, and its routes inside another application."""

import re

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import State, create_routes
from tests.seeding import NOW, SETTINGS

PROBLEM = "application/problem+json"
PATHS = {
    "/chat/watches/venue-metrics": "get",
    "/chat/watches/venue-rolling-metrics": "get",
    "/chat/watches/market-metrics": "get",
    "/drops/live": "get",
    "/facts": "get",
    "/events": "post",
    "/scans": "post",
    "/alerts/track": "post",
    "/conversion/funnel": "get",
    "/digests": "get",
    "/digests/feed.atom": "get",
    "/digests/{iso_week}": "get",
    "/digests/unsubscribe/{token}": "get",
    "/healthz": "get",
    "/readyz": "get",
    "/metrics": "get",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/chat/watches/venue-metrics/", 404),
        ("GET", "/events", 405),
        ("DELETE", "/drops/live", 405),
    ],
)
def test_what_is_not_there_is_a_problem(offline_client, method, path, status):
    response = offline_client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == PROBLEM
    problem = response.json()
    assert problem["status"] == status
    assert path in problem["detail"]
    assert status == 404 or "allow" in response.headers


def test_an_unforeseen_failure_is_a_500_that_tells_nothing(client, engine):
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE venue_metrics"))
    response = client.get("/chat/watches/venue-metrics")
    assert response.status_code == 500
    assert response.headers["content-type"] == PROBLEM
    assert "venue_metrics" not in response.text


def test_the_description_names_every_path(offline_client):
    description = offline_client.get("/openapi.json").json()
    assert {path: next(iter(methods)) for path, methods in description["paths"].items()} == PATHS


def test_the_page_loads_nothing(offline_client):
    response = offline_client.get("/docs")
    assert response.headers["content-type"].startswith("text/html")
    for path in PATHS:
        assert path in response.text
    assert re.findall(r"(?:src|href)=\"([^\"]+)\"", response.text) == ["openapi.json"]
    assert "<script" not in response.text
    assert "url(" not in response.text


def test_inside_another_application_the_routes_keep_their_paths(engine):
    def page(_request: object) -> PlainTextResponse:
        return PlainTextResponse("a page")

    state = State(SETTINGS, now=lambda: NOW)
    routes = [*create_routes(state), Route("/{rest:path}", page)]
    client = TestClient(Starlette(routes=routes), raise_server_exceptions=False)
    assert client.get("/chat/watches/venue-metrics").status_code == 503
    state.engine = engine
    assert client.get("/chat/watches/venue-metrics").json()["venue_metrics"] == []
    assert client.post("/events", json=[]).json()["received"] == 0
    assert client.get("/events").status_code == 405
    assert client.get("/healthz").json() == {"status": "alive"}
    mistyped = client.get("/chat/watches/venue-metric")
    assert (mistyped.status_code, mistyped.headers["content-type"]) == (404, PROBLEM)
    assert client.get("/drops/dead").status_code == 404
    assert client.get("/hardest").text == "a page"
    client.close()

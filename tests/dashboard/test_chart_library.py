"""The charts' script: on its way before the first chart, and of the version of our figures."""

from urllib.parse import urljoin

import pytest
from plotly.offline import get_plotlyjs_version
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard import chart_library


def test_a_page_names_the_script_of_the_charts_and_nothing_else_does() -> None:
    app = Starlette(
        routes=[
            Route("/week", lambda _: HTMLResponse("<html></html>")),
            Route("/drops", lambda _: JSONResponse([])),
            chart_library.create_route(),
        ]
    )
    client = TestClient(chart_library.PreloadCharts(app))
    path, how = client.get("/week").headers["link"].split("; ")
    assert how == "rel=modulepreload"
    script = client.get(path.strip("<.>"))
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert "link" not in client.get("/drops").headers


def test_the_script_is_where_the_pages_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chart_library.st, "get_option", {"server.baseUrlPath": "/tables/"}.get)
    found = TestClient(Starlette(routes=[chart_library.create_route()])).get(
        urljoin("http://testserver/tables/venue", chart_library.ADDRESS)
    )
    assert found.headers["content-type"].startswith("text/javascript")


def test_the_script_is_of_the_version_that_figures_are_made_for() -> None:
    head = chart_library.SCRIPT.read_text(encoding="utf-8")[:100]
    assert f"plotly.js (cartesian - minified) v{get_plotlyjs_version()}" in head
    assert get_plotlyjs_version() in chart_library.ADDRESS

"""The chart library is on its way before the first chart is."""

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from dashboard.preload import SCRIPTS, PreloadCharts


def test_a_page_names_the_script_of_the_charts_and_nothing_else_does() -> None:
    app = Starlette(
        routes=[
            Route("/week", lambda _: HTMLResponse("<html></html>")),
            Route("/drops", lambda _: JSONResponse([])),
        ]
    )
    client = TestClient(PreloadCharts(app))
    link = client.get("/week").headers["link"]
    path, *how = link.split("; ")
    assert how == ["rel=modulepreload", "crossorigin"]
    assert (SCRIPTS / path.removeprefix("<./static/js/").removesuffix(">")).is_file()
    assert "link" not in client.get("/drops").headers

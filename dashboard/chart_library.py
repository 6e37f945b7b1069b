"""Plotly for the browser: the 1.5 MB of it that draw what our charts are made of, instead of the
4.7 MB that Streamlit has, and told to the browser with the page itself, before any chart is there.

`plotly/` holds the script as it was published (npm: `plotly.js-cartesian-dist-min`), of the same
version as the one that the Python package is made for.
"""

from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

(SCRIPT,) = Path(__file__).with_name("plotly").glob("plotly-cartesian-*.min.js")
ADDRESS = f"./plotly/{SCRIPT.name}"  # from any page
LINK = f"<{ADDRESS}>; rel=modulepreload"


def serve(_request: Request) -> FileResponse:
    """The script; its name holds its version, so browsers need not ask again."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return FileResponse(SCRIPT, media_type="text/javascript", headers=headers)


def create_route() -> Route:
    """Where the pages are, wherever that is (`server.baseUrlPath`)."""
    base = str(st.get_option("server.baseUrlPath")).strip("/")
    return Route(f"/{base}/{ADDRESS.removeprefix('./')}".replace("//", "/"), serve)


class PreloadCharts:
    """Adds a `Link` header to every HTML page: fetch and compile the charts' script meanwhile."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as the app does."""

        async def send_linked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("link", LINK)
            await send(message)

        await self.app(scope, receive, send_linked if scope["type"] == "http" else send)

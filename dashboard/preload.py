"""The browser is told of the chart library with the page itself: 4.7 MB that it otherwise asks for
only once the first chart has arrived."""

from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SCRIPTS = Path(st.__file__).parent / "static" / "static" / "js"
(CHARTS,) = (script.name for script in SCRIPTS.glob("PlotlyChart.*.js"))
LINK = f"<./static/js/{CHARTS}>; rel=modulepreload; crossorigin"


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

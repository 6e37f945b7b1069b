"""Readers without a browser: Streamlit's own protocol over a websocket, as its page speaks it.

A hundred browsers do not fit beside the server on a small machine, and would be measured instead of
it. What a session here does not do is draw: its times are those of the server and the wire.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

CLICK_SECONDS = 5.0


@dataclass
class Session:
    """One reader. `widgets`: the ids of the page's widgets by their key."""

    socket: ClientConnection
    page: str = ""
    widgets: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    errors: int = 0

    async def open(self, page: str, query: str = "") -> float:
        """Goes to a page; returns seconds until its script has run to its end."""
        self.page, self.chosen = page, {}
        return await self._rerun(query)

    async def choose(self, key: str, value: str) -> float:
        """Changes a select box; returns seconds until the page's script has run to its end."""
        self.chosen[key] = value
        return await self._rerun()

    async def _rerun(self, query: str = "") -> float:
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = self.page
        message.rerun_script.context_info.timezone = "America/New_York"
        for key, value in self.chosen.items():
            state = message.rerun_script.widget_states.widgets.add()
            state.id = self.widgets[key]
            state.string_value = value
        began = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            received = ForwardMsg.FromString(await self.socket.recv(decode=False))
            self._note(received)
            kind = received.WhichOneof("type")
            if kind == "script_finished":
                return time.perf_counter() - began

    def _note(self, received: ForwardMsg) -> None:
        if received.WhichOneof("type") != "delta" or not received.delta.HasField("new_element"):
            return
        element = received.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "exception":
            self.errors += 1
        elif kind in ("selectbox", "button_group"):
            # $$ID-<hash>-<key>
            widget_id = getattr(element, kind).id
            self.widgets[widget_id.split("-", 2)[2]] = widget_id


async def open_session(address: str) -> Session:
    """Connects as a browser that has no page yet."""
    socket = await connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        origin=address,  # type: ignore[arg-type]
        max_size=None,
        ping_timeout=None,
    )
    return Session(socket)


async def many_readers(
    address: str,
    *,
    readers: int,
    seconds: float,
    pages: Sequence[tuple[str, str]],
    filtered: tuple[str, str, Sequence[str]],
) -> tuple[list[float], int]:
    """Seconds of each click of so many readers at once, each with a click every 5 s, and how many
    clicks ended with an exception on the page.

    Half of the clicks change the filter (page, key, values), the others open one of `pages`.
    """

    async def read(number: int) -> tuple[list[float], int]:
        draw = random.Random(number)
        await asyncio.sleep(CLICK_SECONDS * number / readers)
        session = await open_session(address)
        page, key, values = filtered
        await session.open(page)
        await asyncio.sleep(CLICK_SECONDS)  # somebody who just came looks first
        clicks: list[float] = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            began = time.monotonic()
            if session.page == page and draw.random() < 0.5:
                clicks.append(await session.choose(key, draw.choice(values)))
            elif session.page != page and draw.random() < 0.5:
                clicks.append(await session.open(page))
            else:
                clicks.append(await session.open(*draw.choice(pages)))
            await asyncio.sleep(max(CLICK_SECONDS - (time.monotonic() - began), 0.0))
        await session.socket.close()
        return clicks, session.errors

    results = await asyncio.gather(*(read(number) for number in range(readers)))
    return [click for clicks, _ in results for click in clicks], sum(e for _, e in results)


async def reruns(address: str, page: str, key: str, values: Sequence[str], number: int) -> None:
    """So many reruns by one reader, as fast as they come back."""
    session = await open_session(address)
    await session.open(page)
    for k in range(number):
        await session.choose(key, values[k % len(values)])
    await session.socket.close()

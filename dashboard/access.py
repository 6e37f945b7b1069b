"""Who may see which page: roles by e-mail address, once a login is configured.

The login is Streamlit's own (OpenID Connect, `[auth]` in `.streamlit/secrets.toml`). Without one
everybody is on this machine and sees everything. Conversion is the founders'.
"""

import ipaddress
from collections.abc import Sequence
from typing import get_args

import streamlit as st
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from metrics.wording import list_words
from settings import Reader, Role, Settings

ALL: frozenset[Role] = frozenset(get_args(Role))
FOUNDERS: frozenset[Role] = frozenset({"founder"})
EDITORS: frozenset[Role] = frozenset({"editor", "founder"})

LOCAL_ONLY = (
    "No login is configured, so Table Stakes answers this machine only: see docs/access.md."
)


def is_login_configured() -> bool:
    """Whether Streamlit has a login to offer."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def problems(settings: Settings, *, has_login: bool, address: str | None) -> list[str]:
    """What keeps the app from starting: a line each, with how to mend it.

    address: what the server is told to listen on.
    """
    found = []
    if not has_login and not stays_here(address):
        found.append(
            "No login is configured, so the server must stay on this machine: set server.address "
            "to 127.0.0.1, or configure a login (docs/access.md)."
        )
    if settings.roles and not has_login:
        found.append(
            "TABLESTAKES_ROLES names readers, but no login tells who they are: add [auth] to "
            ".streamlit/secrets.toml (docs/access.md), or unset it."
        )
    if has_login and not settings.roles:
        found.append(
            "A login is configured, but TABLESTAKES_ROLES gives nobody a role: set it to "
            f"{Settings.model_fields['roles'].description}."
        )
    return found


def stays_here(address: str | None) -> bool:
    """Whether a server told to listen on this address (None: on all) is for this machine only.

    >>> stays_here("127.0.0.1"), stays_here("localhost"), stays_here(None), stays_here("10.0.0.7")
    (True, True, False, False)
    """
    if not address:
        return False
    return address == "localhost" or _is_loopback(address)


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or (mapped is not None and mapped.is_loopback)


class ThisMachineOnly:
    """Without a login nobody from elsewhere is let in, whichever server runs the app and whatever
    address that was told to listen on. A peer without an address came in by a socket."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 403, or closes the websocket, for a peer that is not this machine."""
        client = scope.get("client")
        if scope["type"] == "lifespan" or not client or not client[0] or _is_loopback(client[0]):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(LOCAL_ONLY, 403)(scope, receive, send)


def email() -> str | None:
    """The address of whoever is logged in, None of nobody. One that the provider says is not
    verified counts as none."""
    if not st.user.is_logged_in or st.user.get("email_verified") is False:
        return None
    address = st.user.get("email")
    return None if address is None else str(address).lower()


def roles(readers: Sequence[Reader]) -> frozenset[Role]:
    """The roles of whoever is here, one of the readers of the settings; none of somebody who is not
    logged in, or has none."""
    if not is_login_configured():
        return ALL
    given = {reader.email: reader.roles for reader in readers}
    return given.get(email() or "", frozenset())


def page(
    held: frozenset[Role], allowed: frozenset[Role], file: str, title: str, *, default: bool = False
) -> "st.Page":
    """A page for some roles. To others it is not in the navigation, and a link to it says why."""
    url_path = file.removesuffix(".py")
    if held & allowed:
        return st.Page(file, title=title, url_path=url_path, default=default)

    def refusal() -> None:
        if not held:
            _say_how_to_get_in()
            return
        st.title(title, anchor=False)
        st.warning(
            f"This page is for {list_words(sorted(f'{role}s' for role in allowed))}. You are "
            f"logged in as {email()}, {list_words(sorted(held))}."
        )

    # Known all the same: for an address that no page has Streamlit says that it does not exist.
    return st.Page(refusal, title=title, url_path=url_path, default=default, visibility="hidden")


def say_who(held: frozenset[Role]) -> None:
    """At the foot of the navigation: who is logged in, and a way out."""
    if held and is_login_configured():
        with st.sidebar:
            st.caption(f"Logged in as {email()}.")
            st.button("Log out", on_click=st.logout, type="tertiary", key="log-out")


def _say_how_to_get_in() -> None:
    st.title("Table Stakes", anchor=False)
    if not st.user.is_logged_in:
        st.write("Table Stakes is for its readers: log in to go on.")
        st.button("Log in", on_click=st.login, key="log-in")
        return
    who = email() or "somebody without a verified e-mail address"
    st.write(
        f"You are logged in as {who}, who has no role here. Whoever runs Table Stakes can give one "
        "with TABLESTAKES_ROLES."
    )
    st.button("Log out", on_click=st.logout, key="log-out")

"""Roles: what each sees, what a link to the rest says, and that without a login all stays here."""

import doctest

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.testing.v1 import AppTest

from dashboard import access
from settings import Reader, Settings
from tests.dashboard.conftest import Open
from tests.dashboard.said import pictures, text

ROLES = "anna@paper.org=founder bo@paper.org=writer,editor cy@paper.org=writer"
READERS = Settings(_env_file=None, roles=ROLES).roles


class User(dict[str, object]):
    """What Streamlit says of whoever is logged in."""

    is_logged_in = True


@pytest.fixture
def logged_in(monkeypatch: pytest.MonkeyPatch):
    """Somebody logs in, with these claims; nobody, without any."""

    def log_in(**claims: object) -> None:
        user = User(claims)
        user.is_logged_in = bool(claims)
        monkeypatch.setattr(access, "is_login_configured", lambda: True)
        monkeypatch.setattr(access.st, "user", user)
        monkeypatch.setenv("TABLESTAKES_ROLES", ROLES)

    return log_in


def test_without_a_login_everybody_is_on_this_machine_and_sees_everything() -> None:
    assert access.roles(()) == {"editor", "founder", "writer"}


def test_a_founder_sees_conversion(open_page: Open, database_url: str, logged_in) -> None:
    logged_in(email="Anna@Paper.org", email_verified=True)
    page = open_page(database_url, "funnel.py")
    assert not page.exception
    assert page.title[0].value == "Funnel"
    assert "No alert has been scored yet" in text(page)
    assert "Logged in as anna@paper.org." in text(page)


@pytest.mark.parametrize("name", ["funnel.py", "losses.py", "drivers.py", "cohorts.py"])
def test_a_writer_is_told_plainly_that_conversion_is_the_founders(
    open_page: Open, database_url: str, logged_in, name: str
) -> None:
    logged_in(email="cy@paper.org")
    page = open_page(database_url, name)
    assert not page.exception
    assert page.warning[0].value == (
        "This page is for founders. You are logged in as cy@paper.org, writer."
    )
    assert "POST /alerts/track" not in text(page)


def test_annotations_are_written_by_editors(open_page: Open, database_url: str, logged_in) -> None:
    logged_in(email="cy@paper.org")
    assert "This page is for editors and founders" in text(
        open_page(database_url, "annotations.py")
    )
    logged_in(email="bo@paper.org")
    assert "This page is for" not in text(open_page(database_url, "annotations.py"))


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({}, "log in to go on"),
        ({"email": "zoe@paper.org"}, "zoe@paper.org, who has no role here"),
        ({"email": "anna@paper.org", "email_verified": False}, "without a verified e-mail"),
        ({"sub": "1"}, "without a verified e-mail"),
    ],
)
def test_whoever_has_no_role_sees_nothing_and_is_told_so(
    open_page: Open, database_url: str, logged_in, claims: dict[str, object], said: str
) -> None:
    logged_in(**claims)
    page: AppTest = open_page(database_url)
    assert not page.exception
    assert said in text(page)
    assert len(page.button) == 1
    assert not pictures(page)


def test_pages_that_a_role_may_not_see_are_not_in_the_navigation() -> None:
    hidden = access.page(frozenset({"writer"}), access.FOUNDERS, "funnel.py", "Funnel")
    shown = access.page(frozenset({"founder"}), access.FOUNDERS, "funnel.py", "Funnel")
    assert (hidden.visibility, shown.visibility) == ("hidden", "visible")


def test_unsafe_settings_are_refused_at_start() -> None:
    none, some = Settings(_env_file=None), Settings(_env_file=None, roles=READERS)

    def said(settings: Settings, has_login: bool, address: str | None) -> str:
        return " ".join(access.problems(settings, has_login=has_login, address=address))

    assert said(none, False, "127.0.0.1") == said(some, True, None) == ""
    assert "must stay on this machine" in said(none, False, None)
    assert "must stay on this machine" in said(none, False, "tables.paper.org")
    assert "no login tells who they are" in said(some, False, "::1")
    assert "gives nobody a role" in said(none, True, "0.0.0.0")


@pytest.mark.parametrize(
    ("peer", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("::ffff:127.0.0.1", 200), ("10.0.0.7", 403), ("x", 403)],
)
def test_without_a_login_a_peer_from_elsewhere_gets_nothing(peer: str, status: int) -> None:
    async def talk(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.close()

    app = Starlette(
        routes=[
            Route("/", lambda _: PlainTextResponse("the numbers")),
            WebSocketRoute("/_stcore/stream", talk),
        ]
    )
    client = TestClient(access.ThisMachineOnly(app), client=(peer, 50_000))
    answer = client.get("/")
    assert answer.status_code == status
    if status == 200:
        with client.websocket_connect("/_stcore/stream"):
            pass
        return
    assert answer.text == access.LOCAL_ONLY
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/_stcore/stream"):
        pass


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(access).failed == 0


def test_readers_are_told_apart_by_address() -> None:
    assert READERS[1] == Reader(email="bo@paper.org", roles=frozenset({"writer", "editor"}))

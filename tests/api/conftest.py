"""The API as a server sees it, on a database of its own, at a fixed moment."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from starlette.testclient import TestClient

from api.app import State, create_app
from db.engine import Engine, create_engine
from settings import Settings
from tests.seeding import NOW, SETTINGS


@pytest.fixture
def open_client() -> Iterator[Callable[..., TestClient]]:
    """Makes clients of the API on an engine, with other settings or at another moment."""
    clients = []

    def make(
        engine: Engine | None, settings: Settings = SETTINGS, now: datetime = NOW, **options: object
    ) -> TestClient:
        app = create_app(State(settings, engine, lambda: now))
        # A failure must come out as an answer, as it does from a server.
        client = TestClient(app, raise_server_exceptions=False, **options)  # type: ignore[arg-type]
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def client(open_client: Callable[..., TestClient], engine: Engine) -> TestClient:
    """The API without keys, asked from this machine."""
    return open_client(engine)


@pytest.fixture
def unreachable() -> Iterator[Engine]:
    """An engine on a database that is not there: what it answers with needs none."""
    engine = create_engine("postgresql://nobody@127.0.0.1:9/none")
    yield engine
    engine.dispose()


@pytest.fixture
def offline_client(open_client: Callable[..., TestClient], unreachable: Engine) -> TestClient:
    """The API without keys and without a database."""
    return open_client(unreachable)

"""What the routes share: settings, clock, and the engine once the database is open."""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request

from api.gathering import Gathering
from api.problems import ProblemError
from db.alert_writes import PostOutcome
from db.engine import Engine
from settings import Settings


def utc_now() -> datetime:
    """The clock of a running server."""
    return datetime.now(UTC)


class State:
    """`engine` is set by whoever opened the database; before that the API says it is starting."""

    def __init__(
        self,
        settings: Settings,
        engine: Engine | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.settings = settings
        self.engine = engine
        self.now = now
        self.alert_posts: Gathering[list[object], PostOutcome] = Gathering()


def _state(request: Request) -> State:
    state: State = request.app.state.table_stakes
    return state


def _engine(request: Request) -> Engine:
    engine = _state(request).engine
    if engine is None:
        raise ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE, "Table Stakes is starting.", {"Retry-After": "5"}
        )
    return engine


def _now(request: Request) -> datetime:
    return _state(request).now()


AppState = Annotated[State, Depends(_state)]
Database = Annotated[Engine, Depends(_engine)]
Now = Annotated[datetime, Depends(_now)]

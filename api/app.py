"""The HTTP API: as a service of its own (`uvicorn api.app:app`), or as routes of another one.

Parse, call `db`, serialise; nothing is computed here. Everything but the health paths needs a key
once any is configured.
"""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route

from api import alerts, digests, docs, drops, facts, health, models, scans, watches
from api.problems import MEDIA_TYPE, answer_with_problems
from api.state import State
from db import migrate
from db.engine import DatabaseUnusableError, check_database, open_database
from settings import SettingsError, load_settings

__all__ = ["State", "create_app", "create_routes"]

ROUTERS = (
    watches.router,
    facts.router,
    drops.router,
    scans.router,
    alerts.router,
    digests.leaving,
    digests.router,
    health.router,
    docs.router,
)

# Below these everything is the API's, so that a mistyped path is a 404 and not somebody's page.
OWN_FOLDERS = ("/chat", "/drops", "/alerts", "/conversion", "/digests")

DESCRIPTION = (
    "Scarcity, timing and market numbers from restaurant-reservation drops. Times are ISO-8601 in "
    "UTC, dates are local to their market, undefined numbers are null, and errors are "
    "application/problem+json. Where keys are configured, send one: Authorization: Bearer <key>."
)


def create_app(state: State) -> FastAPI:
    """The API on a state whose engine somebody sets. Its routes answer 503 until then."""
    app = FastAPI(
        title="Table Stakes API",
        description=DESCRIPTION,
        openapi_url=None,
        redirect_slashes=False,
        responses={"default": {"model": models.ProblemDetails, "content": {MEDIA_TYPE: {}}}},
    )
    app.state.table_stakes = state
    for router in ROUTERS:
        app.include_router(router)
    answer_with_problems(app)
    return app


def create_routes(state: State) -> list[BaseRoute]:
    """The API as routes for another ASGI application, at their exact paths."""
    api = create_app(state)
    paths = [
        route.path for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)
    ]
    folders = [f"{folder}/{{rest:path}}" for folder in OWN_FOLDERS]
    return [Route(path, endpoint=api) for path in (*paths, *folders)]


def _standalone_app() -> FastAPI:
    try:
        state = State(load_settings())
    except SettingsError as error:
        raise SystemExit(f"Table Stakes cannot start with these settings.\n{error}") from None
    try:
        check_database(state.settings)
    except DatabaseUnusableError as error:
        raise SystemExit(f"Table Stakes cannot start. {error}") from None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        parts = ExitStack()

        def start() -> None:
            state.engine = parts.enter_context(open_database(state.settings))
            migrate.upgrade(state.engine)

        try:
            await to_thread.run_sync(start)
            yield
        finally:
            await to_thread.run_sync(parts.close)

    app = create_app(state)
    app.router.lifespan_context = lifespan
    return app


def __getattr__(name: str) -> FastAPI:
    """`app` is made when a server asks for it: who only takes the routes reads no settings here."""
    if name == "app":
        return _standalone_app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

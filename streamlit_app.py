"""Everything in one process: pages, HTTP API and timer, on a database that is ready to use.

`streamlit run streamlit_app.py` and `uvicorn streamlit_app:app` both start it, and one Ctrl-C or
SIGTERM stops all of it. A second one on the same data joins the same database; of two timers the
one that holds the database's lock works.
"""

import gc
import importlib
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import streamlit as st
from anyio import to_thread
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from api.app import State, create_routes
from dashboard import access, chart_library
from db import embedded, migrate
from db.engine import DatabaseUnusableError, check_database, open_database
from pipeline.jobs import Timer
from pipeline.simulate import load_demo
from settings import SettingsError, load_settings

HEAVY_MODULES = ("pandas", "plotly.io.json", "pyarrow", "scipy.stats", "charts.printing")

try:
    settings = load_settings()
except SettingsError as error:
    raise SystemExit(f"Table Stakes cannot start with these settings.\n{error}") from None

has_login = access.is_login_configured()
problems = access.problems(settings, has_login=has_login, address=st.get_option("server.address"))
if problems:
    raise SystemExit("Table Stakes cannot start like this.\n" + "\n".join(problems))

try:
    check_database(settings)
except DatabaseUnusableError as error:
    raise SystemExit(f"Table Stakes cannot start. {error}") from None

state = State(settings)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Blocking work runs on a thread of its own, so that the event loop stays free."""
    parts = ExitStack()
    try:
        await to_thread.run_sync(start, parts)
        yield
    finally:
        await to_thread.run_sync(parts.close)


def start(parts: ExitStack) -> None:
    """Database, schema, demo data, timer; what `parts` then undoes in the opposite order."""
    parts.callback(embedded.release_all)
    engine = parts.enter_context(open_database(settings))
    migrate.upgrade(engine)
    if settings.demo and settings.database_url is None:
        load_demo(engine, settings, datetime.now(UTC), note=partial(print, flush=True))
    state.engine = engine
    timer = Timer(engine, settings)
    timer.start()
    parts.callback(timer.stop)
    keep_collector_from_the_libraries()


def keep_collector_from_the_libraries() -> None:
    """Streamlit collects garbage after reruns: without this, a million objects that never die."""
    for module in HEAVY_MODULES:
        importlib.import_module(module)
    gc.collect()
    gc.freeze()


app = st.App(
    Path(__file__).resolve().with_name("dashboard") / "main.py",
    lifespan=lifespan,
    routes=[*create_routes(state), chart_library.create_route()],
    middleware=[
        *([] if has_login else [Middleware(access.ThisMachineOnly)]),
        Middleware(chart_library.PreloadCharts),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=3),
    ],
)

"""What every test may ask for: an empty migrated database of its own, the shared data, a browser.

The server is the embedded PostgreSQL 18 in a temporary folder, unless the environment says
`TEST_POSTGRES=15` (binaries as Debian installs them) or `TEST_DATABASE_URL=postgresql://…` (any
server whose user may create databases; `DATABASE_URL` is never used, so no real data are at risk).
Each test gets a clone of a database that was migrated once, and filled once if the test is marked
with a world.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from db import embedded, migrate
from db.engine import Engine, create_engine
from settings import PROJECT_DIR
from tests.databases import clone, drop_ended, execute, name_of, on_database

hypothesis_settings.register_profile(
    "suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("suite")

# A test's data need not survive a power cut.
FAST_AND_UNSAFE = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
}
SHARED_MEMORY = Path("/dev/shm")
ROOM = 4 << 30  # bytes


@pytest.fixture(scope="session", autouse=True)
def _environment_of_the_suite() -> Iterator[None]:
    """Settings of whoever runs the tests must not reach into them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name == "DATABASE_URL" or name.startswith("TABLESTAKES_"):
                patch.delenv(name)
        yield


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A database on the suite's server to create others from."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given.replace("postgresql+psycopg://", "postgresql://", 1)
        return
    folder = Path(tempfile.mkdtemp(prefix="tablestakes-tests-", dir=_roomy_memory()))
    try:
        server = embedded.start_server(folder, bin_dir=_binaries(), options=FAST_AND_UNSAFE)
        yield server.url
        embedded.release_server(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _roomy_memory() -> Path | None:
    """Where files live in memory, if there is room for the databases: files by the thousand come
    and go here ten times as fast as on a disk."""
    if SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free >= ROOM:
        return SHARED_MEMORY
    return None


def _binaries() -> Path | None:
    version = os.environ.get("TEST_POSTGRES")
    if not version:
        return None
    binaries = Path(f"/usr/lib/postgresql/{version}/bin")
    if not (binaries / "initdb").exists():
        pytest.exit(
            f"TEST_POSTGRES={version}, but {binaries} holds no PostgreSQL: "
            f"install Debian's postgresql-{version}, or unset it.",
            returncode=1,
        )
    return binaries


@pytest.fixture(scope="session")
def _template(server_url: str, testrun_uid: str, worker_id: str) -> Iterator[str]:
    """The name of a migrated database with nothing in it."""
    name = f"tablestakes_{testrun_uid[:12]}_{worker_id}"
    execute(server_url, "CREATE DATABASE {}", name)
    try:
        engine = create_engine(on_database(server_url, name))
        migrate.upgrade(engine)
        engine.dispose()
        yield name
    finally:
        drop_ended(server_url)
        execute(server_url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def world_template(server_url: str, _template: str) -> Iterator[Callable[[str], str]]:
    """The name of a database that holds one of `tests.worlds`, made when it is first asked for."""
    names: dict[str, str] = {}
    with ExitStack() as kept:

        def template(world: str) -> str:
            # Imported where it is used: most tests need no world, and start sooner without.
            from tests.worlds import WORLDS

            if world not in names:
                url = kept.enter_context(clone(server_url, _template))
                with _engine_on(url) as engine:
                    WORLDS[world](engine)
                names[world] = name_of(url)
            return names[world]

        yield template


@pytest.fixture
def database_url(server_url: str, _template: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated database that only this test uses: empty, or with the world that the
    test is marked with."""
    template = _template
    if world := request.node.get_closest_marker("world"):
        template = request.getfixturevalue("world_template")(*world.args)
    with clone(server_url, template) as url:
        yield url


@pytest.fixture(scope="session")
def demo_url(server_url: str, _template: str) -> Iterator[str]:
    """Four simulated weeks, loaded once, to be read."""
    # Imported where it is used: most tests need no pages' world, and start sooner without.
    from tests.dashboard.worlds import load_demo_like

    with clone(server_url, _template) as url:
        load_demo_like(url)
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on `database_url`."""
    with _engine_on(database_url) as engine:
        yield engine


@pytest.fixture
def other(database_url: str) -> Iterator[Engine]:
    """A second engine on `database_url`, as another process would have."""
    with _engine_on(database_url) as engine:
        yield engine


@contextmanager
def _engine_on(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of published inputs and expected outputs beside the project."""
    folder = PROJECT_DIR.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"the shared data are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def require_browser() -> str:
    """The path of a Chromium; where there is none the test is skipped, or fails in the checks."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    reason = "no Chromium found: install Debian's chromium, or Google Chrome"
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(reason)
    pytest.skip(reason)

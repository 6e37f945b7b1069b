"""How a process gets its database: the engine, from `DATABASE_URL` or from the embedded server.

Sessions are in UTC whatever the server's or the user's zone is. Accepts libpq URLs
(`postgresql://…`, `postgres://…`, several hosts, sockets) and SQLAlchemy's `postgresql+psycopg://…`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine

from db import embedded
from settings import Settings

__all__ = [
    "Connection",
    "Engine",
    "check_database",
    "create_engine",
    "database_url",
    "open_database",
]

APPLICATION_NAME = "tablestakes"
OLDEST_SERVER_VERSION = 150_000


class DatabaseUnusableError(Exception):
    """The server does not answer or is older than PostgreSQL 15; the text says what to do."""


def database_url(settings: Settings) -> str:
    """The URL to connect to; starts or joins the embedded server when none is configured."""
    if settings.database_url is not None:
        return settings.database_url.get_secret_value()
    return embedded.start_server(settings.data_dir).url


def create_engine(database: Settings | str, **options: Any) -> Engine:
    """An engine on the database of the settings, or of a URL; `options` go to SQLAlchemy."""
    url = database_url(database) if isinstance(database, Settings) else database
    engine = sa.create_engine(
        "postgresql+psycopg://",
        connect_args=_connect_arguments(url),
        **{"pool_pre_ping": True, **options},
    )
    sa.event.listen(engine, "connect", _use_utc)
    return engine


@contextmanager
def open_database(settings: Settings) -> Iterator[Engine]:
    """The engine while the block runs; afterwards the embedded server is let go of, too.

    Raises `DatabaseUnusableError` or, for the embedded server, `EmbeddedDatabaseError`.
    """
    engine = create_engine(settings)
    try:
        _check_server(engine)
        yield engine
    finally:
        engine.dispose()
        if settings.database_url is None:
            embedded.release_server(settings.data_dir)


def check_database(settings: Settings) -> None:
    """Raises `DatabaseUnusableError` where a configured server cannot be used; the embedded one is
    not started for it. For entry points, which say so before any part of them runs."""
    if settings.database_url is not None:
        with open_database(settings):
            pass


def _check_server(engine: Engine) -> None:
    try:
        with engine.connect() as connection:
            version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    except sa.exc.OperationalError as error:
        raise DatabaseUnusableError(
            f"The database does not answer: {' '.join(str(error.orig).split())} Start it, mend "
            "DATABASE_URL, or unset that to use the embedded one."
        ) from error
    if version < OLDEST_SERVER_VERSION:
        raise DatabaseUnusableError(
            f"The database runs PostgreSQL {version // 10_000}; Table Stakes needs "
            f"{OLDEST_SERVER_VERSION // 10_000} or newer. Point DATABASE_URL at a newer server, or "
            "unset it to use the embedded one."
        )


def _connect_arguments(url: str) -> dict[str, Any]:
    """What psycopg is to be called with. libpq reads its own URLs, so all of its forms work."""
    defaults = {"application_name": APPLICATION_NAME, "connect_timeout": 10}
    if url.startswith("postgresql+psycopg://"):
        parsed = sa.make_url(url)
        _, given = parsed.get_dialect()().create_connect_args(parsed)
        return {**defaults, **given}
    return {**defaults, **conninfo_to_dict(url)}


def _use_utc(dbapi_connection: Any, _record: object) -> None:
    """Set when connecting and outside a transaction, so that no rollback undoes it."""
    asked_for = dbapi_connection.autocommit
    dbapi_connection.autocommit = True
    dbapi_connection.execute("SET TIME ZONE 'UTC'")
    dbapi_connection.autocommit = asked_for

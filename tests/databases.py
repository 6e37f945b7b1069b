"""Databases of the tests: copies of one that was filled once, made in hundredths of a second."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

_numbers = itertools.count(1)
# A database is dropped when the next one ends: by then the server has seen its last connections
# close. At once, it would look for them again a tenth of a second later, each time.
_ended: list[str] = []


@contextmanager
def clone(server_url: str, template: str) -> Iterator[str]:
    """The URL of a copy of the database of that name, to which nobody is connected."""
    name = f"{template}_{next(_numbers)}"
    # A server that flushes nothing copies files faster than it writes their pages to its log.
    execute(server_url, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
    try:
        yield on_database(server_url, name)
    finally:
        drop_ended(server_url)
        _ended.append(name)


def drop_ended(server_url: str) -> None:
    """Drops the copies whose tests are over."""
    while _ended:
        execute(server_url, "DROP DATABASE {} WITH (FORCE)", _ended.pop())


def on_database(server_url: str, name: str) -> str:
    """The URL of a database on the server."""
    return urlsplit(server_url)._replace(path=f"/{name}").geturl()


def name_of(url: str) -> str:
    """The name of the database that an URL leads to."""
    return urlsplit(url).path.lstrip("/")


def execute(server_url: str, statement: str, *names: str) -> None:
    """Runs a statement with these names in it, outside a transaction."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

"""Brings a database to the newest schema, and says whether it is there."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

MIGRATIONS_DIR = Path(__file__).with_name("migrations")

# Any number, as long as no other advisory lock of this project uses it: "tsmigrat" in ASCII.
LOCK_KEY = 0x74736D6967726174


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrates up to `revision`, in one transaction: it is all there, or nothing of it is.

    Processes that start together queue up behind one another; the later ones find nothing to do.
    """
    with engine.begin() as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def current_revision(engine: Engine) -> str | None:
    """The revision the database is at; `None` for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    """The newest revision there is; `None` while there is none."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def is_current(engine: Engine) -> bool:
    """Whether the database is at the newest revision, neither behind it nor ahead of it."""
    return current_revision(engine) == head_revision()


def _config() -> Config:
    config = Config()
    # Alembic reads its options through ConfigParser, to which a bare % is an error.
    config.set_main_option("script_location", str(MIGRATIONS_DIR).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config

"""What Alembic runs around the version scripts.

`db.migrate` hands over its connection; the `alembic` command finds the database by the settings.
"""

from alembic import context
from sqlalchemy import Connection

from db.engine import open_database
from db.schema import metadata
from settings import load_settings


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with open_database(load_settings()) as engine, engine.begin() as opened:
        run(opened)

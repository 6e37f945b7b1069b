"""One partition a day: made before it is written to, dropped as a whole when its day is sealed."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, Engine, text

from db.queries import run
from db.schema import drop_events, scans

PARTITIONED = {drop_events.name: "opened_date", scans.name: "scanned_date"}


def partition_name(table: str, day: date) -> str:
    return f"{table}_{day:%Y%m%d}"


def days_to_make(connection: Connection, days: Iterable[date]) -> list[date]:
    """Those of the days that lack a partition and are not sealed. Takes no locks."""
    wanted = {"days": list(days), "tables": list(PARTITIONED)}
    return list(run(connection, "days_to_make", **wanted).scalars())


def make_days(engine: Engine, days: Iterable[date]) -> None:
    """Makes the days' rows in `opened_days` and their missing partitions.

    One short transaction a day, so that no lock is held while another is waited for. A day that is
    sealed stays without partitions. To be called for `days_to_make` only: a day that is written to
    would have to be waited for. Attaching a table takes a lock that lets readers and writers of
    the parent go on; `CREATE TABLE … PARTITION OF` would stop them.
    """
    for day in sorted(set(days)):
        with engine.begin() as connection:
            run(connection, "note_day", day=day)
            sealed_at = run(connection, "lock_day", day=day).scalar_one()
            if sealed_at is None and not _has_all(connection, day):
                for table in PARTITIONED:
                    _attach(connection, table, day)


def drop_day(connection: Connection, day: date) -> None:
    """Prunes a day: constant time, whatever its size. Needs `lock_timeout` set by the caller."""
    for table in PARTITIONED:
        # DDL takes no bind parameters; the name is made here, from a table's name and a date.
        connection.execute(text(f"DROP TABLE IF EXISTS {partition_name(table, day)}"))


def partition_exists(connection: Connection, table: str, day: date) -> bool:
    return bool(
        connection.scalar(
            text("SELECT to_regclass(:name) IS NOT NULL"), {"name": partition_name(table, day)}
        )
    )


def analyze_days(connection: Connection, days: Iterable[date]) -> None:
    """Tells the planner what is in the days' partitions after a large batch came in: of what rows
    are looked up by, for all columns take three times as long."""
    for day in sorted(days):
        name = partition_name(drop_events.name, day)
        connection.execute(
            text(f"ANALYZE {name} (venue_id, opened_date, slot_id, opened_at, is_end, batch_id)")
        )


def _has_all(connection: Connection, day: date) -> bool:
    return all(partition_exists(connection, table, day) for table in PARTITIONED)


def _attach(connection: Connection, table: str, day: date) -> None:
    # DDL takes no bind parameters; both values are made here, from a table's name and a date.
    name, column = partition_name(table, day), PARTITIONED[table]
    connection.execute(
        text(
            f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL, "
            f"CONSTRAINT {name}_day CHECK ({column} = DATE '{day.isoformat()}'))"
        )
    )
    connection.execute(
        text(f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES IN ('{day.isoformat()}')")
    )
    connection.execute(text(f"ALTER TABLE {name} DROP CONSTRAINT {name}_day"))

"""The migrations make the tables that the metadata describe, and days become partitions of them."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from db import scan_writes
from db.partitions import days_to_make, make_days, partition_exists
from db.queries import query, run
from db.schema import drop_events, metadata
from db.writes import LARGE_BATCH
from pipeline.tick import tick
from tests.factories import (
    SETTINGS,
    at,
    closed,
    deliver,
    deliver_scans,
    execute,
    new_drop,
    read,
    scan,
)

DAY = date(2026, 11, 20)


def is_ours(_object, name, kind, *_):
    return kind != "table" or name != "alembic_version"


def test_the_migrations_equal_the_metadata(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "include_object": is_ours,
            },
        )
        assert compare_metadata(context, metadata) == []


def test_raw_tables_are_partitioned_by_their_day(engine):
    keys = {
        row["name"]: row["key"]
        for row in read(
            engine,
            "SELECT partrelid::regclass::text AS name, pg_get_partkeydef(partrelid) AS key "
            "FROM pg_partitioned_table",
        )
    }
    assert keys == {"drop_events": "LIST (opened_date)", "scans": "LIST (scanned_date)"}


def test_every_key_of_a_distributed_table_begins_with_the_venue():
    for name in ("drop_events", "drop_rollup", "venue_metrics", "venue_rolling_metrics"):
        assert next(iter(metadata.tables[name].primary_key.columns)).name == "venue_id"


def test_a_day_is_made_once_and_stays_away_once_it_is_sealed(engine):
    make_days(engine, [DAY, DAY])
    make_days(engine, [DAY])
    with engine.connect() as connection:
        assert partition_exists(connection, drop_events.name, DAY)
        assert days_to_make(connection, [DAY]) == []
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE opened_days SET sealed_at = now()"))
        connection.execute(sa.text("DROP TABLE drop_events_20261120, scans_20261120"))
    make_days(engine, [DAY])
    with engine.connect() as connection:
        assert not partition_exists(connection, drop_events.name, DAY)
        assert days_to_make(connection, [DAY]) == []


def test_a_drop_ends_at_most_once_whatever_is_tried(engine):
    deliver(
        engine,
        new_drop(at("2026-11-20 12:00")),
        closed(at("2026-11-20 12:01"), at("2026-11-20 12:00")),
    )
    with engine.begin() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(
            sa.text("INSERT INTO drop_events SELECT * FROM drop_events WHERE is_end")
        )


def test_aggregating_a_small_batch_reads_its_own_rows_of_its_own_days(engine):
    """By the index of the batch, in the partitions it wrote to, and its cells by their key, however
    much lies beside them."""
    moment = at("2026-11-18 12:00")
    kept = [
        new_drop(
            moment + timedelta(days=number % 3), venue_id=f"v{number % 500}", slot_id=str(number)
        )
        for number in range(LARGE_BATCH + 2)
    ]
    deliver(engine, *kept)
    tick(engine, SETTINGS, moment)
    execute(engine, "ANALYZE drop_rollup")
    small = deliver(engine, new_drop(moment, slot_id="small"))
    of_batch = {"batch_ids": [small.batch_id], "seen_batch_ids": [], "dates": [moment.date()]}
    with engine.connect() as connection:
        assert scanned(connection, "group_batches", **of_batch) == (
            {"drop_events_20261118"},
            {"drop_events_20261118_batch_id_idx"},
        )
        run(connection, "group_batches", **of_batch)
        connection.execute(sa.text("ANALYZE added_cells"))
        assert scanned(connection, "merge_rollup") == (
            {"added_cells", "drop_rollup"},
            {"drop_rollup_pkey"},
        )


def test_a_large_delivery_of_scans_reads_each_of_its_rows_a_few_times_and_not_each_for_each(
    engine, monkeypatch
):
    rows_read = {}

    def counted(connection, name, **parameters):
        result = run(connection, name, **parameters)
        rows_read[name] = connection.scalar(
            sa.text(
                "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_all_tables "
                "WHERE relname = 'staged_scans'"
            )
        )
        return result

    monkeypatch.setattr(scan_writes, "run", counted)
    number = scan_writes.MANY_SCANS + 1
    first = at("2026-11-18 12:00")
    deliver(engine, new_drop(first))
    looks = deliver_scans(engine, *(scan(first + timedelta(minutes=n)) for n in range(number)))
    assert looks.accepted == number
    assert number <= rows_read["reject_invalid_scans"] < 5 * number


def scanned(connection, name, **parameters):
    """The tables that a statement would read, and the indexes that it would read them by."""
    statement = sa.text("EXPLAIN (FORMAT JSON) " + query(name).text)
    plan = connection.execute(statement, parameters).scalar_one()
    scans = [node for node in nodes(plan[0]["Plan"]) if "Scan" in node["Node Type"]]
    return (
        {node["Relation Name"] for node in scans if "Relation Name" in node},
        {node["Index Name"] for node in scans if "Index Name" in node},
    )


def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)

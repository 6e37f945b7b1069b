"""What the aggregate is held against: the same group-by in DuckDB, and the usual way in Python.

`python -m bench.yardsticks FOLDER`, after `bench.workload events FOLDER` wrote `raw.csv` there.
"""

import argparse
import json
import statistics
import time
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import DeclarativeBase, Session
from tqdm import tqdm

from db.engine import Engine, open_database
from db.schema import drop_events, drop_rollup
from settings import Settings

DUCKDB_THREADS = 2
DUCKDB_RUNS = 5
LEAST_SAMPLE = 20_000  # events, rounded up to whole venue-days

LOAD = """
CREATE TABLE raw AS
SELECT * FROM read_csv($path, header = false, columns = {
    venue_id: 'VARCHAR', opened_date: 'DATE', slot_date: 'DATE', slot_hour: 'SMALLINT',
    party_size: 'SMALLINT', event_type: 'VARCHAR', opened_minute: 'SMALLINT',
    open_seconds: 'INTEGER', opened_at: 'TIMESTAMPTZ', occurred_at: 'TIMESTAMPTZ'})
"""

GROUP = """
CREATE OR REPLACE TABLE cells AS
SELECT venue_id, opened_date, slot_date, slot_hour, party_size,
    list(opened_minute) FILTER (event_type = 'NEW_DROP') AS opened_minutes,
    list(open_seconds) FILTER (event_type = 'CLOSED') AS closed_seconds,
    list((epoch_ms(occurred_at) // 60_000)::INTEGER)
        FILTER (event_type = 'CLOSED') AS closed_minutes,
    list(open_seconds) FILTER (event_type = 'EXPIRED') AS censored_seconds,
    list(((epoch_ms(opened_at) // 1000 + open_seconds) // 60)::INTEGER)
        FILTER (event_type = 'EXPIRED') AS censored_minutes
FROM raw
GROUP BY ALL
"""


class Base(DeclarativeBase):
    """Of the baseline's mapped classes."""


class Event(Base):
    """A raw event as an object."""

    __table__ = drop_events


def measure_duckdb(path: Path) -> dict[str, Any]:
    """Seconds of the group-by over columns that are in DuckDB's memory already."""
    duck = duckdb.connect(config={"threads": DUCKDB_THREADS})
    duck.execute(LOAD, {"path": str(path)})
    seconds = []
    for _ in tqdm(range(DUCKDB_RUNS), desc="DuckDB", disable=None):
        began = time.perf_counter()
        duck.execute(GROUP)
        seconds.append(time.perf_counter() - began)
    rows = duck.execute("SELECT count(*) FROM raw").fetchone()
    cells = duck.execute("SELECT count(*) FROM cells").fetchone()
    assert rows is not None
    assert cells is not None
    return {
        "duckdb_seconds": statistics.median(seconds),
        "duckdb_rows": rows[0],
        "cells": cells[0],
    }


def measure_baseline(engine: Engine) -> dict[str, Any]:
    """Events a second through objects, a dictionary and one upsert a cell, in one transaction.

    It fills the cells of whole venue-days, taken out of the rollup before (and rolled back after).
    """
    with Session(engine) as session:
        day, venue_ids = _sample(session)
        chosen = (Event.opened_date == day) & Event.venue_id.in_(venue_ids)
        session.execute(
            delete(drop_rollup).where(
                drop_rollup.c.opened_date == day, drop_rollup.c.venue_id.in_(venue_ids)
            )
        )
        began = time.perf_counter()
        events = session.scalars(select(Event).where(chosen)).all()
        cells: dict[tuple[Any, ...], dict[str, list[int]]] = defaultdict(
            lambda: {
                "opened_minutes": [],
                "closed_seconds": [],
                "closed_minutes": [],
                "censored_seconds": [],
                "censored_minutes": [],
            }
        )
        for event in events:
            cell = cells[
                event.venue_id,
                event.opened_date,
                event.slot_date,
                event.slot_hour,
                event.party_size,
            ]
            if event.event_type == "NEW_DROP":
                cell["opened_minutes"].append(event.opened_minute)
            elif event.event_type == "CLOSED":
                cell["closed_seconds"].append(event.open_seconds)
                cell["closed_minutes"].append(int(event.occurred_at.timestamp()) // 60)
            else:
                cell["censored_seconds"].append(event.open_seconds)
                known_open_until = int(event.opened_at.timestamp()) + event.open_seconds
                cell["censored_minutes"].append(known_open_until // 60)
        keys = ("venue_id", "opened_date", "slot_date", "slot_hour", "party_size")
        for key, cell in tqdm(cells.items(), desc="baseline", unit=" cells", disable=None):
            upsert = insert(drop_rollup).values(**dict(zip(keys, key, strict=True)), **cell)
            session.execute(
                upsert.on_conflict_do_update(
                    index_elements=keys,
                    set_={name: drop_rollup.c[name] + upsert.excluded[name] for name in cell},
                )
            )
        session.flush()
        seconds = time.perf_counter() - began
        session.rollback()
    return {"baseline_events": len(events), "baseline_seconds": seconds}


def _sample(session: Session) -> tuple[date, list[str]]:
    """The largest day that is not sealed, and venues of it with enough events."""
    day = session.scalars(
        select(Event.opened_date).group_by(Event.opened_date).order_by(func.count().desc()).limit(1)
    ).one()
    venue_ids: list[str] = []
    events = 0
    for venue_id, count in session.execute(
        select(Event.venue_id, func.count())
        .where(Event.opened_date == day)
        .group_by(Event.venue_id)
        .order_by(Event.venue_id)
    ):
        venue_ids.append(venue_id)
        events += count
        if events >= LEAST_SAMPLE:
            break
    return day, venue_ids


def main() -> None:
    """Measures both and prints the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    settings = Settings(_env_file=None, database_url=None, data_dir=options.folder / "database")
    measured = measure_duckdb(options.folder / "raw.csv")
    with open_database(settings) as engine:
        measured |= measure_baseline(engine)
    print(json.dumps(measured))


if __name__ == "__main__":
    main()

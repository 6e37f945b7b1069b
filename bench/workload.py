"""The product at work, measured from inside a process of its own that does nothing else.

`python -m bench.workload events FOLDER` takes in, aggregates, ticks, proves and prunes what
`bench.worlds` wrote there; `year FOLDER` and `office FOLDER` rebuild every derived table. Each
prints its measurements as one JSON object. The database is a fresh embedded one in FOLDER, with
the product's own settings.
"""

import argparse
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from tqdm import tqdm

from bench.written import LOTS, read_written
from db import migrate, seals
from db.engine import Engine, open_database
from db.rollups import aggregate_batches
from db.schema import drop_events, market_spans, market_starts
from db.scores import DELIVERY_TIME, full_hour
from db.work import exclusive, snapshot
from pipeline import tick as ticking
from pipeline.ingest import ingest_file
from settings import PROJECT_DIR, Settings

OFFICE = PROJECT_DIR.parent / "shared" / "data" / "office_2021w28-29"
OFFICE_NOW = datetime(2021, 7, 26, tzinfo=UTC)
RAW_EVENTS = """
COPY (SELECT venue_id, opened_date, slot_date, slot_hour, party_size, event_type, opened_minute,
    open_seconds, opened_at, occurred_at FROM drop_events) TO STDOUT (FORMAT csv)
"""


@dataclass
class Stopwatch:
    """Wall seconds of every call of what it was put around, in order."""

    seconds: list[float] = field(default_factory=list)
    started: list[float] = field(default_factory=list)

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, timed."""

        def timed(*arguments: Any, **named: Any) -> Any:
            with self.running():
                return function(*arguments, **named)

        return timed

    @contextmanager
    def running(self) -> Iterator[None]:
        """Times the block."""
        self.started.append(time.perf_counter())
        try:
            yield
        finally:
            self.seconds.append(time.perf_counter() - self.started[-1])

    @property
    def median(self) -> float:
        """Of all calls."""
        return statistics.median(self.seconds)

    @property
    def last(self) -> float:
        """Of the last call."""
        return self.seconds[-1]


def peak_rss_mb() -> float:
    """Most memory this process ever had in RAM. (Linux's `ru_maxrss` may be its parent's.)"""
    try:
        status = Path("/proc/self/status").read_text()
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS: bytes
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) / 1024


def measure_events(engine: Engine, settings: Settings, folder: Path) -> dict[str, Any]:
    """Ingest, aggregate, ticks, proof and prune."""
    written = read_written(folder)
    after = written.ends_at + timedelta(minutes=1)
    measured: dict[str, Any] = {}

    _ingest(engine, settings, folder / "venues.parquet", after)
    watch = Stopwatch()
    with watch.running():
        _ingest(engine, settings, folder / "drops.parquet", after, written.events)
    measured["ingest_seconds"] = watch.last
    measured["rss_after_ingest_mb"] = peak_rss_mb()

    _checkpoint(engine)
    with watch.running(), exclusive(engine), snapshot(engine) as connection:
        aggregate_batches(connection, after, poll_interval_seconds=settings.poll_interval_seconds)
    measured["aggregate_seconds"] = watch.last
    _checkpoint(engine)

    last_event_at = _last_event_at(engine)
    with watch.running():
        ticking.tick(engine, settings, last_event_at)
    measured["first_score_seconds"] = watch.last
    measured["rss_after_score_mb"] = peak_rss_mb()

    measured["ticks"] = list(_ticks(engine, settings, folder))
    measured["rss_after_ticks_mb"] = peak_rss_mb()
    _write_raw(engine, folder / "raw.csv")
    measured["seals"] = list(_seals(engine, settings, after + timedelta(days=15)))
    measured["peak_rss_mb"] = peak_rss_mb()
    return measured


def _ticks(engine: Engine, settings: Settings, folder: Path) -> Iterator[dict[str, Any]]:
    """A whole `tick` for each lot of 1,000 new events; `is_new_hour`: it looked an hour further."""
    hour = full_hour(_last_event_at(engine) - DELIVERY_TIME)
    for lot in tqdm(range(LOTS), desc="ticks", disable=None):
        _ingest(engine, settings, folder / f"lot-{lot}.parquet", read_written(folder).ends_at)
        now = _last_event_at(engine, raw=True)
        whole, aggregate, score = Stopwatch(), Stopwatch(), Stopwatch()
        with (
            patch.object(ticking, "aggregate_batches", aggregate.around(ticking.aggregate_batches)),
            patch.object(ticking, "score", score.around(ticking.score)),
            whole.running(),
        ):
            result = ticking.tick(engine, settings, now)
        yield {
            "seconds": whole.last,
            "aggregate_seconds": aggregate.last,
            "score_seconds": score.last,
            "venues": result.venues_scored,
            "is_new_hour": hour != full_hour(now - DELIVERY_TIME),
        }
        hour = full_hour(now - DELIVERY_TIME)


def _seals(engine: Engine, settings: Settings, now: datetime) -> Iterator[dict[str, Any]]:
    """Seals the three largest days whose slots are past; prune is DROP to the end of COMMIT."""
    prove, drop = Stopwatch(), Stopwatch()
    with engine.connect() as connection:
        days = connection.execute(
            sa.select(drop_events.c.opened_date, sa.func.count().label("rows"))
            .group_by(drop_events.c.opened_date)
            .order_by(sa.desc("rows"))
            .limit(3)
        ).all()
    with (
        patch.object(seals, "_prove", prove.around(seals._prove)),
        patch.object(seals, "drop_day", drop.around(seals.drop_day)),
    ):
        for day, rows in tqdm(days, desc="seals", disable=None):
            with exclusive(engine):
                began = time.perf_counter()
                outcome = seals.seal_day(
                    engine, day, now, poll_interval_seconds=settings.poll_interval_seconds
                )
                ended = time.perf_counter()
            if not isinstance(outcome, seals.SealedDay):
                raise TypeError(f"{day} was not sealed: {outcome}")
            yield {
                "rows": rows,
                "seconds": ended - began,
                "prove_seconds": prove.last,
                "prune_seconds": ended - drop.started[-1],
            }


def measure_year(engine: Engine, settings: Settings, folder: Path) -> dict[str, Any]:
    """A full re-score of a year of many venues, loaded straight into the rollup."""
    written = read_written(folder)
    _ingest(engine, settings, folder / "venues.parquet", written.ends_at)
    cells = sorted(folder.glob("cells-*.csv"))
    with engine.begin() as connection:
        driver_connection = connection.connection.driver_connection
        assert driver_connection is not None
        with (
            driver_connection.cursor() as cursor,
            cursor.copy("COPY drop_rollup FROM STDIN (FORMAT csv)") as copy,
        ):
            for path in tqdm(cells, desc="load", unit=" days", disable=None):
                with path.open("rb") as file:
                    while part := file.read(1 << 20):
                        copy.write(part)
        begins_at = written.ends_at - timedelta(days=written.days)
        connection.execute(
            sa.insert(market_spans).values(
                market_id=written.market_id,
                first_opened_at=begins_at,
                last_event_at=written.ends_at,
            )
        )
        connection.execute(
            sa.insert(market_starts).values(
                market_id=written.market_id, batch_id=0, first_event_at=begins_at
            )
        )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE drop_rollup"))
    return _measure_rescore(engine, settings, written.ends_at)


def measure_office(engine: Engine, settings: Settings, folder: Path) -> dict[str, Any]:
    """A full re-score of the office data."""
    for name in ("venues.csv", "drop_events.parquet"):
        _ingest(engine, settings, OFFICE / name, OFFICE_NOW)
    ticking.tick(engine, settings, OFFICE_NOW)
    return _measure_rescore(engine, settings, OFFICE_NOW)


def _measure_rescore(engine: Engine, settings: Settings, now: datetime) -> dict[str, Any]:
    before = peak_rss_mb()
    watch = Stopwatch()
    with watch.running():
        venues = ticking.rescore(engine, settings, now)
    with engine.connect() as connection:
        drops = connection.scalar(
            sa.text("SELECT sum(cardinality(opened_minutes)) FROM drop_rollup")
        )
    return {
        "rescore_seconds": watch.last,
        "venues": venues,
        "drops": int(drops),
        "rss_before_mb": before,
        "peak_rss_mb": peak_rss_mb(),
    }


def _ingest(
    engine: Engine, settings: Settings, path: Path, received_at: datetime, rows: int | None = None
) -> None:
    with tqdm(
        total=rows, desc=f"ingest {path.name}", unit=" rows", unit_scale=True, disable=None
    ) as bar:
        ingest_file(
            engine,
            settings,
            path,
            received_at=received_at,
            progress=lambda done: bar.update(done - bar.n),
        )


def _checkpoint(engine: Engine) -> None:
    """What was written before is not to be paid for by what is measured next."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("CHECKPOINT"))


def _last_event_at(engine: Engine, *, raw: bool = False) -> datetime:
    column = sa.func.max(drop_events.c.occurred_at if raw else market_spans.c.last_event_at)
    with engine.connect() as connection:
        return connection.execute(sa.select(column)).scalar_one()


def _write_raw(engine: Engine, path: Path) -> None:
    """The columns that the aggregate reads, for the yardsticks."""
    with engine.connect() as connection, path.open("wb") as file:
        driver_connection = connection.connection.driver_connection
        assert driver_connection is not None
        with (
            driver_connection.cursor() as cursor,
            cursor.copy(RAW_EVENTS) as copy,
        ):
            for part in copy:
                file.write(part)


MEASURES = {"events": measure_events, "year": measure_year, "office": measure_office}


def main() -> int:
    """Measures what is asked for and prints the JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=sorted(MEASURES))
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    settings = Settings(_env_file=None, database_url=None, data_dir=options.folder / "database")
    with open_database(settings) as engine:
        migrate.upgrade(engine)
        print(json.dumps(MEASURES[options.what](engine, settings, options.folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

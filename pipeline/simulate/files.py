"""Simulated worlds written as files that `ingest` takes, and the `simulate` command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal, get_args

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet
from tqdm import tqdm

from metrics.calendar import local_date
from pipeline.simulate.alerts import ALERT_SCHEMA, iter_alert_events
from pipeline.simulate.events import (
    DROP_SCHEMA,
    SCAN_SCHEMA,
    VENUE_SCHEMA,
    iter_drop_events,
    iter_scans,
    venues,
)
from pipeline.simulate.expected import truth
from pipeline.simulate.world import NEW_YORK, World, demo_world, large_world

FileFormat = Literal["parquet", "csv", "ndjson"]
FORMATS: tuple[FileFormat, ...] = get_args(FileFormat)

README = """SIMULATED DATA. Not a record of any restaurant, diner or booking.

Made by `python -m pipeline simulate` from a seeded model whose truth is known. Venues and users are
invented. The market is {market_id}, "{market_name}", {timezone}; never mix it with a real one.

From {start} (not included) to {end} (included).
{rows}
truth.csv   what is true of each venue, from the model's parameters and not from the events, over
            the local days {truth_start} to {truth_end}

The simulated poller looked at each of 28 buckets every {poll_interval} seconds; a change shows at
the first good poll after it. The log of scans keeps one poll in {log_every} of each bucket, in
turn; the number of slots is what that one poll saw. {n_outages} outages hide what happened in them.
Seed {seed}.
"""


def write_files(
    world: World,
    start: datetime,
    end: datetime,
    out_dir: Path,
    file_format: FileFormat = "parquet",
) -> dict[str, int]:
    """Writes venues, drops, scans and (with an audience) alerts, truth.csv and README.txt.

    Events are those with start < time <= end, written a day at a time. Returns rows by file name.
    Makes the folder; files of the same names are replaced. Raises OSError where it cannot write.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    parts: list[tuple[str, pa.Schema, Iterable[pa.Table]]] = [
        ("venues", VENUE_SCHEMA, [venues(world)]),
        ("drops", DROP_SCHEMA, iter_drop_events(world, start, end)),
        ("scans", SCAN_SCHEMA, iter_scans(world, start, end)),
    ]
    if world.audience is not None:
        parts.append(("alerts", ALERT_SCHEMA, iter_alert_events(world, start, end)))
    rows = {}
    for name, schema, tables in parts:
        path = out_dir / f"{name}.{file_format}"
        rows[path.name] = 0
        with WRITERS[file_format](path, schema) as write:
            for table in tqdm(tables, desc=name, unit="day", disable=None, leave=False):
                write(table)
                rows[path.name] += table.num_rows
    truth_start, truth_end = _truth_window(world, start, end)
    truth(world, truth_start, truth_end).to_csv(out_dir / "truth.csv", index=False)
    readme = README.format(
        market_id=world.market_id,
        market_name=world.market_name,
        timezone=world.timezone,
        start=start.isoformat(),
        end=end.isoformat(),
        rows="\n".join(f"{name:<16}{count:>12,} rows" for name, count in rows.items()),
        truth_start=truth_start.isoformat(),
        truth_end=(truth_end - timedelta(days=1)).isoformat(),
        poll_interval=world.poll_interval_seconds,
        log_every=world.scan_log_every,
        n_outages=len(world.outages),
        seed=world.seed,
    )
    (out_dir / "README.txt").write_text(readme, encoding="utf-8")
    return rows


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `python -m pipeline simulate`."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument(
        "--venues",
        type=_positive,
        metavar="N",
        help="a large market of N venues of every kind (default: the demo's sixty)",
    )
    parser.add_argument("--weeks", type=_positive, default=16, metavar="N", help="default 16")
    parser.add_argument("--seed", type=int, default=20, metavar="S", help="default 20")
    parser.add_argument(
        "--until",
        type=_instant,
        metavar="T",
        help="last instant, ISO-8601 with offset (default: now)",
    )
    parser.add_argument("--format", choices=FORMATS, default="parquet", help="default parquet")


def run(args: argparse.Namespace, now: datetime) -> int:
    """Writes the files the arguments ask for and says what they hold. Returns the exit code."""
    until = args.until or now
    last_date = local_date(until, NEW_YORK)
    if args.venues is None:
        world = demo_world(args.seed, until=last_date, weeks=args.weeks)
    else:
        first_date = last_date - timedelta(weeks=args.weeks)
        world = large_world(args.venues, seed=args.seed, first_date=first_date, weeks=args.weeks)
    try:
        rows = write_files(world, world.start_at, until, args.out, args.format)
    except OSError as error:
        print(f"cannot write to {args.out}: {error}; choose another --out", file=sys.stderr)
        return 1
    for name, count in rows.items():
        print(f"{args.out / name}: {count:,} rows, simulated")
    return 0


def _truth_window(world: World, start: datetime, end: datetime) -> tuple[date, date]:
    """The whole local days of the interval, or at least one."""
    first = max(local_date(start + timedelta(seconds=1), world.timezone), world.first_date)
    return first, max(local_date(end, world.timezone), first + timedelta(days=1))


Write = Callable[[pa.Table], None]


@contextmanager
def _parquet_writer(path: Path, schema: pa.Schema) -> Iterator[Write]:
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        yield writer.write_table


@contextmanager
def _csv_writer(path: Path, schema: pa.Schema) -> Iterator[Write]:
    with pyarrow.csv.CSVWriter(path, _as_text(schema.empty_table()).schema) as writer:
        yield lambda table: writer.write_table(_as_text(table))


@contextmanager
def _ndjson_writer(path: Path, _: pa.Schema) -> Iterator[Write]:
    with path.open("wb") as file:

        def write(table: pa.Table) -> None:
            file.writelines(orjson.dumps(row) + b"\n" for row in _as_text(table).to_pylist())

        yield write


WRITERS = {"parquet": _parquet_writer, "csv": _csv_writer, "ndjson": _ndjson_writer}


def _as_text(table: pa.Table) -> pa.Table:
    """The table with its instants as ISO-8601 in UTC; they are whole seconds."""
    for position, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            seconds = table.column(position).cast(pa.timestamp("s", tz="UTC"))
            text = pc.strftime(seconds, format="%Y-%m-%dT%H:%M:%SZ")
            table = table.set_column(position, field.name, text)
    return table


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError("needs an offset, as in 2026-11-20T12:00:00Z")
    return instant.astimezone(UTC)

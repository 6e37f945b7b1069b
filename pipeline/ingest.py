"""Ingest: files in, one batch each. Streamed, so that a file may be larger than memory.

Reads .csv, .ndjson (either also .gz) and .parquet. A file that cannot be read at all is refused
whole; a row that cannot be read is quarantined with its reason, and the good rows go in.
"""

import gzip
import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import IO, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from db.alert_writes import accept_alerts
from db.deliveries import Acceptance, Delivery
from db.engine import Engine
from db.intake import ALERTS, DROPS, FOUND_PROBLEM, SCANS, VENUES, Format, UnreadableFileError
from db.json_rows import chunk_of_json
from db.scan_writes import accept_scans
from db.user_keys import user_key_secret
from db.venue_writes import accept_venues
from db.writes import accept_drops
from settings import Settings

FORMATS = {format.kind: format for format in (ALERTS, DROPS, SCANS, VENUES)}
ROWS_AT_ONCE = 20_000
BYTES_AT_ONCE = 4 << 20
LINES_TO_GUESS_BY = 100
SUFFIXES = (".csv", ".ndjson", ".parquet")

Progress = Callable[[int], None]


def ingest_file(
    engine: Engine,
    settings: Settings,
    path: Path,
    *,
    received_at: datetime,
    kind: str | None = None,
    progress: Progress = lambda rows: None,
    note: Callable[[str], None] = lambda text: None,
) -> Acceptance:
    """Takes in one file; the kind is told from its columns unless given.

    A file whose bytes were loaded before changes nothing: all of its rows are then duplicates.
    `progress` is told the number of rows read so far, `note` what the user should know.
    Raises `UnreadableFileError` for a file that cannot be read and `OSError` for one that is not
    there.
    """
    names = column_names(path)
    format = FORMATS[kind] if kind else guessed_format(path, names)
    try:
        unknown = format.check_header(names)
    except UnreadableFileError as error:
        raise UnreadableFileError(f"{path.name}: {error}") from None
    if unknown:
        note(f"{path.name}: unknown columns are ignored: {', '.join(sorted(unknown))}")
    digest = _sha256(path)

    def counted_chunks() -> Iterator[pa.Table]:
        rows = 0
        for chunk in read_chunks(path, format):
            yield chunk
            rows += chunk.num_rows
            progress(rows)

    delivery = Delivery(
        format=format,
        chunks=counted_chunks,
        idempotency_key=f"file:{format.kind}:{digest}",
        content_sha256=digest,
        source=path.name,
    )
    if format is SCANS:
        acceptance = accept_scans(engine, delivery, received_at=received_at)
    elif format is ALERTS:
        acceptance = accept_alerts(
            engine, delivery, received_at=received_at, secret=user_key_secret(settings)
        )
    elif format is VENUES:
        acceptance = accept_venues(engine, delivery, received_at=received_at)
    else:
        acceptance = accept_drops(
            engine, delivery, received_at=received_at, max_lead_days=settings.max_lead_days
        )
    if acceptance.is_repeat:
        note(f"{path.name}: loaded before as batch {acceptance.batch_id}, nothing was changed")
        return replace(
            acceptance,
            accepted=0,
            duplicate=acceptance.received,
            pending=0,
            rejected=0,
            late=0,
        )
    return acceptance


def guessed_format(path: Path, names: Iterable[str]) -> Format:
    """The kind of file that has these columns."""
    given = set(names)
    for format in (SCANS, ALERTS, DROPS, VENUES):
        if given.issuperset(format.required) and (format is not VENUES or "alert_id" not in given):
            return format
    raise UnreadableFileError(
        f"{path.name}: cannot tell what is in it from its columns ({', '.join(sorted(given))}). "
        + " ".join(
            f"A {format.kind} file has {', '.join(format.required)}." for format in FORMATS.values()
        )
    )


def column_names(path: Path) -> list[str]:
    """The file's columns; of NDJSON, all keys of its first lines."""
    with _refusing_what_breaks_off(path):
        return _column_names(path)


@contextmanager
def _refusing_what_breaks_off(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, EOFError, gzip.BadGzipFile) as error:
        raise UnreadableFileError(f"{path.name}: cannot be read to its end: {error}") from None


def _column_names(path: Path) -> list[str]:
    match _kind_of_file(path):
        case ".parquet":
            return list(_opened_parquet(path).schema_arrow.names)
        case ".csv":
            with _opened(path) as file:
                header = file.readline()
            if not header.strip():
                raise UnreadableFileError(f"{path.name}: is empty")
            try:
                return list(csv.read_csv(pa.BufferReader(header)).column_names)
            except pa.ArrowInvalid as error:
                raise UnreadableFileError(f"{path.name}: has no header: {error}") from None
        case _:
            names: dict[str, None] = {}
            with _opened(path) as file:
                for _, line in zip(range(LINES_TO_GUESS_BY), file, strict=False):
                    event = _parsed(line)
                    if isinstance(event, dict):
                        names |= dict.fromkeys(event)
            if not names:
                raise UnreadableFileError(
                    f"{path.name}: holds no JSON object in its first lines: one event a line"
                )
            return list(names)


def read_chunks(path: Path, format: Format) -> Iterator[pa.Table]:
    """The file's rows, some at a time; raises `UnreadableFileError` where it breaks off."""
    reader = {".parquet": _parquet_chunks, ".csv": _csv_chunks, ".ndjson": _ndjson_chunks}
    with _refusing_what_breaks_off(path):
        yield from reader[_kind_of_file(path)](path, format)


def _parquet_chunks(path: Path, format: Format) -> Iterator[pa.Table]:
    file = _opened_parquet(path)
    columns = [name for name in file.schema_arrow.names if name in format.names]
    for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=columns, use_threads=False):
        yield pa.Table.from_batches([batch])


def _csv_chunks(path: Path, format: Format) -> Iterator[pa.Table]:
    names = column_names(path)
    odd_rows: list[csv.InvalidRow] = []

    def keep(row: csv.InvalidRow) -> str:
        odd_rows.append(row)
        return "skip"

    def unreadable() -> pa.Table:
        rows = [
            f"the row has {row.actual_columns} columns, the header {row.expected_columns}"
            for row in odd_rows
        ]
        table = pa.table({FOUND_PROBLEM: rows, "line": [row.text for row in odd_rows]})
        odd_rows.clear()
        return table

    with (
        _opened(path) as file,
        csv.open_csv(
            file,
            read_options=csv.ReadOptions(block_size=BYTES_AT_ONCE, use_threads=False),
            parse_options=csv.ParseOptions(newlines_in_values=True, invalid_row_handler=keep),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                strings_can_be_null=True,
                null_values=[""],
            ),
        ) as reader,
    ):
        for batch in reader:
            yield pa.Table.from_batches([batch])
            if odd_rows:
                yield unreadable()
        if odd_rows:
            yield unreadable()


def _ndjson_chunks(path: Path, format: Format) -> Iterator[pa.Table]:
    with _opened(path) as file:
        events: list[object] = []
        for line in file:
            if line.strip():
                events.append(_parsed(line))
            if len(events) == ROWS_AT_ONCE:
                yield chunk_of_json(format, events)
                events = []
        if events:
            yield chunk_of_json(format, events)


def _parsed(line: bytes) -> object:
    """The line's value; a line that is no JSON stands for itself, and is a row's problem."""
    try:
        return cast(object, orjson.loads(line))
    except orjson.JSONDecodeError:
        return line.decode("utf-8", errors="replace").strip()


def _kind_of_file(path: Path) -> str:
    name = path.name.lower().removesuffix(".gz")
    for suffix in SUFFIXES:
        if name.endswith(suffix) and not (suffix == ".parquet" and path.suffix == ".gz"):
            return suffix
    raise UnreadableFileError(
        f"{path.name}: is not one of {', '.join(SUFFIXES)} (the first two also with .gz)"
    )


def _opened_parquet(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path, pre_buffer=False)
    except pa.ArrowInvalid as error:
        raise UnreadableFileError(f"{path.name}: is not a Parquet file: {error}") from None


def _opened(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    return path.open("rb")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

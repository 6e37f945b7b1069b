"""Ingest: files in, one batch each. Streamed, so that a file may be larger than memory.

Reads .csv, .ndjson (either also .gz) and .parquet. A file that cannot be read at all is refused
whole; a row that cannot be read is quarantined with its reason, and the good rows go in.
"""

import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import IO, cast

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
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
ROWS_AT_ONCE = 10_000
BYTES_AT_ONCE = 4 << 20
LINES_TO_GUESS_BY = 100
SUFFIXES = (".csv", ".ndjson", ".parquet")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
LINE_BREAK = "[\r\n]"

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
        note(f"{path.name}: unknown columns are ignored: {', '.join(sorted(set(unknown)))}")
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
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise UnreadableFileError(
            f"{path.name}: cannot be read to its end: {error}. It was cut off or damaged on its "
            "way: pack or send it again"
        ) from None
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise UnreadableFileError(
            f"{path.name}: cannot be read to its end: {error}. Save it anew, text in UTF-8"
        ) from None


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
            except UnicodeDecodeError:
                raise UnreadableFileError(
                    f"{path.name}: its header is not UTF-8 text: save the file as CSV in UTF-8"
                ) from None
        case _:
            names: dict[str, None] = {}
            with _opened(path) as file:
                for _, line in zip(range(LINES_TO_GUESS_BY), _lines(file), strict=False):
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
    try:
        yield from _csv_rows(path, format)
    except pa.ArrowInvalid as error:
        line = _huge_record_line(path) if "straddling" in str(error) else None
        if line is None:
            raise
        raise _quote_error(path, line) from None


def _csv_rows(path: Path, format: Format) -> Iterator[pa.Table]:
    names = column_names(path)
    odd_rows: list[csv.InvalidRow] = []

    def keep(row: csv.InvalidRow) -> str:
        odd_rows.append(row)
        return "skip"

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
        row_number = 1
        for batch in reader:
            _refuse_swallowed_rows(path, format, batch)
            # The reader is ahead with the rows that it skips: some belong to a later batch.
            reached = row_number + batch.num_rows
            skipped = [row for k, row in enumerate(odd_rows) if _place(row) - k <= reached]
            del odd_rows[: len(skipped)]
            rows = _with_odd_rows(path, pa.Table.from_batches([batch]), skipped, row_number)
            yield rows
            row_number += rows.num_rows
        if odd_rows:
            yield _unreadable(path, odd_rows)


def _place(row: csv.InvalidRow) -> int:
    """Which row of the file it is, from 1; the header is none of them."""
    return int(row.number) - 1


def _with_odd_rows(
    path: Path, rows: pa.Table, odd_rows: Sequence[csv.InvalidRow], first: int
) -> pa.Table:
    """The rows, the first of which is the file's row `first`, and between them, where the file has
    them, those that the reader skipped."""
    if not odd_rows:
        return rows
    odd_places = np.array([_place(row) for row in odd_rows])
    places = np.arange(first, first + rows.num_rows + len(odd_rows))
    order = np.argsort(np.concatenate([np.setdiff1d(places, odd_places), odd_places]))
    both = pa.concat_tables([rows, _unreadable(path, odd_rows)], promote_options="default")
    return both.take(pa.array(order))


def _unreadable(path: Path, odd_rows: Sequence[csv.InvalidRow]) -> pa.Table:
    for row in odd_rows:
        if _has_lines(row.text):
            raise _unclosed_quote(path, row.text)
    problems = [
        f"the row has {row.actual_columns} columns, the header {row.expected_columns}"
        for row in odd_rows
    ]
    return pa.table({FOUND_PROBLEM: problems, "line": [row.text for row in odd_rows]})


def _refuse_swallowed_rows(path: Path, format: Format, rows: pa.RecordBatch) -> None:
    """Raises `UnreadableFileError` where a quote that nobody closed made one value of many rows.

    Names may be written over several lines. Ids, times and the like never are, and no line of a
    name has as many commas as a row.
    """
    prose = {column.name for column in format.columns if column.kind == "prose"}
    known = set(format.names)
    for name, values in zip(rows.schema.names, rows.columns, strict=True):
        # Looked for in the bytes of the whole column first, which takes a hundredth of the time.
        data = values.buffers()[-1]
        text = b"" if data is None else data.to_pybytes()
        if b"\n" not in text and b"\r" not in text:
            continue
        broken = values.filter(pc.match_substring_regex(values, LINE_BREAK))
        for value in filter(_has_lines, broken.to_pylist()):
            commas = max(line.count(",") for line in value.splitlines())
            if name in known - prose or commas >= rows.num_columns - 1:
                raise _unclosed_quote(path, '"' + value.replace('"', '""'))


def _has_lines(value: str) -> bool:
    return len(value.strip().splitlines()) > 1


def _unclosed_quote(path: Path, text: str) -> UnreadableFileError:
    """text: what the quote made one value or one row of, as the file has it."""
    start = text.splitlines()[0]
    with _opened_text(path) as lines:
        found = (n for n, line in enumerate(lines, start=1) if line.rstrip("\n").endswith(start))
        return _quote_error(path, next(found, None))


def _huge_record_line(path: Path) -> int | None:
    """The line where a quote opens that stays open for more than is read at once."""
    opened_in, size = None, 0
    with _opened_text(path) as lines:
        for number, line in enumerate(lines, start=1):
            if line.count('"') % 2:
                opened_in, size = (number if opened_in is None else None), 0
            size += len(line)
            if opened_in is not None and size > BYTES_AT_ONCE // 2:
                return opened_in
    return opened_in


def _quote_error(path: Path, number: int | None) -> UnreadableFileError:
    place = f"line {number}" if number else "somewhere"
    return UnreadableFileError(
        f"{path.name}: {place}: a quote that is not closed there makes one row of many lines: "
        "close it, or write a quote that is meant twice"
    )


def _ndjson_chunks(path: Path, format: Format) -> Iterator[pa.Table]:
    with _opened(path) as file:
        events: list[object] = []
        for line in _lines(file):
            if line.strip():
                events.append(_parsed(line))
            if len(events) == ROWS_AT_ONCE:
                yield chunk_of_json(format, events)
                events = []
        if events:
            yield chunk_of_json(format, events)


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """The file's lines without the mark that some editors put before the first one."""
    yield file.readline().removeprefix(BYTE_ORDER_MARK)
    yield from file


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


def _opened_text(path: Path) -> IO[str]:
    """For showing where something is: whatever ends a line ends one, and no byte is an error."""
    return TextIOWrapper(_opened(path), encoding="utf-8", errors="replace")


def _opened(path: Path) -> IO[bytes]:
    if path.suffix.lower() == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    return path.open("rb")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

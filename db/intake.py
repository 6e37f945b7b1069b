"""From what somebody sent to typed rows ready for COPY: one chunk at a time, nothing dropped.

A chunk is an Arrow table as read from a file or a request: text columns, or typed ones from
Parquet. `DROPS.typed(chunk, first_row)` gives the staged columns, and for each row that cannot be
read as what it should be a `problem` in words and a `payload` with what was sent. Rules that need
only one row's *values* are judged later, in SQL (`reject_invalid_drops.sql`).
"""

import io
import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

# How a value of each kind is recognised; lengths are in characters.
MAX_ID_LENGTH = 200
MAX_TEXT_LENGTH = 500
MAX_KEPT_LENGTH = 10_000  # of a refused value, in the quarantine
# Column of what was found wrong with a row when it was read; a file has none of this name.
FOUND_PROBLEM = "\x00problem"
HAS_ZONE = r"(?:Z|z|[+-]\d{2}(?::?\d{2})?)$"
FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799  # of the years 1 and 9999
BOOLEANS = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


class UnreadableFileError(Exception):
    """The whole delivery cannot be read; the text says what is wrong and how to mend it."""


@dataclass(frozen=True)
class Column:
    name: str
    # "id", "text", "prose" (for people), "instant", "integer", "number", "boolean", "zone"
    kind: str
    is_required: bool = False


@dataclass(frozen=True)
class Format:
    """What one kind of delivery looks like: its columns and the table they are staged in."""

    kind: str
    staging_table: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.is_required)

    def check_header(self, names: Iterable[str]) -> list[str]:
        """Raises `UnreadableFileError` for columns that are missing or there twice; returns those
        that nobody knows."""
        given = list(names)
        repeated = [name for name in self.names if given.count(name) > 1]
        if repeated:
            raise UnreadableFileError(
                f"{'column' if len(repeated) == 1 else 'columns'} {', '.join(repeated)} there more "
                "than once: which one counts cannot be told, so leave one of each"
            )
        missing = [name for name in self.required if name not in given]
        if missing:
            raise UnreadableFileError(
                f"{'column' if len(missing) == 1 else 'columns'} {', '.join(missing)} missing: "
                f"a {self.kind} file has {', '.join(self.required)}"
            )
        return [name for name in given if name not in self.names]

    def typed(self, chunk: pa.Table, first_row: int, batch_id: int) -> pa.Table:
        """The chunk's rows with the staging table's columns, numbered from `first_row`."""
        size = chunk.num_rows
        problems = np.full(size, None, dtype=object)
        if FOUND_PROBLEM in chunk.column_names:
            problems[:] = chunk[FOUND_PROBLEM].to_pylist()
            chunk = chunk.drop_columns(FOUND_PROBLEM)
        typed: dict[str, Any] = {
            "batch_id": pa.repeat(pa.scalar(batch_id, pa.int64()), size),
            "row_number": pa.array(np.arange(first_row, first_row + size, dtype=np.int64)),
        }
        for column in self.columns:
            if column.name in chunk.column_names:
                values = chunk[column.name].combine_chunks()
                try:
                    typed[column.name] = _READERS[column.kind](values, column.name, problems)
                except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                    raise UnreadableFileError(
                        f"column {column.name} holds {values.type}, which cannot be read as "
                        f"{column.kind}: {error}"
                    ) from None
            else:
                typed[column.name] = pa.nulls(size, pa.string())
        payload = np.full(size, None, dtype=object)
        bad = np.flatnonzero(problems != None)  # noqa: E711  # elementwise
        if len(bad):
            rows = _with_readable_times(chunk.take(pa.array(bad))).to_pylist()
            for index, row in zip(bad, rows, strict=True):
                payload[index] = json.dumps(_storable(row), ensure_ascii=False, default=str)
        typed["problem"] = pa.array(problems, pa.string())
        typed["payload"] = pa.array(payload, pa.string())
        return pa.table(typed)


DROPS = Format(
    "drops",
    "staged_drops",
    (
        Column("event_type", "text", is_required=True),
        Column("venue_id", "id", is_required=True),
        Column("slot_id", "id", is_required=True),
        Column("slot_at", "instant", is_required=True),
        Column("opened_at", "instant"),
        Column("occurred_at", "instant", is_required=True),
        Column("party_size", "integer"),
        Column("bucket_id", "id"),
        Column("event_id", "id"),
        Column("venue_name", "prose"),
        Column("neighborhood", "prose"),
        Column("cuisine", "prose"),
        Column("price", "prose"),
    ),
)


SCANS = Format(
    "scans",
    "staged_scans",
    (
        Column("market_id", "id", is_required=True),
        Column("bucket_id", "id", is_required=True),
        Column("scanned_at", "instant", is_required=True),
        Column("ok", "boolean", is_required=True),
        Column("available_slots", "integer"),
    ),
)

VENUES = Format(
    "venues",
    "staged_venues",
    (
        Column("venue_id", "id", is_required=True),
        Column("name", "prose"),
        Column("market_id", "id"),
        Column("market", "id"),
        Column("timezone", "zone"),
        Column("neighborhood", "prose"),
        Column("cuisine", "prose"),
        Column("price", "prose"),
        Column("lists", "prose"),
    ),
)

ALERTS = Format(
    "alerts",
    "staged_alerts",
    (
        Column("event_id", "id", is_required=True),
        Column("alert_id", "id", is_required=True),
        Column("event_type", "text", is_required=True),
        Column("occurred_at", "instant", is_required=True),
        Column("venue_id", "id", is_required=True),
        Column("user_id", "id", is_required=True),
        Column("drop_event_id", "text"),
        Column("slot_id", "id"),
        Column("opened_at", "instant"),
        Column("goal_match", "boolean"),
        Column("channel", "id"),
        Column("message_variant", "id"),
        Column("time_to_action_seconds", "number"),
    ),
)


def as_csv(table: pa.Table) -> bytes:
    """The rows as COPY … (FORMAT csv) reads them: a null is empty, an empty text is quoted."""
    texts = pa.table({name: _as_written(table[name]) for name in table.column_names})
    sink = io.BytesIO()
    csv.write_csv(texts, sink, csv.WriteOptions(include_header=False, quoting_style="all_valid"))
    return sink.getvalue()


def _as_written(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Instants as UTC texts: Arrow's own way of writing a zone takes ten times as long."""
    if not (pa.types.is_timestamp(values.type) and values.type.tz == "UTC"):
        return values
    text = values.cast(pa.timestamp(values.type.unit)).cast(pa.string())
    return pc.binary_join_element_wise(text, "Z", "")


def _flag(problems: np.ndarray, bad: Any, words: Callable[[int], str]) -> None:
    """Notes a problem for each bad row that has none yet."""
    for index in np.flatnonzero(np.asarray(bad)):
        if problems[index] is None:
            problems[index] = words(int(index))


def _shown(values: pa.Array, index: int) -> str:
    text = str(values[index].as_py())
    text = text if len(text) <= 40 else text[:40] + "…"
    return "'" + text.replace("\x00", "\\0") + "'"


def _as_text(values: pa.Array) -> pa.Array:
    """Text with the surrounding blanks gone; an empty one is missing."""
    text = values if pa.types.is_string(values.type) else values.cast(pa.string())
    text = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _read_text(values: pa.Array, name: str, problems: np.ndarray, limit: int) -> pa.Array:
    text = _as_text(values)
    too_long = pc.fill_null(pc.greater(pc.utf8_length(text), limit), False)
    _flag(problems, too_long, lambda _: f"{name} is longer than {limit} characters")
    has_nul = pc.fill_null(pc.match_substring(text, "\x00"), False)
    _flag(problems, has_nul, lambda i: f"{name} {_shown(text, i)} holds a NUL byte")
    return pc.if_else(pc.or_(too_long, has_nul), pa.scalar(None, pa.string()), text)


def _read_instant(values: pa.Array, name: str, problems: np.ndarray) -> pa.Array:
    target = pa.timestamp("us", tz="UTC")
    if pa.types.is_timestamp(values.type):
        if values.type.tz is None:
            _flag(
                problems,
                values.is_valid(),
                lambda i: f"{name} {_shown(values, i)} has no zone: store it with one",
            )
            return pa.nulls(len(values), target)
        per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[values.type.unit]
        ticks = values.cast(pa.int64())
        # A cast to microseconds would make some other time of what lies beyond them.
        first, last = max(FIRST_SECOND * per_second, -(2**63)), LAST_SECOND * per_second
        is_beyond = pc.fill_null(
            pc.or_(pc.less(ticks, first), pc.greater(ticks, min(last, 2**63 - 1))), False
        )
        _flag(problems, is_beyond, lambda i: f"{name} {_shown(ticks, i)} is not a time of our era")
        kept = pc.if_else(is_beyond, pa.scalar(None, values.type), values)
        return kept.cast(target, safe=False)
    # Imported where it is used: Parquet holds times already, and needs no 40 MB to read them.
    import pandas as pd

    text = _as_text(values)
    has_zone = pc.fill_null(pc.match_substring_regex(text, HAS_ZONE), True)
    # A date alone ends in -DD, which reads like a zone; only a time of day can have one.
    has_time = pc.fill_null(pc.match_substring_regex(text, r"\d[T ]\d{2}"), True)
    zoned = pc.and_(has_zone, has_time)
    parsed = pd.to_datetime(
        pd.Series(pc.if_else(zoned, text, pa.scalar(None, pa.string())).to_pandas()),
        format="ISO8601",
        utc=True,
        errors="coerce",
    )
    instants = pa.Array.from_pandas(parsed).cast(target, safe=False)
    unreadable = pc.and_(pc.and_(text.is_valid(), instants.is_null()), zoned)
    _flag(
        problems,
        pc.and_(pc.invert(zoned), has_time),
        lambda i: (
            f"{name} {_shown(text, i)} has no zone: write its offset, as in "
            "2026-11-20T19:00:00-05:00"
        ),
    )
    _flag(
        problems,
        pc.or_(unreadable, pc.invert(has_time)),
        lambda i: f"{name} {_shown(text, i)} is not an ISO-8601 time",
    )
    return instants


def _read_integer(values: pa.Array, name: str, problems: np.ndarray) -> pa.Array:
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, values.type), values)
    text = _as_text(values)
    is_whole = pc.fill_null(pc.match_substring_regex(text, r"^[+-]?\d{1,9}(?:\.0*)?$"), True)
    _flag(
        problems,
        pc.invert(is_whole),
        lambda i: f"{name} {_shown(text, i)} is not a whole number",
    )
    whole = pc.replace_substring_regex(text, r"^\+|\.0*$", "")
    return pc.if_else(is_whole, whole, pa.scalar(None, pa.string())).cast(pa.int32())


def _read_number(values: pa.Array, name: str, problems: np.ndarray) -> pa.Array:
    text = _as_text(values)
    is_number = pc.fill_null(
        pc.match_substring_regex(text, r"^[+-]?\d{1,15}(?:\.\d*)?(?:[eE][+-]?\d{1,2})?$"), True
    )
    _flag(problems, pc.invert(is_number), lambda i: f"{name} {_shown(text, i)} is not a number")
    plain = pc.replace_substring_regex(text, r"^\+", "")
    return pc.if_else(is_number, plain, pa.scalar(None, pa.string())).cast(pa.float64())


def _read_boolean(values: pa.Array, name: str, problems: np.ndarray) -> pa.Array:
    if pa.types.is_boolean(values.type):
        return values
    text = pc.utf8_lower(_as_text(values))
    known = pc.or_(text.is_null(), pc.is_in(text, pa.array(list(BOOLEANS))))
    _flag(
        problems,
        pc.invert(known),
        lambda i: f"{name} {_shown(text, i)} is neither true nor false",
    )
    return pa.array([BOOLEANS.get(value) for value in text.to_pylist()], pa.bool_())


def _read_zone(values: pa.Array, name: str, problems: np.ndarray) -> pa.Array:
    text = _read_text(values, name, problems, MAX_ID_LENGTH)
    known = pc.or_(text.is_null(), pc.is_in(text, pa.array(sorted(available_timezones()))))
    _flag(
        problems,
        pc.invert(known),
        lambda i: f"{name} {_shown(text, i)} is not an IANA zone such as America/New_York",
    )
    return pc.if_else(known, text, pa.scalar(None, pa.string()))


_READERS: dict[str, Callable[[pa.Array, str, np.ndarray], pa.Array]] = {
    "id": lambda values, name, problems: _read_text(values, name, problems, MAX_ID_LENGTH),
    "text": lambda values, name, problems: _read_text(values, name, problems, MAX_TEXT_LENGTH),
    "prose": lambda values, name, problems: _read_text(values, name, problems, MAX_TEXT_LENGTH),
    "instant": _read_instant,
    "integer": _read_integer,
    "number": _read_number,
    "boolean": _read_boolean,
    "zone": _read_zone,
}


def _with_readable_times(rows: pa.Table) -> pa.Table:
    """Timestamps as text: Python has none before the year 1 or of less than a microsecond."""
    for index, field in enumerate(rows.schema):
        if pa.types.is_timestamp(field.type):
            rows = rows.set_column(index, field.name, rows.column(index).cast(pa.string()))
    return rows


def _storable(row: dict[str, Any]) -> dict[str, Any]:
    """What was sent, as JSON can keep it: PostgreSQL's text has no NUL, and rows have a limit."""
    return {name: _storable_value(value) for name, value in row.items() if value is not None}


def _storable_value(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "\\0")[:MAX_KEPT_LENGTH]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value

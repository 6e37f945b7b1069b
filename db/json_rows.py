"""From parsed JSON to a chunk that `Format.typed` reads: a wrong type is a problem of its row only.

A text stays as it is and a whole number is written out; an array, an object, a truth value where
none belongs, or an event that is no object, is that row's problem and is kept as it was sent.
"""

from collections.abc import Sequence
from typing import Any

import orjson
import pyarrow as pa

from db.intake import FOUND_PROBLEM, Column, Format

# Which JSON values a column of each kind may have, beside a text.
ALSO_READ: dict[str, tuple[type, ...]] = {
    "id": (int,),
    "text": (int,),
    "prose": (int,),
    "instant": (),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
    "zone": (),
}
NAMES = {
    bool: "a truth value",
    int: "a number",
    float: "a number",
    list: "an array",
    dict: "an object",
    str: "a text",
    type(None): "null",
}


def chunk_of_json(format: Format, events: Sequence[object]) -> pa.Table:
    """One row an event, text columns throughout; keys that nobody knows are left out."""
    texts: dict[str, list[str | None]] = {column.name: [] for column in format.columns}
    problems: list[str | None] = []
    not_objects: list[str | None] = []
    for event in events:
        if isinstance(event, dict):
            problems.append(_read_event(format, event, texts))
            not_objects.append(None)
        else:
            for values in texts.values():
                values.append(None)
            problems.append(f"the event is {NAMES[type(event)]}, not an object")
            not_objects.append(_written(event))
    columns = {name: pa.array(values, pa.string()) for name, values in texts.items()}
    columns[FOUND_PROBLEM] = pa.array(problems, pa.string())
    if any(value is not None for value in not_objects):
        columns["value"] = pa.array(not_objects, pa.string())
    return pa.table(columns)


def _read_event(
    format: Format, event: dict[str, Any], texts: dict[str, list[str | None]]
) -> str | None:
    """Adds the event's values to the columns; returns the first problem with their types."""
    problem = None
    for column in format.columns:
        value = event.get(column.name)
        texts[column.name].append(_written(value))
        if problem is None and not _can_be_read(column, value):
            problem = f"{column.name} is {NAMES[type(value)]}{_wanted(column)}"
    return problem


def _can_be_read(column: Column, value: object) -> bool:
    return value is None or type(value) is str or type(value) in ALSO_READ[column.kind]


def _wanted(column: Column) -> str:
    return {
        "instant": ": send a text such as 2026-11-20T19:00:00-05:00",
        "integer": ": send a whole number",
        "number": ": send a number",
        "boolean": ": send true or false",
    }.get(column.kind, ": send a text")


def _written(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return orjson.dumps(value).decode()

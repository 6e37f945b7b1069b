"""The simulated poller's files: drop events, scans and venues, in the columns that ingest takes.

Intervals are open at the start and closed at the end, (start, end], so that intervals laid end to
end give exactly the events of the whole, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from metrics.calendar import local_date
from pipeline.simulate.model import DROP_FIELDS, NO_END, Ints, Model, Rows, day_start_seconds
from pipeline.simulate.world import ANCHOR_HOURS, BUCKETS, HORIZON_DAYS, World

INSTANT = pa.timestamp("us", tz="UTC")

DROP_SCHEMA = pa.schema(
    [
        ("event_type", pa.string()),
        ("venue_id", pa.string()),
        ("slot_id", pa.string()),
        ("slot_at", INSTANT),
        ("opened_at", INSTANT),
        ("occurred_at", INSTANT),
        ("party_size", pa.int16()),
        ("bucket_id", pa.string()),
        ("event_id", pa.string()),
    ]
)
SCAN_SCHEMA = pa.schema(
    [
        ("market_id", pa.string()),
        ("bucket_id", pa.string()),
        ("scanned_at", INSTANT),
        ("ok", pa.bool_()),
        ("available_slots", pa.int32()),
    ]
)
VENUE_SCHEMA = pa.schema(
    [
        ("venue_id", pa.string()),
        ("name", pa.string()),
        ("market", pa.string()),
        ("timezone", pa.string()),
        ("neighborhood", pa.string()),
        ("cuisine", pa.string()),
        ("price", pa.int16()),
        ("lists", pa.string()),
    ]
)


def venues(world: World) -> pa.Table:
    """The world's venues, one row each."""
    return pa.table(
        {
            "venue_id": [v.venue_id for v in world.venues],
            "name": [v.name for v in world.venues],
            "market": [world.market_id] * len(world.venues),
            "timezone": [world.timezone] * len(world.venues),
            "neighborhood": [v.neighborhood for v in world.venues],
            "cuisine": [v.cuisine for v in world.venues],
            "price": [v.price for v in world.venues],
            "lists": [";".join(v.lists) for v in world.venues],
        },
        schema=VENUE_SCHEMA,
    )


def drop_events(world: World, start: datetime, end: datetime) -> pa.Table:
    """NEW_DROP and CLOSED events with start < occurred_at <= end, ordered by occurred_at.

    Columns as `DROP_SCHEMA`; times are whole seconds. Needs two weeks of days before `start`, so a
    short interval costs about as much as fifteen days. Raises ValueError for instants without zone.
    """
    return pa.concat_tables([DROP_SCHEMA.empty_table(), *iter_drop_events(world, start, end)])


def iter_drop_events(world: World, start: datetime, end: datetime) -> Iterator[pa.Table]:
    """`drop_events` in one table a local day: as little memory for a year as for two weeks."""
    model = Model(world)
    for rows in due_rows(world, start, end, lambda day: _event_rows(model.day_drops(day))):
        yield _drop_table(world, rows)


def due_rows(
    world: World, start: datetime, end: datetime, rows_of: Callable[[date], Rows]
) -> Iterator[Rows]:
    """Rows with start < occurred_at <= end, a local day at a time, in no order within it.

    rows_of: what follows from a day's drops, none of it before that day began nor more than two
        days after the last bookable date.
    """
    first, last = _seconds(start), _seconds(end)
    waiting = None
    for day in _days(world, start, end, HORIZON_DAYS + 2):
        rows = rows_of(day)
        rows = rows if waiting is None else np.concatenate([waiting, rows])
        is_due = rows["occurred_at"] < day_start_seconds(world, day + timedelta(days=1))
        waiting = rows[~is_due]
        due = rows[is_due & (rows["occurred_at"] > first) & (rows["occurred_at"] <= last)]
        if len(due):
            yield due


def scans(world: World, start: datetime, end: datetime) -> pa.Table:
    """The log of polls with start < scanned_at <= end, ordered by scanned_at.

    Columns as `SCAN_SCHEMA`; `available_slots` is what that poll saw, null where it failed. The log
    keeps one poll in `world.scan_log_every` of each bucket (see `World`).
    """
    return pa.concat_tables([SCAN_SCHEMA.empty_table(), *iter_scans(world, start, end)])


def iter_scans(world: World, start: datetime, end: datetime) -> Iterator[pa.Table]:
    """`scans` in one table a local day."""
    model = Model(world)
    first, last = _seconds(start), _seconds(end)
    open_drops = np.empty(0, dtype=DROP_FIELDS)
    for day in _days(world, start, end, HORIZON_DAYS):
        open_drops = np.concatenate([open_drops, model.day_drops(day)])
        if day >= local_date(start, world.timezone):
            bucket, scanned_at = _logged_polls(model, day)
            within = (scanned_at > first) & (scanned_at <= last)
            if within.any():
                yield _scan_table(model, open_drops, bucket[within], scanned_at[within])
        tomorrow = day_start_seconds(world, day + timedelta(days=1))
        open_drops = open_drops[_ends(open_drops) > tomorrow]


def _days(world: World, start: datetime, end: datetime, before: int) -> Iterator[date]:
    """The local days from `before` days ahead of one instant through another's, in the world."""
    day = max(local_date(start, world.timezone) - timedelta(days=before), world.first_date)
    while day <= local_date(end, world.timezone):
        yield day
        day += timedelta(days=1)


def _seconds(instant: datetime) -> float:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.timestamp()


def _ends(drops: Rows) -> Ints:
    """When each drop was last to be seen: its closing or its slot's time."""
    ends: Ints = np.minimum(drops["closed_at"], drops["slot_at"])
    return ends


_EVENT_FIELDS = np.dtype(
    [
        ("venue", np.int32),
        ("origin", np.int32),
        ("slot_no", np.int32),
        ("slot_at", np.int64),
        ("opened_at", np.int64),
        ("occurred_at", np.int64),
        ("is_end", np.bool_),
        ("party_size", np.int16),
        ("bucket", np.int32),
    ]
)


def _event_rows(drops: Rows) -> Rows:
    """An opening for each drop and a closing for each that was seen taken."""
    closed = drops[drops["closed_at"] != NO_END]
    rows = np.empty(len(drops) + len(closed), dtype=_EVENT_FIELDS)
    for part, source, occurred, is_end in (
        (rows[: len(drops)], drops, "opened_at", False),
        (rows[len(drops) :], closed, "closed_at", True),
    ):
        for field in ("venue", "origin", "slot_no", "slot_at", "opened_at", "party_size", "bucket"):
            part[field] = source[field]
        part["occurred_at"] = source[occurred]
        part["is_end"] = is_end
    return rows


def _drop_table(world: World, rows: Rows) -> pa.Table:
    order = np.lexsort(
        (rows["is_end"], rows["slot_no"], rows["origin"], rows["venue"], rows["occurred_at"])
    )
    rows = rows[order]
    slot_ids = slot_id_column(world, rows)
    return pa.table(
        {
            "event_type": pa.array(["NEW_DROP", "CLOSED"]).take(pa.array(rows["is_end"] * 1)),
            "venue_id": venue_id_column(world, rows),
            "slot_id": slot_ids,
            "slot_at": instant_column(rows["slot_at"]),
            "opened_at": instant_column(rows["opened_at"]),
            "occurred_at": instant_column(rows["occurred_at"]),
            "party_size": pa.array(rows["party_size"]),
            "bucket_id": _bucket_id_column(rows["bucket"]),
            "event_id": event_id_column(slot_ids, rows["opened_at"], rows["is_end"]),
        },
        schema=DROP_SCHEMA,
    )


def venue_id_column(world: World, rows: Rows) -> pa.Array:
    """The `venue_id` of each row."""
    return pa.array([v.venue_id for v in world.venues]).take(pa.array(rows["venue"]))


def slot_id_column(world: World, rows: Rows) -> pa.Array:
    """Slot ids: the venue, the day the slot was first drawn for, a number within it."""
    days, which = np.unique(rows["origin"], return_inverse=True)
    names = pa.array([date.fromordinal(int(day)).strftime("%Y%m%d") for day in days], pa.string())
    numbers = pc.cast(pa.array(rows["slot_no"]), pa.string())
    return pc.binary_join_element_wise(
        venue_id_column(world, rows), names.take(pa.array(which)), numbers, "-"
    )


def event_id_column(slot_ids: pa.Array, opened_at: Ints, is_end: NDArray[np.bool_]) -> pa.Array:
    """Event ids: the slot, the opening's second, and which end of the drop it is."""
    opened = pc.cast(pa.array(opened_at), pa.string())
    kinds = pa.array(["open", "closed"]).take(pa.array(is_end * 1))
    return pc.binary_join_element_wise(slot_ids, opened, kinds, ":")


def instant_column(seconds: Ints) -> pa.Array:
    """UTC timestamps of whole seconds."""
    return pa.array(seconds * 1_000_000).cast(INSTANT)


def _bucket_id_column(bucket: Ints) -> pa.Array:
    """`YYYY-MM-DD_HH:MM` of each bucket number (twice the date's ordinal, plus one if evening)."""
    numbers, which = np.unique(bucket, return_inverse=True)
    names = [
        f"{date.fromordinal(int(number) // 2).isoformat()}_{ANCHOR_HOURS[int(number) % 2]:02d}:00"
        for number in numbers
    ]
    return pa.array(names, pa.string()).take(pa.array(which))


def _logged_polls(model: Model, day: date) -> tuple[Ints, Ints]:
    """Bucket and second of every poll of a local day that is logged."""
    world = model.world
    interval, every = world.poll_interval_seconds, world.scan_log_every
    midnight, next_midnight = (
        day_start_seconds(world, day + timedelta(days=ahead)) for ahead in (0, 1)
    )
    bucket = day.toordinal() * 2 + np.arange(BUCKETS)
    phase = model.phases(bucket)
    first_poll = -((phase - midnight) // interval)
    first_logged = first_poll + (bucket % BUCKETS - first_poll) % every
    steps = np.arange((next_midnight - midnight) // (interval * every) + 2)
    polls = (first_logged[:, None] + steps * every) * interval + phase[:, None]
    buckets = np.broadcast_to(bucket[:, None], polls.shape)
    within = polls < next_midnight
    order = np.lexsort((buckets[within], polls[within]))
    return buckets[within][order], polls[within][order]


def _scan_table(model: Model, open_drops: Rows, bucket: Ints, scanned_at: Ints) -> pa.Table:
    is_failed = model.failed(scanned_at)
    # Bucket and time in one number, so that one sorted search counts for all buckets.
    scale = np.int64(2**34)
    opened = np.sort(open_drops["bucket"] * scale + open_drops["opened_at"])
    ended = np.sort(open_drops["bucket"] * scale + _ends(open_drops))
    looked = bucket * scale + scanned_at
    available = np.searchsorted(opened, looked, "right") - np.searchsorted(ended, looked, "right")
    return pa.table(
        {
            "market_id": pa.array([model.world.market_id]).take(pa.array(np.zeros_like(bucket))),
            "bucket_id": _bucket_id_column(bucket),
            "scanned_at": instant_column(scanned_at),
            "ok": pa.array(~is_failed),
            "available_slots": pa.array(available.astype(np.int32), mask=is_failed),
        },
        schema=SCAN_SCHEMA,
    )

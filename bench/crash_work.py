"""The work that is stopped half-way, in three phases.

A phase starts from a database in a known state (`prepare`) and is run (`run`) any number of times
until it comes to its end; what is then in the database must not depend on how often it was stopped.
Together they take every path: openings, named and implied and unnamed closings, settled at once, by
a later delivery and by the sweep, rows that are refused, duplicates, late rows, slots that reopen,
scans, a new day's partition, expiry, a held day, closings that waited too long.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

import db.writes
from bench.interleave import Stop, in_thread
from db.deliveries import Delivery
from db.engine import Engine
from db.intake import DROPS, SCANS, Format
from db.json_rows import chunk_of_json
from db.scan_writes import accept_scans
from db.schema import markets, venues
from db.writes import accept_drops
from pipeline.seal import seal
from pipeline.tick import tick
from settings import Settings

SETTINGS = Settings(_env_file=None)  # type: ignore[call-arg]  # pydantic-settings' own
LONG_AGO = datetime(2026, 1, 5, 17, tzinfo=UTC)  # a day that is sealed when the phases begin
TODAY = datetime(2026, 1, 28, 17, tzinfo=UTC)  # noon in New York
SEAL_AT = TODAY + timedelta(days=28)
LARGE_BATCH = 12  # so that a delivery of few rows takes the path of large ones

Event = dict[str, object]


# --- what is delivered ---------------------------------------------------------------------------


def opening(slot: str, opened_at: datetime, *, venue: str = "anna", **more: object) -> Event:
    """A NEW_DROP of a table five days ahead."""
    return {
        "event_type": "NEW_DROP",
        "venue_id": venue,
        "slot_id": slot,
        "slot_at": (opened_at + timedelta(days=5)).isoformat(),
        "opened_at": opened_at.isoformat(),
        "occurred_at": opened_at.isoformat(),
        "party_size": 2,
        **more,
    }


def closing(slot: str, opened_at: datetime, seconds: int, **more: object) -> Event:
    """The CLOSED of that drop, so many seconds later; it names its opening."""
    closed_at = opened_at + timedelta(seconds=seconds)
    return {
        **opening(slot, opened_at),
        "event_type": "CLOSED",
        "occurred_at": closed_at.isoformat(),
        **more,
    }


def unnamed(slot: str, opened_at: datetime, seconds: int, **more: object) -> Event:
    """The same without `opened_at`."""
    event = closing(slot, opened_at, seconds, **more)
    del event["opened_at"]
    return event


def deliver(engine: Engine, key: str, events: list[Event], at: datetime) -> None:
    """Has the events accepted as one delivery."""
    accept_drops(
        engine,
        _delivery(DROPS, key, events),
        received_at=at,
        max_lead_days=SETTINGS.max_lead_days,
    )


def _delivery(format: Format, key: str, rows: list[Event]) -> Delivery:
    chunk = chunk_of_json(format, rows)
    return Delivery(format, lambda: [chunk], key, key, "crash test")


def _hours(hours: float) -> timedelta:
    return timedelta(hours=hours)


YESTERDAY = TODAY - _hours(24)
LAST_WEEK = TODAY - _hours(8 * 24)  # a day without a partition

HISTORY = [
    opening("plain", YESTERDAY),
    opening("ended", YESTERDAY),
    closing("ended", YESTERDAY, 300),
    opening("to be closed", YESTERDAY + _hours(1)),
    opening("to be closed unnamed", YESTERDAY + _hours(1)),
    opening("to reopen", YESTERDAY + _hours(2)),
    unnamed("opens later", YESTERDAY + _hours(3), 600),
    unnamed("never opens", YESTERDAY + _hours(3), 600),
    opening("far ahead", YESTERDAY + _hours(4), slot_at=(SEAL_AT + _hours(99)).isoformat()),
    opening("in London", YESTERDAY, venue="lola"),
]
LARGE_DELIVERY = [
    opening("new day", LAST_WEEK),
    closing("new day", LAST_WEEK, 120),
    opening("new", TODAY - _hours(1), venue_name="Anna's", neighborhood="SoHo"),
    opening("new venue", TODAY - _hours(2), venue="bert"),
    closing("implied", TODAY - _hours(2), 240),
    closing("too late", LAST_WEEK, 6 * 24 * 3600),
    closing("to be closed", YESTERDAY + _hours(1), 900),
    unnamed("to be closed unnamed", YESTERDAY + _hours(1), 1200),
    opening("opens later", YESTERDAY + _hours(3)),
    opening("own pair", TODAY - _hours(3)),
    unnamed("own pair", TODAY - _hours(3), 90),
    unnamed("waits", TODAY - _hours(1), 60),
    opening("to reopen", TODAY - _hours(2), slot_at=(YESTERDAY + _hours(122)).isoformat()),
    opening("in London", TODAY - _hours(2), venue="lola"),
    closing("in London", YESTERDAY, 30, venue_id="lola"),
    opening("long gone", LONG_AGO),
    opening("late and new", LONG_AGO),
    {**opening("bad", TODAY), "event_type": "OPENED"},
    {**opening("bad", TODAY), "slot_at": "tomorrow"},
    closing("bad", TODAY - _hours(1), -60),
    opening("plain", YESTERDAY),
]
SMALL_DELIVERY = [
    opening("new", TODAY - _hours(1)),
    closing("new", TODAY - _hours(1), 45),
    closing("ended", YESTERDAY, 999),
    opening("late and new", LONG_AGO),
]
SCANS_OF_TODAY: list[Event] = [
    {
        "market_id": "nyc",
        "bucket_id": "2026-02-01_19:00",
        "scanned_at": (TODAY - timedelta(minutes=minutes)).isoformat(),
        "ok": minutes != 3,
        "available_slots": minutes,
    }
    for minutes in range(1, 6)
]
LAST_DELIVERY = [
    opening("last", YESTERDAY + _hours(5)),
    unnamed("last", YESTERDAY + _hours(5), 75),
    opening("plain", YESTERDAY + _hours(6), slot_at=(YESTERDAY + _hours(120)).isoformat()),
]


# --- the phases ----------------------------------------------------------------------------------


def _prepare_ingest(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            insert(markets).values(market_id="london", name="London", timezone="Europe/London")
        )
        connection.execute(
            insert(venues).values(venue_id="lola", market_id="london", name="Lola", lists=[])
        )
    deliver(engine, "long ago", [opening("long gone", LONG_AGO)], LONG_AGO)
    seal(engine, SETTINGS, LONG_AGO + timedelta(days=23))
    deliver(engine, "history", HISTORY, YESTERDAY + _hours(5))
    tick(engine, SETTINGS, YESTERDAY + _hours(5))


def _ingest(engine: Engine) -> None:
    deliver(engine, "large", LARGE_DELIVERY, TODAY)
    deliver(engine, "small", SMALL_DELIVERY, TODAY)
    accept_scans(engine, _delivery(SCANS, "scans", SCANS_OF_TODAY), received_at=TODAY)


def _prepare_tick(engine: Engine) -> None:
    _ingest(engine)
    # An opening and its closing at the same time, neither of which sees the other.
    first, second = [opening("raced", TODAY - _hours(1))], [unnamed("raced", TODAY - _hours(1), 30)]
    with (
        Stop(engine, "finish_batch") as stop,
        in_thread(lambda: deliver(engine, "raced opening", first, TODAY)) as raced,
    ):
        stop.wait()
        deliver(engine, "raced closing", second, TODAY)
        stop.release()
        raced.result()


def _tick(engine: Engine) -> None:
    tick(engine, SETTINGS, TODAY)


def _prepare_seal(engine: Engine) -> None:
    _tick(engine)
    deliver(engine, "last", LAST_DELIVERY, TODAY)


def _seal(engine: Engine) -> None:
    seal(engine, SETTINGS, SEAL_AT)


@dataclass(frozen=True)
class Phase:
    """Some work, and what makes the database it starts from out of the previous phase's start."""

    name: str
    prepare: Callable[[Engine], None]
    run: Callable[[Engine], None]


PHASES = (
    Phase("ingest", _prepare_ingest, _ingest),
    Phase("tick", _prepare_tick, _tick),
    Phase("seal", _prepare_seal, _seal),
)


@contextmanager
def small_large_batches() -> Iterator[None]:
    """Has small deliveries treated as large ones are."""
    kept, db.writes.LARGE_BATCH = db.writes.LARGE_BATCH, LARGE_BATCH
    try:
        yield
    finally:
        db.writes.LARGE_BATCH = kept

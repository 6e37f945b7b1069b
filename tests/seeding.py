"""A small known world, taken in the way a real one is: deliveries accepted, then ticks."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import orjson

from db.engine import Engine
from db.intake import DROPS
from db.json_rows import chunk_of_json
from db.writes import Acceptance, Delivery, accept_drops
from pipeline.tick import tick
from settings import Settings

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)  # Monday noon in New York
TODAY = date(2026, 11, 23)
SETTINGS = Settings(_env_file=None)
NEW_YORK = ZoneInfo("America/New_York")

# Venue: drops on a day so many days ago, seconds each is open, hour of its slot.
VENUES = {
    "barely": (lambda back: int(back % 4 == 1), 300, 19),
    "twin-a": (lambda _: 2, 600, 19),
    "twin-b": (lambda _: 2, 600, 20),
    "rising": (lambda back: 2 if back <= 7 else 1, 900, 18),
    "plenty": (lambda _: 6, 7200, 19),
}

_keys = count(1)


def drop(
    venue_id: str,
    opened_at: datetime,
    *,
    slot_at: datetime | None = None,
    seconds: int | None = None,
    **more: object,
) -> list[dict[str, object]]:
    """A drop's NEW_DROP and, when it is closed after so many seconds, its CLOSED."""
    slot_at = slot_at or opened_at + timedelta(days=5)
    shared = {
        "venue_id": venue_id,
        "slot_id": f"{venue_id} {slot_at.isoformat()} {opened_at.isoformat()}",
        "slot_at": slot_at.isoformat(),
        "opened_at": opened_at.isoformat(),
        "party_size": 2,
        "neighborhood": "West Village" if venue_id.startswith("twin") else "SoHo",
        "cuisine": "Italian",
        **more,
    }
    events = [{**shared, "event_type": "NEW_DROP", "occurred_at": opened_at.isoformat()}]
    if seconds is not None:
        closed_at = opened_at + timedelta(seconds=seconds)
        events.append({**shared, "event_type": "CLOSED", "occurred_at": closed_at.isoformat()})
    return events


def weeks_of_drops(days: int = 28) -> Iterator[dict[str, object]]:
    """The events of `VENUES` on each of the `days` days before today."""
    for back in range(days, 0, -1):
        day = TODAY - timedelta(days=back)
        for venue_id, (drops, seconds, hour) in VENUES.items():
            slot_at = datetime.combine(day + timedelta(days=5), time(hour), NEW_YORK)
            for number in range(drops(back)):
                opened_at = datetime.combine(day, time(10, 2 * number), NEW_YORK)
                yield from drop(venue_id, opened_at, slot_at=slot_at, seconds=seconds)


def accept(
    engine: Engine,
    events: Sequence[object],
    *,
    received_at: datetime = NOW,
    is_simulated: bool = False,
) -> Acceptance:
    """Accepts the events as one delivery."""
    chunk = chunk_of_json(DROPS, list(events))
    digest = hashlib.sha256(orjson.dumps(events)).hexdigest()
    return accept_drops(
        engine,
        Delivery(DROPS, lambda: [chunk], f"test {next(_keys)}", digest, "test", is_simulated),
        received_at=received_at,
        max_lead_days=SETTINGS.max_lead_days,
    )


def seed(engine: Engine, events: Sequence[object] | None = None, *, now: datetime = NOW) -> None:
    """Accepts the events, by default those of `weeks_of_drops`, and scores them."""
    accept(engine, list(weeks_of_drops()) if events is None else events, received_at=now)
    tick(engine, SETTINGS, now)

"""Alerts for tests: their events as apps send them, and what they fold into."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import orjson

from db.alert_writes import accept_alerts
from db.deliveries import Acceptance, Delivery
from db.engine import Engine
from db.intake import ALERTS
from db.json_rows import chunk_of_json
from settings import Settings
from tests.factories import NOW, Rows, contents, sent

SECRET = b"a secret for tests, of forty characters."
SETTINGS = Settings(_env_file=None, user_key_secret=SECRET.decode())
STEPS = ("alert_sent", "alert_opened", "tap_to_reserve", "booking_confirmed")

_keys = count(1)


def step(
    event_type: str, occurred_at: datetime, alert_id: str = "a", **facts: Any
) -> dict[str, Any]:
    """One event of an alert."""
    return {
        "event_id": f"{alert_id}/{event_type}",
        "alert_id": alert_id,
        "event_type": event_type,
        "occurred_at": occurred_at,
        "venue_id": "v",
        "user_id": "user-1",
        **facts,
    }


def alert(
    sent_at: datetime, *seconds: float | None, alert_id: str = "a", **facts: Any
) -> list[dict[str, Any]]:
    """An alert's events: its sending, and each further step that has its seconds given."""
    return [
        step(event_type, sent_at + timedelta(seconds=after), alert_id, **facts)
        for event_type, after in zip(STEPS, (0, *seconds), strict=False)
        if after is not None
    ]


def track(
    engine: Engine,
    events: Sequence[dict[str, Any]],
    *,
    received_at: datetime = NOW,
    is_simulated: bool = False,
) -> Acceptance:
    """Alert events, accepted as one delivery."""
    texts = sent(events)
    chunk = chunk_of_json(ALERTS, texts)
    return accept_alerts(
        engine,
        Delivery(
            format=ALERTS,
            chunks=lambda: [chunk],
            idempotency_key=f"test alerts:{next(_keys)}",
            content_sha256=hashlib.sha256(orjson.dumps(texts)).hexdigest(),
            source="test",
            is_simulated=is_simulated,
        ),
        received_at=received_at,
        secret=SECRET,
    )


def conversion(engine: Engine) -> Rows:
    """The rows of `conversion_metrics`, without when they were computed."""
    return contents(engine, "conversion_metrics", "computed_at")

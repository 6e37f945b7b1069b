"""The live page: what is open now and what was just taken. The one reader of raw events."""

import re
from datetime import UTC, datetime, timedelta

import pandas as pd

from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import progress

JUST_CLOSED = timedelta(hours=1)

DERIVED_PREFIX = "drop~"
_DERIVED_ID = re.compile(rf"{DERIVED_PREFIX}(\d{{8}}T\d{{6}}\.\d{{6}})Z~(.*)", re.DOTALL)


def drop_event_id(event_id: str | None, slot_id: str, opened_at: datetime) -> str:
    """The id of a drop that an alert may name: the NEW_DROP's own, or else one made from what
    tells the drop apart within its venue, so that it can be read back (`read_drop_event_id`).

    >>> drop_event_id(None, "s1", datetime(2026, 11, 20, 19, 0, tzinfo=UTC))
    'drop~20261120T190000.000000Z~s1'
    """
    if event_id is not None:
        return event_id
    return f"drop~{opened_at.astimezone(UTC):%Y%m%dT%H%M%S.%f}Z~{slot_id}"


def read_drop_event_id(text: str) -> tuple[str, datetime] | None:
    """(slot_id, opened_at) of an id that `drop_event_id` made; `None` for any other.

    >>> read_drop_event_id("drop~20261120T190000.000000Z~s1")
    ('s1', datetime.datetime(2026, 11, 20, 19, 0, tzinfo=datetime.timezone.utc))
    """
    found = _DERIVED_ID.fullmatch(text)
    if found is None:
        return None
    try:
        opened_at = datetime.strptime(found[1], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
    except ValueError:
        return None
    return found[2], opened_at


def live_drops(
    engine: Engine,
    market_id: str,
    now: datetime,
    limit: int = 100,
    *,
    prime_only: bool = False,
) -> pd.DataFrame:
    """Drops open at `now`, the newest first: they have no end and their slot is still ahead.

    Columns: drop_event_id, venue_id, venue_name, neighborhood, slot_id, opened_at, slot_at,
    slot_date, slot_hour, party_size (NA unknown), bucket_id, is_prime, open_seconds (so far).
    Raises `UnknownMarketError`.
    """
    progress(engine, market_id)
    return _with_ids(
        frame(
            engine,
            "insight_live_open",
            market_id=market_id,
            now=now,
            prime_only=prime_only,
            row_limit=limit,
        )
    )


def just_closed(engine: Engine, market_id: str, now: datetime, limit: int = 100) -> pd.DataFrame:
    """Drops taken in the hour before `now`, whenever they had opened, the last first.

    Columns: as of `live_drops`, with closed_at; open_seconds is how long the table lasted.
    """
    progress(engine, market_id)
    return _with_ids(
        frame(
            engine,
            "insight_live_closed",
            market_id=market_id,
            since=now - JUST_CLOSED,
            now=now,
            row_limit=limit,
        )
    )


def _with_ids(drops: pd.DataFrame) -> pd.DataFrame:
    ids = [
        drop_event_id(
            None if pd.isna(drop.event_id) else drop.event_id, drop.slot_id, drop.opened_at
        )
        for drop in drops.itertuples()
    ]
    drops = drops.drop(columns="event_id")
    drops.insert(0, "drop_event_id", ids)
    return drops.astype({"open_seconds": "int64", "party_size": "Int64"})

"""How long tables stay open: survival curves from the exact durations, over any window."""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from db.engine import Engine
from db.insights.venues import venue
from db.insights.watched import watched_market
from db.packed_drops import read_drops
from db.queries import run
from db.watching import Market, seen_open
from metrics.survival import SurvivalCurve, survival_curve


def open_duration(
    engine: Engine,
    *,
    market_id: str | None = None,
    venue_id: str | None = None,
    neighborhood: str | None = None,
    is_prime: bool | None = None,
    first: date,
    last: date,
    now: datetime,
) -> SurvivalCurve | None:
    """The curve of drops that opened from `first` through `last`, of a market or of one venue.

    neighborhood, is_prime: only theirs. Drops without an end are censored at the last look, and
    closings that a gap in the scans hides where the gap began; sealed days give what they gave
    before. None without a drop. Raises `UnknownMarketError`, `UnknownVenueError`, and ValueError
    unless exactly one of market and venue is named.
    """
    if (market_id is None) == (venue_id is None):
        raise ValueError("name a market or a venue")
    if venue_id is not None:
        market_id = venue(engine, venue_id).market_id
    assert market_id is not None
    with engine.connect() as connection:
        market = watched_market(connection, market_id, now)
        if market is None:
            return None
        venue_ids = [venue_id] if venue_id else _venue_ids(connection, market_id, neighborhood)
        seconds, is_taken = _durations(connection, market, venue_ids, is_prime, first, last)
    return survival_curve(
        seconds[is_taken], seconds[~is_taken], resolution_seconds=market.resolution_seconds
    )


def _venue_ids(connection: Connection, market_id: str, neighborhood: str | None) -> list[str]:
    found = run(connection, "insight_market_venues", market_id=market_id, neighborhood=neighborhood)
    return list(found.scalars())


def _durations(
    connection: Connection,
    market: Market,
    venue_ids: Sequence[str],
    is_prime: bool | None,
    first: date,
    last: date,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Seconds each drop was seen open, and whether it was then taken."""
    watch = market.watch(connection, first)
    seconds, is_taken = [np.zeros(0, np.int64)], [np.zeros(0, np.bool_)]
    for drops in read_drops(
        connection,
        venue_ids,
        first,
        last,
        now=market.now,
        seen_until=market.seen_until,
    ):
        seen, taken = seen_open(drops, watch, market.resolution_seconds)
        asked = slice(None) if is_prime is None else drops.is_prime == is_prime
        seconds.append(seen[asked])
        is_taken.append(taken[asked])
    return np.concatenate(seconds), np.concatenate(is_taken)

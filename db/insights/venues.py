"""One venue: its facts, its days, its windows."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import UnknownVenueError
from db.queries import run


@dataclass(frozen=True)
class VenueFacts:
    """What is known of a venue, and of the market it belongs to."""

    venue_id: str
    name: str
    neighborhood: str | None
    cuisine: str | None
    price: str | None
    lists: tuple[str, ...]
    market_id: str
    market_name: str
    timezone: str
    is_simulated: bool
    prime_start_hour: int
    prime_end_hour: int


def venue(engine: Engine, venue_id: str) -> VenueFacts:
    """The venue's facts. Raises `UnknownVenueError`."""
    with engine.connect() as connection:
        row = run(connection, "insight_venue", venue_id=venue_id).mappings().one_or_none()
    if row is None:
        raise UnknownVenueError(f"There is no venue {venue_id!r}.")
    return VenueFacts(**{**row, "lists": tuple(row["lists"])})


def venue_history(engine: Engine, venue_id: str, start: date, end: date) -> pd.DataFrame:
    """The venue's rows of venue_metrics from `start` through `end`, oldest first."""
    return frame(engine, "insight_venue_history", venue_id=venue_id, start_date=start, end_date=end)


def venue_windows(engine: Engine, venue_id: str, as_of: date) -> pd.DataFrame:
    """The venue's rows of venue_rolling_metrics that end on `as_of`, the shortest window first."""
    return frame(engine, "insight_venue_windows", venue_id=venue_id, as_of_date=as_of)


def venue_names(engine: Engine, market_id: str) -> pd.DataFrame:
    """The market's venues, by name: venue_id, name, neighborhood. Empty for a market there is none
    of."""
    return frame(engine, "insight_market_venue_names", market_id=market_id)

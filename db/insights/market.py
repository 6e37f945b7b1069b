"""Markets: which there are, how far their data reach, and what their venues can be filtered by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from db.engine import Engine
from db.insights.frames import frame
from db.queries import run
from db.writes import DEFAULT_MARKET_ID
from metrics.calendar import first_whole_day, local_date


class UnknownMarketError(Exception):
    """A market was named that there is none of; the text lists those there are."""


class UnknownVenueError(Exception):
    """A venue was named that there is none of."""


Version = tuple[datetime | None, date | None]


@dataclass(frozen=True)
class Progress:
    """How far a market's data reach. `None` where there is nothing yet.

    first_event_at: the first event that was sent. data_through: the last event or successful scan
    taken in. scored_for: the instant its numbers are computed for. computed_at: when any of them
    was last computed anew.
    """

    timezone: str
    first_event_at: datetime | None
    data_through: datetime | None
    scored_for: datetime | None
    computed_at: datetime | None

    @property
    def version(self) -> Version:
        """What answers about the market may be remembered by: it changes when its numbers do, and
        with a new whole day."""
        return self.computed_at, self.complete_through

    @property
    def first_whole_date(self) -> date | None:
        """The first local day that lies wholly after the first event."""
        if self.first_event_at is None:
            return None
        return first_whole_day(self.first_event_at, self.timezone)

    @property
    def complete_through(self) -> date | None:
        """The last local day that is wholly past and wholly in the data."""
        if self.data_through is None or self.scored_for is None:
            return None
        known = local_date(min(self.data_through, self.scored_for), self.timezone)
        return date.fromordinal(known.toordinal() - 1)


def markets(engine: Engine) -> pd.DataFrame:
    """Every market: market_id, name, timezone, is_simulated, prime_start_hour, prime_end_hour,
    poll_interval_seconds (NA: as the settings say), first_date, latest_date (of its data; None
    without), venue_count."""
    return frame(engine, "insight_markets").astype({"poll_interval_seconds": "Int64"})


def default_market(engine: Engine) -> str:
    """The market to show to somebody who named none, as `preferred_market` says."""
    return preferred_market(markets(engine))


def preferred_market(known: pd.DataFrame) -> str:
    """Of these markets (columns of `markets`), one with data before one without, a real one before
    a simulated one, the default one before others, then the one with the newest data."""

    def preference(market: object) -> tuple[bool, bool, bool, int]:
        has_data = market.latest_date is not None  # type: ignore[attr-defined]
        return (
            has_data,
            not market.is_simulated,  # type: ignore[attr-defined]
            market.market_id == DEFAULT_MARKET_ID,  # type: ignore[attr-defined]
            market.latest_date.toordinal() if has_data else 0,  # type: ignore[attr-defined]
        )

    best = max(known.itertuples(), key=preference, default=None)
    return DEFAULT_MARKET_ID if best is None else str(best.market_id)


def markets_asked_for(engine: Engine, market_id: str | None) -> pd.DataFrame:
    """The rows of `markets` that a question is about: the one named, or else every real market with
    data, or, where only simulated data are, every simulated one: the two are never mixed.

    Raises `UnknownMarketError`.
    """
    known = markets(engine)
    if market_id is not None:
        named = known[known["market_id"] == market_id]
        if named.empty:
            raise UnknownMarketError(
                f"There is no market {market_id!r}. There are: "
                f"{', '.join(known['market_id']) or 'none yet'}."
            )
        return named
    with_data = known[known["latest_date"].notna()]
    real = with_data[~with_data["is_simulated"].astype(bool)]
    return with_data if real.empty else real


def progress(engine: Engine, market_id: str) -> Progress:
    """How far the market's data reach. Raises `UnknownMarketError`."""
    with engine.connect() as connection:
        row = run(connection, "insight_market_progress", market_id=market_id).one_or_none()
    if row is None:
        raise UnknownMarketError(f"There is no market {market_id!r}.")
    return Progress(
        row.timezone, row.first_event_at, row.data_through, row.scored_for, row.computed_at
    )


def data_through(engine: Engine, market_id: str) -> datetime | None:
    """The last event or successful scan that the market's numbers hold, in UTC."""
    return progress(engine, market_id).data_through


def latest_as_of(
    engine: Engine, market_id: str, window_days: int, *, not_after: date | None = None
) -> date | None:
    """The newest local day, not after the one given, for which windows of this length can be read.

    Up to the newest day that was scored, that is every day since the market's first.
    """
    with engine.connect() as connection:
        newest: date | None = run(
            connection, "insight_latest_as_of", market_id=market_id, window_days=window_days
        ).scalar_one_or_none()
    if newest is None or not_after is None or not_after >= newest:
        return newest
    reach = progress(engine, market_id)
    if reach.first_event_at is None or not_after < local_date(reach.first_event_at, reach.timezone):
        return None
    return not_after


def neighborhoods(engine: Engine, market_id: str) -> Sequence[str]:
    """The neighborhoods of the market's venues, in order."""
    return _facet(engine, market_id, "neighborhood")


def cuisines(engine: Engine, market_id: str) -> Sequence[str]:
    """The cuisines of the market's venues, in order."""
    return _facet(engine, market_id, "cuisine")


def lists(engine: Engine, market_id: str) -> Sequence[str]:
    """The editorial lists the market's venues are on, in order."""
    return _facet(engine, market_id, "list")


def _facet(engine: Engine, market_id: str, facet: str) -> Sequence[str]:
    facets = frame(engine, "insight_facets", market_id=market_id)
    return tuple(facets.loc[facets["facet"] == facet, "value"])

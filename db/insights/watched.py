"""A market with what was watched of it, for questions that are answered from the rollup itself."""

from datetime import datetime

from sqlalchemy import Connection

from db import scores
from db.insights.market import UnknownMarketError
from db.queries import run
from db.watching import Market, market_at


def watched_market(connection: Connection, market_id: str, now: datetime) -> Market | None:
    """The market as scoring sees it at `now`; None before its first scoring.

    Raises `UnknownMarketError`.
    """
    rows = {row.market_id: row for row in scores.scored_markets(connection)}
    resolution = run(connection, "insight_resolution", market_id=market_id).one_or_none()
    if resolution is None:
        raise UnknownMarketError(f"There is no market {market_id!r}.")
    if market_id not in rows or resolution.resolution_seconds is None:
        return None
    return market_at(rows[market_id], now, resolution.resolution_seconds)

"""The rows of the published API. Their columns stay; new ones may be added at the end."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pandas as pd

from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import latest_as_of, markets_asked_for
from db.insights.ranks import rolling_rows, with_ranks
from db.insights.trends import trend_rows, with_labels
from db.insights.venues import venue
from metrics.calendar import local_date


def venue_metrics(
    engine: Engine,
    *,
    now: datetime,
    days: int = 14,
    limit: int = 100,
    as_of: date | None = None,
    venue_id: str | None = None,
    neighborhood: str | None = None,
    market: str | None = None,
) -> pd.DataFrame:
    """Venues' single days over the last `days` local days, scarcest first, undefined last.

    The days end with `as_of`, by default each market's today at `now`, and include it. Without
    `market` the rows are of every real market (or of every simulated one where only those are).
    Raises `UnknownMarketError` and `UnknownVenueError`.
    """
    if venue_id is not None:
        market = market or venue(engine, venue_id).market_id
    return frame(
        engine,
        "insight_venue_metrics",
        **_spans(engine, market, days, as_of, now),
        venue_id=venue_id,
        neighborhood=neighborhood,
        row_limit=limit,
    )


def venue_rolling_metrics(
    engine: Engine,
    *,
    now: datetime,
    window_days: int = 14,
    limit: int = 300,
    as_of: date | None = None,
    venue_id: str | None = None,
    neighborhood: str | None = None,
    market: str | None = None,
) -> pd.DataFrame:
    """The ranking with its intervals, hardest first, unscored venues last.

    Of each market: the newest scored day not after `as_of` (by default its today at `now`); the
    rows name it. Ranks are those within the whole market. Columns as of `ranking` without its
    changes, and of the venue's trend: trend_as_of_date (the last Sunday with one), trend_weeks,
    trend_change_per_week, trend_lower, trend_upper, trend_p_value, trend_label; None where there is
    too little to tell. Errors as of `venue_metrics`.
    """
    if venue_id is not None:
        market = market or venue(engine, venue_id).market_id
    as_of_dates = {}
    for asked in markets_asked_for(engine, market).itertuples():
        not_after = as_of or local_date(now, asked.timezone)
        found = latest_as_of(engine, asked.market_id, window_days, not_after=not_after)
        if found is not None:
            as_of_dates[asked.market_id] = found
    rows = with_ranks(rolling_rows(engine, as_of_dates, window_days))
    rows = rows.merge(_trends(engine, as_of_dates), how="left", on="venue_id")
    if venue_id is not None:
        rows = rows[rows["venue_id"] == venue_id]
    if neighborhood is not None:
        rows = rows[rows["neighborhood"] == neighborhood]
    return rows.head(limit).reset_index(drop=True)


def market_metrics(
    engine: Engine,
    *,
    now: datetime,
    days: int = 14,
    metric_types: Sequence[str] | None = None,
    as_of: date | None = None,
    market: str | None = None,
) -> pd.DataFrame:
    """Markets' single days over the last `days` local days, newest first; `value` as it is stored.

    Days and markets as in `venue_metrics`. Raises `UnknownMarketError`.
    """
    return frame(
        engine,
        "insight_market_metrics",
        **_spans(engine, market, days, as_of, now),
        metric_types=list(metric_types) if metric_types else None,
    )


def _trends(engine: Engine, as_of_dates: dict[str, date]) -> pd.DataFrame:
    """The trends as of each market's date, their columns named as rolling rows have them."""
    columns = ["as_of_date", "weeks", "change_per_week", "lower", "upper", "p_value", "label"]
    rows = with_labels(trend_rows(engine, as_of_dates))[["venue_id", *columns]]
    return rows.rename(columns={name: f"trend_{name}" for name in columns}).astype(
        {"trend_weeks": "Int64"}
    )


def _spans(
    engine: Engine, market: str | None, days: int, as_of: date | None, now: datetime
) -> dict[str, list[object]]:
    """The markets asked for, each with the first and last of its last `days` local days."""
    spans: dict[str, list[object]] = {"market_ids": [], "start_dates": [], "end_dates": []}
    for asked in markets_asked_for(engine, market).itertuples():
        end = as_of or local_date(now, asked.timezone)
        spans["market_ids"].append(asked.market_id)
        spans["start_dates"].append(end - timedelta(days=days - 1))
        spans["end_dates"].append(end)
    return spans

"""The ranking: a market's venues from hardest to easiest, each with how sure its place is."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import Progress, progress
from metrics.calendar import local_day_bounds, local_day_minutes
from metrics.catchable import catchable_rates
from metrics.exposure import day_exposure
from metrics.ranks import joint_confidence, rank_bands
from metrics.rates import last_against_previous
from metrics.survival import Floats

WINDOW_DAYS = (7, 14, 28, 90)
WEEK = timedelta(days=7)


def ranking(
    engine: Engine,
    market_id: str,
    as_of: date,
    window_days: int,
    *,
    neighborhood: str | None = None,
    cuisine: str | None = None,
    on_list: str | None = None,
) -> pd.DataFrame:
    """The market's venues over the window that ends on `as_of`, hardest first, unscored ones last.

    Columns: those of venue_rolling_metrics; the venue's name, neighborhood, cuisine, price, lists,
    is_simulated; rank (1 is hardest), rank_lower and rank_upper (its joint 95 % band) and rank_tied
    (how many share it), all of the whole market, whatever is filtered for, and `nan` where there is
    no score; change_ratio (prime drops of the last 7 complete days over the 7 before, per observed
    day), change_lower, change_upper.

    Empty where that day was not scored: see `latest_as_of`. Raises `UnknownMarketError`.
    """
    rows = with_ranks(rolling_rows(engine, {market_id: as_of}, window_days))
    changes = _changes(engine, market_id, as_of, progress(engine, market_id))
    rows = rows.merge(changes, how="left", on="venue_id")
    if neighborhood is not None:
        rows = rows[rows["neighborhood"] == neighborhood]
    if cuisine is not None:
        rows = rows[rows["cuisine"] == cuisine]
    if on_list is not None:
        rows = rows[[on_list in named for named in rows["lists"]]]
    return rows.reset_index(drop=True)


def rolling_rows(engine: Engine, as_of_dates: dict[str, date], window_days: int) -> pd.DataFrame:
    """Rows of venue_rolling_metrics with the venues' facts, of several markets, each on its day."""
    return frame(
        engine,
        "insight_rolling",
        market_ids=list(as_of_dates),
        as_of_dates=list(as_of_dates.values()),
        window_days=window_days,
    )


def with_ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with their ranks and rank bands within each market, hardest first."""
    rows = rows.assign(rank=np.nan, rank_lower=np.nan, rank_upper=np.nan, rank_tied=np.nan)
    for _, scored in rows[rows["scarcity_score"].notna()].groupby("market_id"):
        joint = catchable_rates(
            scored["catchable_drops"],
            scored["observed_days"],
            scored["catchable_squares"],
            scored["watched_days"],
            scored["lasting_rate"],
            scored["lasting_log_variance"],
            confidence=joint_confidence(len(scored)),
        )
        rate = scored["catchable_per_week"].to_numpy()
        # Rounding must not put a rate outside its own interval.
        bands = rank_bands(rate, np.minimum(joint.lower, rate), np.maximum(joint.upper, rate))
        rows.loc[scored.index, ["rank", "rank_lower", "rank_upper", "rank_tied"]] = [
            [band.rank, band.best, band.worst, band.tied] for band in bands
        ]
    order = rows.assign(is_unscored=rows["scarcity_score"].isna()).sort_values(
        ["is_unscored", "catchable_per_week", "name", "venue_id"], kind="stable"
    )
    return rows.loc[order.index].reset_index(drop=True)


def _changes(engine: Engine, market_id: str, as_of: date, reach: Progress) -> pd.DataFrame:
    """change_ratio, change_lower and change_upper by venue_id."""
    columns = ["venue_id", "change_ratio", "change_lower", "change_upper"]
    complete = reach.complete_through
    if complete is None:
        return pd.DataFrame(columns=columns)
    last_day = min(as_of, complete)
    days = [last_day - timedelta(days=back) for back in range(13, -1, -1)]
    counts = frame(
        engine, "insight_prime_days", market_id=market_id, start_date=days[0], end_date=days[-1]
    )
    watched = _exposure(engine, market_id, days, reach).tolist()
    daily = counts.pivot_table(
        index="venue_id", columns="window_date", values="prime_time_drops", fill_value=0
    ).reindex(columns=days, fill_value=0)
    found = []
    for venue_id, row in zip(daily.index, daily.to_numpy().tolist(), strict=True):
        change = last_against_previous(row[7:], watched[7:], row[:7], watched[:7])
        if change is not None:
            ratio = np.nan if change.ratio is None else change.ratio
            found.append((venue_id, ratio, change.lower, change.upper))
    return pd.DataFrame(found, columns=columns)


def _exposure(engine: Engine, market_id: str, days: Sequence[date], reach: Progress) -> Floats:
    """The observed share of each day; assumed to be whole from the first event on without scans."""
    start_at, _ = local_day_bounds(days[0], reach.timezone)
    _, end_at = local_day_bounds(days[-1], reach.timezone)
    observed = frame(
        engine, "insight_observed_days", market_id=market_id, start_at=start_at, end_at=end_at
    )
    lengths = [local_day_minutes(day, reach.timezone) for day in days]
    if observed.empty:
        minutes = {day: _assumed_minutes(day, reach) for day in days}
    else:
        minutes = dict(zip(observed["local_date"], observed["observed_minutes"], strict=True))
    exposure: Floats = day_exposure([minutes.get(day, 0) for day in days], lengths)
    return exposure


def _assumed_minutes(day: date, reach: Progress) -> float:
    start, end = local_day_bounds(day, reach.timezone)
    if reach.first_event_at is None:
        return 0.0
    return max(0.0, (end - max(start, reach.first_event_at)) / timedelta(minutes=1))

"""The ranking: a market's venues from hardest to easiest, each with how sure its place is."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import progress
from db.insights.past_windows import past_windows
from db.insights.watched import watched_market
from metrics.catchable import catchable_rates
from metrics.facts import open_time_refusal as refusal_of
from metrics.ranks import joint_confidence, rank_band_arrays
from metrics.rates import last_against_previous
from metrics.survival import Floats

WINDOW_DAYS = (7, 14, 28, 90)
HISTORY_WINDOW = 28  # days: the one length that is kept of every Sunday
HISTORY_WEEKS = 13
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

    Empty where that day cannot be read: see `latest_as_of`. Raises `UnknownMarketError`.
    """
    changes = _changes(engine, market_id, as_of)
    rows = with_ranks(rolling_rows(engine, {market_id: as_of}, window_days))
    rows = rows.merge(changes, how="left", on="venue_id")
    return narrowed(rows, neighborhood=neighborhood, cuisine=cuisine, on_list=on_list)


def openings_ranking(engine: Engine, market_id: str, as_of: date, window_days: int) -> pd.DataFrame:
    """The market's venues by all tables that opened, at any hour and for any party, fewest first.

    Columns as of `ranking`, but catchable_per_week, its interval and the ranks are of tables that
    opened a week, however long they lasted, and tier is None: tiers are of what can be caught.
    """
    rows = rolling_rows(engine, {market_id: as_of}, window_days)
    days = [as_of - timedelta(days=back) for back in range(window_days - 1, -1, -1)]
    watched = _exposure(engine, market_id, days)
    seen = [(day, float(share)) for day, share in zip(days, watched, strict=True) if share > 0]
    sums = frame(
        engine,
        "insight_opening_sums",
        market_id=market_id,
        days=[day for day, _ in seen],
        exposures=[share for _, share in seen],
    ).set_index("venue_id")
    drops = sums["drops"].astype("int64").reindex(rows["venue_id"], fill_value=0).to_numpy()
    squares = sums["squares"].reindex(rows["venue_id"], fill_value=0.0).to_numpy()
    certain = np.ones(len(rows))
    rates = catchable_rates(
        drops, rows["observed_days"], squares, rows["watched_days"], certain, 0 * certain
    )
    rows = rows.assign(
        catchable_drops=drops,
        catchable_squares=squares,
        lasting_rate=1.0,
        lasting_log_variance=0.0,
        catchable_per_week=rates.per_week,
        catchable_lower=rates.lower,
        catchable_upper=rates.upper,
        tier=None,
    )
    changes = _changes(engine, market_id, as_of)
    return with_ranks(rows).merge(changes, how="left", on="venue_id")


def narrowed(
    rows: pd.DataFrame,
    *,
    neighborhood: str | None = None,
    cuisine: str | None = None,
    on_list: str | None = None,
) -> pd.DataFrame:
    """The rows of a `ranking` that fit the filters, ranked as in all of the market."""
    if neighborhood is not None:
        rows = rows[rows["neighborhood"] == neighborhood]
    if cuisine is not None:
        rows = rows[rows["cuisine"] == cuisine]
    if on_list is not None:
        rows = rows[[on_list in named for named in rows["lists"]]]
    return rows.reset_index(drop=True)


def rolling_rows(engine: Engine, as_of_dates: dict[str, date], window_days: int) -> pd.DataFrame:
    """Rows of venue_rolling_metrics with the venues' facts, of several markets, each on its day.
    What is not kept of them is computed anew."""
    kept = frame(
        engine,
        "insight_rolling",
        market_ids=list(as_of_dates),
        as_of_dates=list(as_of_dates.values()),
        window_days=window_days,
    )
    computed = [
        past_windows(engine, market_id, as_of, window_days)
        for market_id, as_of in as_of_dates.items()
        if market_id not in set(kept["market_id"])
    ]
    some = [rows for rows in (kept, *computed) if len(rows)]
    return pd.concat(some, ignore_index=True)[kept.columns] if some else kept


def new_among_hardest(ranking: pd.DataFrame, earlier: pd.DataFrame, places: int) -> list[str]:
    """Venues among the hardest so many that were not so on an earlier day, hardest first; rows of
    `ranking` on both days. The table is cut where it ends, whoever is level there."""
    before = earlier.set_index("venue_id")["rank"]
    now = ranking[ranking["rank"].notna()].head(places)
    ranks = before.reindex(now["venue_id"]).to_numpy()
    return [str(name) for name in now["name"][~(ranks <= places)]]


def open_time_refusal(row: Any) -> str | None:
    """Why the typical open time of a row of venue_rolling_metrics must not be printed, as a fact of
    it would say; None where it may."""
    seen = row.closed_count if pd.isna(row.seen_closed_count) else row.seen_closed_count
    median, low, high = (
        None if pd.isna(value) else float(value)
        for value in (row.typical_open_seconds, row.typical_open_lower, row.typical_open_upper)
    )
    return refusal_of(
        median,
        None if low is None or high is None else (low, high),
        int(seen),
        int(row.resolution_seconds),
    )


def rank_history(
    engine: Engine, market_id: str, as_of: date, *, weeks: int = HISTORY_WEEKS
) -> pd.DataFrame:
    """The ranks of a market's venues over 28 days, as of that day and the Sundays before it.

    Columns: venue_id, as_of_date, catchable_per_week, rank, rank_lower, rank_upper, rank_tied and
    ranked (how many had a rank that day). Days that were not scored, and venues that had no rank on
    one, have no row. Raises `UnknownMarketError`.
    """
    progress(engine, market_id)
    sunday = as_of - timedelta(days=as_of.isoweekday() % 7)
    rows = frame(
        engine,
        "insight_rank_windows",
        market_id=market_id,
        as_of_dates=[as_of, *(sunday - back * WEEK for back in range(weeks))],
        window_days=HISTORY_WINDOW,
    )
    ranked = _with_bands(rows, "as_of_date").dropna(subset="rank")
    counts = ranked.groupby("as_of_date")["venue_id"].transform("size")
    columns = ["venue_id", "as_of_date", "catchable_per_week"]
    columns += ["rank", "rank_lower", "rank_upper", "rank_tied", "ranked"]
    return ranked.assign(ranked=counts)[columns].reset_index(drop=True)


def with_ranks(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with their ranks and rank bands within each market, hardest first."""
    rows = _with_bands(rows, "market_id")
    order = rows.assign(
        is_unscored=rows["scarcity_score"].isna(), rate=_told_apart(rows["catchable_per_week"])
    ).sort_values(["is_unscored", "rate", "name", "venue_id"], kind="stable")
    return rows.loc[order.index].reset_index(drop=True)


def _with_bands(rows: pd.DataFrame, group: str) -> pd.DataFrame:
    """The rows with rank, rank_lower, rank_upper and rank_tied within each value of a column."""
    columns = ["rank", "rank_lower", "rank_upper", "rank_tied"]
    found = np.full((len(rows), len(columns)), np.nan)
    is_scored = rows["scarcity_score"].notna().to_numpy()
    for places in rows.groupby(group).indices.values():
        at = places[is_scored[places]]
        if not at.size:
            continue
        scored = rows.iloc[at]
        joint = catchable_rates(
            scored["catchable_drops"],
            scored["observed_days"],
            scored["catchable_squares"],
            scored["watched_days"],
            scored["lasting_rate"],
            scored["lasting_log_variance"],
            confidence=joint_confidence(at.size),
        )
        rate = _told_apart(scored["catchable_per_week"])
        # Rounding must not put a rate outside its own interval.
        bands = rank_band_arrays(rate, np.minimum(joint.lower, rate), np.maximum(joint.upper, rate))
        found[at] = np.column_stack([bands.rank, bands.best, bands.worst, bands.tied])
    return rows.assign(**dict(zip(columns, found.T, strict=True)))


def _told_apart(rates: pd.Series) -> Floats:
    """The rates with nine digits: those that differ only in what rounding left are tied. Ten tables
    of which three were gone by the reaction time are seven to catch, but a survival is the
    exponential of a sum of logarithms, and ten times that is not always exactly seven."""
    values = rates.to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** (8 - np.floor(np.log10(np.abs(values))))
        rounded: Floats = np.where(values == 0, 0.0, np.round(values * scale) / scale)
    return rounded


def _changes(engine: Engine, market_id: str, as_of: date) -> pd.DataFrame:
    """change_ratio, change_lower and change_upper by venue_id."""
    columns = ["venue_id", "change_ratio", "change_lower", "change_upper"]
    complete = progress(engine, market_id).complete_through
    if complete is None:
        return pd.DataFrame(columns=columns)
    last_day = min(as_of, complete)
    days = [last_day - timedelta(days=back) for back in range(13, -1, -1)]
    counts = frame(
        engine, "insight_prime_days", market_id=market_id, start_date=days[0], end_date=days[-1]
    )
    watched = _exposure(engine, market_id, days)
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


def _exposure(engine: Engine, market_id: str, days: Sequence[date]) -> list[float]:
    """The observed share of each of these consecutive days, as scoring counts it."""
    scored_for = progress(engine, market_id).scored_for
    with engine.connect() as connection:
        market = scored_for and watched_market(connection, market_id, scored_for)
        if not market:
            return [0.0] * len(days)
        return [float(share) for share in market.exposure(connection, days[0], days[-1])]

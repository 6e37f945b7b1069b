"""Survival curves of many venues, or of a market's weekdays, from one reading of the rollup."""

from collections.abc import Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd

from db import scores
from db.engine import Engine
from db.insights.watched import watched_market
from db.packed_drops import read_drops
from db.watching import seen_open
from metrics.facts import curve_refusal
from metrics.survival import SurvivalCurve, survival_curve

SIDES = ((True, "prime"), (False, "off_peak"))


def venue_curves(
    engine: Engine,
    market_id: str,
    venue_ids: Sequence[str],
    first: date,
    last: date,
    *,
    now: datetime,
) -> dict[str, SurvivalCurve]:
    """The curve of each venue's drops that opened from `first` through `last`, as of
    `open_duration`. Venues without a drop are left out. Raises `UnknownMarketError`."""
    found = {}
    with engine.connect() as connection:
        market = watched_market(connection, market_id, now)
        if market is None:
            return {}
        watch = market.watch(connection, first)
        for drops in read_drops(
            connection,
            venue_ids,
            first,
            last,
            now=now,
            seen_until=market.seen_until,
        ):
            seconds, is_taken = seen_open(drops, watch, market.resolution_seconds)
            for index, venue_id in enumerate(drops.venue_ids):
                own = drops.venue == index
                curve = survival_curve(
                    seconds[own & is_taken],
                    seconds[own & ~is_taken],
                    resolution_seconds=market.resolution_seconds,
                )
                if curve is not None:
                    found[venue_id] = curve
    return found


def open_times_by_weekday(
    engine: Engine, market_id: str, first: date, last: date, *, now: datetime
) -> pd.DataFrame:
    """How long tables stay open by the weekday they opened on, prime and off-peak apart.

    Columns: weekday (0 is Monday), side ("prime", "off_peak"), n, median_seconds, lower, upper
    (95 %; `inf` where open), resolution_seconds, refusal (why the median must not be printed; None
    where it may). Numbers are `nan` where undefined. Pairs without a
    drop have no row. Raises `UnknownMarketError`.
    """
    columns = ["weekday", "side", "n", "median_seconds", "lower", "upper"]
    columns += ["resolution_seconds", "refusal"]
    with engine.connect() as connection:
        market = watched_market(connection, market_id, now)
        if market is None:
            return pd.DataFrame(columns=columns)
        watch = market.watch(connection, first)
        venue_ids = scores.venues_since(connection, market_id, first)
        parts = []
        for drops in read_drops(
            connection, venue_ids, first, last, now=now, seen_until=market.seen_until
        ):
            seconds, is_taken = seen_open(drops, watch, market.resolution_seconds)
            weekday = (drops.day + first.weekday()) % 7
            parts.append(np.stack([weekday, drops.is_prime, is_taken, seconds]))
    weekday, is_prime, is_taken, seconds = np.concatenate([np.zeros((4, 0)), *parts], axis=1)
    rows = []
    for day in range(7):
        for prime, side in SIDES:
            own = (weekday == day) & (is_prime == prime)
            curve = survival_curve(
                seconds[own & (is_taken == 1)],
                seconds[own & (is_taken == 0)],
                resolution_seconds=market.resolution_seconds,
            )
            if curve is not None:
                low, high = curve.median_interval or (np.nan, np.nan)
                median = np.nan if curve.median_seconds is None else curve.median_seconds
                resolution = market.resolution_seconds
                refusal = curve_refusal(curve)
                rows.append((day, side, curve.n, median, low, high, resolution, refusal))
    return pd.DataFrame(rows, columns=columns)

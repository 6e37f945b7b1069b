"""Windows that are not kept (docs/decisions/0006), computed when they are asked for."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from db import scores
from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import progress
from db.insights.watched import watched_market
from db.packed_drops import read_drops
from db.windows import LONGEST_WINDOW, Asked, WindowTable


def past_windows(engine: Engine, market_id: str, as_of: date, window_days: int) -> pd.DataFrame:
    """The rows that scoring would keep of the market's windows of this length that end on `as_of`,
    with the venues' facts, ordered by venue_id. Empty before the market's first scoring."""
    scored_for = progress(engine, market_id).scored_for
    parts: list[pa.Table] = []
    with engine.connect() as connection:
        market = scored_for and watched_market(connection, market_id, scored_for)
        if not market or market.row.reaction_seconds is None:
            return pd.DataFrame()
        first = as_of - timedelta(days=LONGEST_WINDOW - 1)
        exposure = market.exposure(connection, first, as_of)
        is_assumed = market.assumed_days(first, as_of)
        watch = market.watch(connection, first)
        venue_ids = scores.venues_since(connection, market_id, first)
        for drops in read_drops(
            connection, venue_ids, first, as_of, now=market.now, seen_until=market.seen_until
        ):
            never = np.full(len(drops.venue_ids), LONGEST_WINDOW)
            asked = Asked(
                ends=np.array([LONGEST_WINDOW - 1]),
                sizes=np.array([window_days]),
                is_for_all=np.array([True]),
                since=never,
                until=-never,
            )
            reaction = market.row.reaction_seconds
            table = WindowTable(drops, exposure, is_assumed, watch, first, reaction, market)
            parts.append(table.rolling_rows(asked))
    if not parts:
        return pd.DataFrame()
    rows = pa.concat_tables(parts).to_pandas()
    rows["daily_prime_drops"] = [
        [int(drops) for drops in text.strip("{}").split(",")] for text in rows["daily_prime_drops"]
    ]
    facts = frame(engine, "insight_venue_facts", market_id=market_id)
    return rows.merge(facts, on="venue_id").sort_values("venue_id", ignore_index=True)

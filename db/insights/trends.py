"""Harder or easier: venues' weekly trends with labels, and the last week against the one before.

Labels are made here and not stored: whether a finding survives depends on all of the market's
venues (`metrics/multiple.py`), and one more venue would change them all.
"""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import progress
from metrics.multiple import adjusted_p_values
from metrics.trend import Trend, trend_labels


def trends(engine: Engine, market_id: str, as_of: date) -> pd.DataFrame:
    """The trends of a market's venues, as of the last Sunday with any that is not after `as_of`.

    Columns: venue_id, name, neighborhood, market_id, as_of_date (the Sunday), weeks, tables,
    change_per_week, lower, upper, p_value, dispersion, theil_sen, mann_kendall_p, adjusted_p
    (Benjamini-Hochberg, across these venues), label ("getting harder", "getting easier" or None).
    The largest change first. Venues with too little to tell have no row. Raises
    `UnknownMarketError`.
    """
    progress(engine, market_id)
    rows = with_labels(trend_rows(engine, {market_id: as_of}))
    order = np.abs(np.log1p(rows["change_per_week"])).sort_values(ascending=False, kind="stable")
    return rows.loc[order.index].reset_index(drop=True)


def trend_rows(engine: Engine, not_after: dict[str, date]) -> pd.DataFrame:
    """Rows of venue_trends with the venues' names: of each market, as of one Sunday."""
    return frame(
        engine,
        "insight_trends",
        market_ids=list(not_after),
        not_after=list(not_after.values()),
    )


def with_labels(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with adjusted_p and label, each market's venues asked about together."""
    rows = rows.assign(adjusted_p=np.nan, label=pd.Series(None, index=rows.index, dtype=object))
    for _, asked in rows.groupby("market_id"):
        found = [trend_of(row) for row in asked.to_dict("records")]
        rows.loc[asked.index, "adjusted_p"] = adjusted_p_values(asked["p_value"].tolist())
        rows.loc[asked.index, "label"] = pd.Series(
            [label and str(label) for label in trend_labels(found)], asked.index, dtype=object
        )
    return rows


def trend_of(row: dict[Any, Any]) -> Trend:
    """The trend that a row of `trends` holds."""
    return Trend(**{name: row[name] for name in Trend.__dataclass_fields__})

"""Score conversion: from `alerts` and the drops they are about to `conversion_metrics`.

Scored again are the days of sending whose alerts or whose drops' ends changed, and those with
alerts whose window has passed since. The rows are a pure function of alerts, stamped drops,
settings and `now`: `rescore` gives the same (a test).
"""

from datetime import datetime
from typing import Any

import numpy as np

from db import conversion_scores as scores
from db.engine import Connection
from metrics.calendar import local_day_start
from metrics.conversion import CAUSES, STEPS, funnel_counts
from metrics.version import FORMULA_VERSION
from settings import Settings


def score_conversion(
    connection: Connection, settings: Settings, now: datetime, *, everything: bool = False
) -> int:
    """Brings `conversion_metrics` up to date; returns the number of venue-days scored.

    Runs in the caller's transaction, which must have aggregated every batch that it can see.
    """
    window_seconds = settings.conversion_window_hours * 3600
    return sum(
        _score_market(connection, market, now, window_seconds, everything=everything)
        for market in scores.conversion_markets(connection)
    )


def _score_market(
    connection: Connection, market: Any, now: datetime, window_seconds: int, *, everything: bool
) -> int:
    method_key = (
        f"formulas {FORMULA_VERSION}, window {window_seconds} s, "
        f"days of {market.timezone} from their first instant, "
        f"prime {market.prime_start_hour}-{market.prime_end_hour}"
    )
    if everything or market.method_key != method_key:
        days = scores.all_alert_days(connection, market)
        scores.forget_conversion(connection, market.market_id)
    else:
        days = scores.unscored_alert_days(
            connection, market, now=now, window_seconds=window_seconds
        )
    for part, cells in scores.read_cells(connection, market, days):
        scores.replace_cells(connection, part, _scored(cells, market.timezone, now, window_seconds))
    scores.finish_conversion(
        connection,
        market.market_id,
        now=now,
        window_seconds=window_seconds,
        method_key=method_key,
    )
    return len(days)


def _scored(cells: scores.Columns, zone: str, now: datetime, window_seconds: int) -> scores.Columns:
    """Rows of `conversion_metrics`: the cells with their counts."""
    alerts = scores.alerts_of(cells)
    sizes = np.asarray(cells["alerts"], dtype=np.int64)
    cell = np.repeat(np.arange(len(sizes)), sizes)
    # Of each cell, how many seconds into its day the window of an alert must have begun.
    settled_before = np.array(
        [
            (now - local_day_start(day, zone)).total_seconds() - window_seconds
            for day in cells["sent_date"]
        ],
        dtype=np.float64,
    )
    counts = funnel_counts(
        alerts, alerts.sent <= settled_before[cell], cell, len(sizes), window_seconds
    )
    return {name: cells[name] for name in (*scores.CELL, *scores.ARRAYS)} | {
        **{f"{name}_count": counts.steps[name] for name in STEPS},
        "unsettled_count": counts.unsettled,
        **{f"{name}_count": counts.causes[name] for name in CAUSES},
        "formula_version": [FORMULA_VERSION] * len(sizes),
        "computed_at": [now] * len(sizes),
    }

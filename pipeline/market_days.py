"""A market's own numbers of single days: all of them additive counts, so that any window is a sum,
but for the average and the median, which are of the day's closed drops."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db import scores
from db.engine import Connection
from db.market_days import write_market_metrics
from db.packed_drops import MarketDay, read_market_days
from db.watching import Market, dates_between
from metrics.version import FORMULA_VERSION

HOURS = 24


def score_market_days(connection: Connection, market: Market, days: list[date]) -> None:
    """Writes the rows of `days`, and the 28-day weekdays from the first of them on."""
    neighborhoods = scores.neighborhood_days(connection, market.row.market_id, days)
    rows = []
    for of_day in read_market_days(connection, market.row.market_id, days):
        cells = neighborhoods[of_day.day]
        rows += [
            (of_day.day, "daily_totals", _daily_totals(cells, of_day.closed_seconds)),
            (of_day.day, "by_neighborhood", cells),
            (of_day.day, "by_hour", _by_hour(of_day, market)),
            (of_day.day, "by_weekday_hour", _by_weekday_hour(of_day)),
        ]
    write_market_metrics(connection, market, rows, formula_version=FORMULA_VERSION)
    scores.score_market_weekdays(
        connection,
        market.row.market_id,
        dates_between(days[0], max(days[-1], market.latest_date)),
        first_date=market.first_date,
        formula_version=FORMULA_VERSION,
        now=market.now,
    )


def _daily_totals(
    cells: Sequence[dict[str, Any]], closed_seconds: NDArray[np.int64]
) -> dict[str, object]:
    def total(name: str) -> int:
        return sum(cell[name] for cell in cells)

    return {
        "total_new_drops": total("new_drops"),
        "total_closed": total("closed"),
        "total_expired": total("expired"),
        "total_open": total("open"),
        "prime_time_drops": total("prime_time_drops"),
        "off_peak_drops": total("off_peak_drops"),
        "venue_count": total("venue_count"),
        "avg_drop_duration_seconds": float(closed_seconds.mean()) if closed_seconds.size else None,
        "median_drop_duration_seconds": (
            float(np.median(closed_seconds)) if closed_seconds.size else None
        ),
    }


def _by_hour(day: MarketDay, market: Market) -> dict[str, object]:
    """By the hour in which tables open, and by the hour they are for."""
    row = market.row
    is_prime = (day.slot_hour >= row.prime_start_hour) & (day.slot_hour < row.prime_end_hour)
    return {
        clock: [
            {"hour": hour, "new_drops": int(drops), "prime_time_drops": int(prime)}
            for hour, (drops, prime) in enumerate(
                zip(
                    np.bincount(hours, minlength=HOURS),
                    np.bincount(hours[is_prime], minlength=HOURS),
                    strict=True,
                )
            )
            if drops
        ]
        for clock, hours in (("opened_hour", day.opened_hour), ("slot_hour", day.slot_hour))
    }


def _by_weekday_hour(day: MarketDay) -> dict[str, object]:
    opened_weekday = np.full_like(day.opened_hour, day.day.isoweekday())
    return {
        clock: [
            {"iso_weekday": cell // HOURS, "hour": cell % HOURS, "new_drops": int(drops)}
            for cell, drops in enumerate(np.bincount(weekdays * HOURS + hours))
            if drops
        ]
        for clock, weekdays, hours in (
            ("opened_hour", opened_weekday, day.opened_hour),
            ("slot_hour", day.slot_weekday, day.slot_hour),
        )
    }

"""What a market's day says against its past: coverage, spikes, prime against off-peak, supply.

Rows of `market_metrics` beside the additive ones of `pipeline/market_days.py`; each is a function
of daily totals, scans and the last look alone. Spikes and prime against off-peak are of days that
were over at the last look; supply is of a day's last full hour.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from db.engine import Connection
from db.market_days import (
    SPIKE_WEEKS,
    WEEK,
    DailyDrops,
    SupplyHour,
    against_weekday,
    daily_drops,
    forget_market_metrics,
    last_hours,
    replace_market_metrics,
    supply_hours,
)
from db.watching import Market, dates_between
from metrics.calendar import local_date
from metrics.version import FORMULA_VERSION
from metrics.volatility import index_of_dispersion

PRIME_DAYS = 28
TYPES = ("coverage", "spikes", "prime_off_peak", "supply_compression")
DAY = timedelta(days=1)


def score_market(
    connection: Connection,
    market: Market,
    touched: tuple[date, date] | None,
    *,
    seen_before: datetime | None,
) -> None:
    """Brings these types up to date after the daily totals are.

    touched: the first and the last day that changed. seen_before: the last look of the
    scoring before; `None` where everything is computed anew.
    """
    has_looked = seen_before != market.seen_until
    if seen_before is None:
        forget_market_metrics(connection, market.row.market_id, TYPES, date.min, date.max)
    # Days on which tables opened after the last look have a coverage too: none.
    current = max(local_date(market.seen_until, market.row.timezone), market.latest_date)
    # Days that were not over at the last look are to be looked at again after the next.
    unfinished = market.first_date
    if seen_before is not None:
        looked_through = local_date(min(seen_before, market.seen_until), market.row.timezone)
        unfinished = max(unfinished, looked_through)
    first, last = market.complete_through() + DAY, market.complete_through()
    if touched:
        first, last = touched[0], touched[1] + SPIKE_WEEKS * WEEK
    if has_looked:
        first, last = min(first, unfinished), market.complete_through()
    first, last = max(first, market.first_date), min(last, market.complete_through())
    if first <= last:
        lookback = max(SPIKE_WEEKS * WEEK, PRIME_DAYS * DAY)
        drops = daily_drops(connection, market, first - lookback, last)
        days = dates_between(first, last)
        _replace(connection, market, "spikes", days, {day: _spike(drops, day) for day in days})
        _replace(
            connection,
            market,
            "prime_off_peak",
            days,
            {day: _prime_off_peak(drops, day) for day in days},
        )
    if (has_looked or touched) and unfinished <= current:
        days = dates_between(unfinished, current)
        exposure = market.exposure(connection, unfinished, current).tolist()
        is_assumed = market.assumed_days(unfinished, current).tolist()
        _replace(
            connection,
            market,
            "coverage",
            days,
            {
                day: {"coverage_rate": share, "is_coverage_assumed": assumed}
                for day, share, assumed in zip(days, exposure, is_assumed, strict=True)
            },
        )
        if has_looked and market.has_scans:
            hours = last_hours(supply_hours(connection, market, unfinished, current))
            supply = {day: _supply(hour) for day, hour in hours.items()}
            _replace(connection, market, "supply_compression", days, supply)


def _replace(
    connection: Connection,
    market: Market,
    metric_type: str,
    days: list[date],
    values: Mapping[date, dict[str, object] | None],
) -> None:
    """Replaces the rows of consecutive days; a day with too little to tell has none."""
    replace_market_metrics(
        connection,
        market,
        metric_type,
        days[0],
        days[-1],
        {day: value for day, value in values.items() if value is not None},
        formula_version=FORMULA_VERSION,
    )


def _spike(drops: DailyDrops, day: date) -> dict[str, object] | None:
    found = against_weekday(drops, day)
    if found is None:
        return None
    return {
        "new_drops": found.drops,
        "new_drops_per_day": found.per_day,
        "usual_per_day": found.usual_per_day,
        "spreads_above": found.spreads_above,
        "ratio": found.ratio.ratio,
        "ratio_lower": found.ratio.lower,
        "ratio_upper": found.ratio.upper,
        "past_days": found.past_days,
        "is_spike": found.is_spike,
    }


def _prime_off_peak(drops: DailyDrops, day: date) -> dict[str, object] | None:
    window = slice(drops.at(day) - PRIME_DAYS + 1, drops.at(day) + 1)
    if not drops.new_drops[window].any():
        return None
    exposure = drops.exposure[window]
    sides: dict[str, object] = {}
    for side, counts in (("prime", drops.prime[window]), ("off_peak", drops.off_peak[window])):
        volatility = index_of_dispersion(counts, exposure)
        sides[side] = {
            "new_drops": int(counts.sum()),
            "new_drops_per_day": (
                float(counts[exposure > 0].sum() / exposure.sum()) if exposure.sum() else None
            ),
            "volatility_score": None if volatility is None else volatility.index,
            "volatility_p": None if volatility is None else volatility.p_value,
        }
    return {
        "window_days": PRIME_DAYS,
        **sides,
        "observed_days": float(exposure.sum()),
        "coverage_rate": float(exposure.sum()) / PRIME_DAYS,
        "is_coverage_assumed": bool(drops.is_assumed[window].any()),
    }


def _supply(hour: SupplyHour) -> dict[str, object]:
    found = hour.tightness
    return {
        "hour_at": hour.hour_at,
        "iso_weekday": hour.local_date.isoweekday(),
        "hour": hour.hour,
        "available_slots": hour.available_slots,
        "usual_slots": hour.usual_slots,
        "compression": hour.compression,
        "tightness": None if found is None else found.share,
        "tighter_than": 0 if found is None else found.tighter_than,
        "comparable_hours": 0 if found is None else found.comparable_hours,
        "level": None if found is None else found.level,
    }

"""Windows: drops of some venues laid out by venue and day, so that any window is a range of arrays.

The formulas are those of `metrics/`. Scoring keeps the rows (`pipeline/score.py`); a window that is
not kept is computed when it is asked for (`db/insights/past_windows.py`), by the same code.
"""

import math
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from db.packed_drops import CLOSED, EXPIRED, OPEN, Drops
from db.scores import Watch
from db.watching import Market, seen_open
from metrics.catchable import catchable_rates
from metrics.closed_durations import closed_durations
from metrics.fully_booked import is_observed_day
from metrics.scarcity import scarcity_scores
from metrics.survival_ranges import survival_of_ranges, survival_of_ranges_at
from metrics.tiers import tier_of
from metrics.version import FORMULA_VERSION
from metrics.volatility import indices_of_dispersion

LONGEST_WINDOW = 90
DAY_SCORE_WINDOW = 14
DAY_SCORES = (
    "catchable_per_week",
    "catchable_lower",
    "catchable_upper",
    "scarcity_score",
    "volatility_score",
)

Counts = NDArray[np.int64]
Columns = dict[str, Any]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """Windows and days that venues are to be scored for. Arrays a window: `ends` (days since the
    first date laid out), `sizes` in days. Arrays a venue: `since`, the first day from which it is
    asked for, and `until`, the last single day. `is_for_all`: windows of whatever `since`."""

    ends: Counts
    sizes: Counts
    is_for_all: NDArray[np.bool_]
    since: Counts
    until: Counts


class WindowTable:
    """The rows of some venues. `first_date` is the first day that is laid out."""

    def __init__(
        self,
        drops: Drops,
        exposure: NDArray[np.float64],
        is_assumed: NDArray[np.bool_],
        watch: Watch | None,
        first_date: date,
        reaction: float,
        market: Market,
    ) -> None:
        self.drops = drops
        self.first_date = first_date
        self.reaction = reaction
        self.market = market
        self.venue_ids = np.array(drops.venue_ids, dtype=object)
        self.shape = (len(drops.venue_ids), len(exposure))
        self.key = drops.venue * self.shape[1] + drops.day
        is_closed = drops.kind == CLOSED
        of_kind = self._daily(self.key * 3 + drops.kind, 3)
        of_hours = self._daily(self.key * 2 + drops.is_prime, 2)
        self.counts = {
            "new_drop_count": of_kind.sum(axis=2),
            "closed_count": of_kind[..., CLOSED],
            "expired_count": of_kind[..., EXPIRED],
            "open_count": of_kind[..., OPEN],
            "prime_time_drops": of_hours[..., 1],
            "off_peak_drops": of_hours[..., 0],
        }
        self.seen_seconds, self.is_taken = seen_open(drops, watch, market.resolution_seconds)
        self.closed_seconds = drops.seconds[is_closed]
        self.closed_key = self.key[is_closed]
        is_watched = exposure > 0
        # Catchable: prime tables for two (or unknown) on days that were watched.
        catchable = np.flatnonzero(drops.is_prime & drops.is_small & is_watched[drops.day])
        self.catchable_key = self.key[catchable]
        self.catchable_seconds = self.seen_seconds[catchable]
        self.is_catchable_taken = self.is_taken[catchable]
        daily_catchable = self._daily(self.catchable_key, 1)[..., 0]
        watched_new = np.where(is_watched, self.counts["new_drop_count"], 0)
        per_exposure = np.divide(1.0, exposure, out=np.zeros_like(exposure), where=is_watched)
        observed = is_observed_day(exposure)
        self.sums = {name: _running(daily) for name, daily in self.counts.items()} | {
            "catchable": _running(daily_catchable),
            "catchable_squares": _running(daily_catchable**2 * per_exposure),
            "watched_new": _running(watched_new),
            "new_squares": _running(watched_new**2 * per_exposure),
            "booked_days": _running((self.counts["prime_time_drops"] == 0) & observed),
        }
        self.exposure_sums = {
            "observed_days": _running(exposure[np.newaxis]),
            "watched_days": _running(is_watched[np.newaxis]),
            "half_watched_days": _running(observed[np.newaxis]),
            "assumed_days": _running(is_assumed[np.newaxis]),
        }

    def rolling_rows(self, asked: Asked) -> pa.Table:
        """Rows of `venue_rolling_metrics`; none for a venue without a drop in 90 days."""
        is_asked = (asked.ends >= asked.since[:, np.newaxis]) | asked.is_for_all
        venue, window = np.nonzero(is_asked)
        end, size = asked.ends[window], asked.sizes[window]
        has_drops = self._drops_of_a_quarter(venue, end) > 0
        venue, end, size = venue[has_drops], end[has_drops], size[has_drops]

        open_time = survival_of_ranges(
            self.seen_seconds, self.is_taken, *self._ranges(self.key, venue, end, size), ()
        )
        durations = self._durations(venue, end, size)
        scores = self._scores(venue, end, size)
        half_watched = self._exposed("half_watched_days", end, size)
        observed_days = self._exposed("observed_days", end, size)
        prime = [list(map(str, daily)) for daily in self.counts["prime_time_drops"].tolist()]
        return self._table(
            venue,
            {
                "as_of_date": np.datetime64(self.first_date) + end,
                "window_days": size,
                **{name: self._sum(name, venue, end, size) for name in self.counts},
                "avg_drop_duration_seconds": durations.mean,
                "median_drop_duration_seconds": durations.median,
                "duration_variation": durations.variation,
                **scores,
                "typical_open_seconds": open_time.median_seconds,
                "typical_open_lower": open_time.median_lower,
                "typical_open_upper": open_time.median_upper,
                "seen_closed_count": open_time.closed_count,
                "resolution_seconds": np.full_like(end, self.market.resolution_seconds),
                "tier": _tiers(scores),
                "fully_booked_rate": _ratio(
                    self._sum("booked_days", venue, end, size), half_watched
                ),
                "observed_days": observed_days,
                "coverage_rate": observed_days / size,
                "is_coverage_assumed": self._exposed("assumed_days", end, size) > 0,
                "daily_prime_drops": [
                    "{" + ",".join(prime[v][e - s + 1 : e + 1]) + "}"
                    for v, e, s in zip(venue.tolist(), end.tolist(), size.tolist(), strict=True)
                ],
            },
        )

    def day_rows(self, asked: Asked) -> pa.Table:
        """Rows of `venue_metrics`: of every day asked for on which a venue had a drop."""
        day = np.arange(self.shape[1])
        is_asked = (day >= asked.since[:, np.newaxis]) & (day <= asked.until[:, np.newaxis])
        venue, end = np.nonzero((self.counts["new_drop_count"] > 0) & is_asked)
        durations = self._durations(venue, end, np.ones_like(end))
        scores = self._scores(venue, end, np.full_like(end, DAY_SCORE_WINDOW))
        return self._table(
            venue,
            {
                "window_date": np.datetime64(self.first_date) + end,
                **{name: counts[venue, end] for name, counts in self.counts.items()},
                "avg_drop_duration_seconds": durations.mean,
                "median_drop_duration_seconds": durations.median,
                **{name: scores[name] for name in DAY_SCORES},
            },
        )

    def _table(self, venue: Counts, columns: Columns) -> pa.Table:
        """One row an entry of `venue`, with whose and of what making it is; `nan` is null."""
        rows = len(venue)
        made = {
            "venue_id": self.venue_ids[venue],
            "market_id": pa.repeat(self.market.row.market_id, rows),
            "formula_version": pa.repeat(FORMULA_VERSION, rows),
            "computed_at": pa.repeat(
                pa.scalar(self.market.now, pa.timestamp("us", tz="UTC")), rows
            ),
        }
        return pa.table(
            {
                name: values if isinstance(values, pa.Array) else pa.array(values, from_pandas=True)
                for name, values in {**made, **columns}.items()
            }
        )

    def _durations(self, venue: Counts, end: Counts, size: Counts) -> Any:
        ranges = self._ranges(self.closed_key, venue, end, size)
        return closed_durations(self.closed_seconds, *ranges)

    def _scores(self, venue: Counts, end: Counts, size: Counts) -> Columns:
        """What sums over watched days and S(reaction) give; one entry a window."""
        survival, log_variance = survival_of_ranges_at(
            self.catchable_seconds,
            self.is_catchable_taken,
            *self._ranges(self.catchable_key, venue, end, size),
            int(self.reaction),
        )
        catchable = self._sum("catchable", venue, end, size)
        squares = self._sum("catchable_squares", venue, end, size)
        observed_days = self._exposed("observed_days", end, size)
        watched_days = self._exposed("watched_days", end, size)
        rates = catchable_rates(
            catchable, observed_days, squares, watched_days, survival, log_variance
        )
        volatility, volatility_p = indices_of_dispersion(
            self._sum("watched_new", venue, end, size),
            observed_days,
            self._sum("new_squares", venue, end, size),
            watched_days,
        )
        return {
            "lasting_rate": survival,
            "lasting_log_variance": log_variance,
            "catchable_drops": catchable,
            "catchable_squares": squares,
            "watched_days": watched_days,
            "catchable_per_week": rates.per_week,
            "catchable_lower": rates.lower,
            "catchable_upper": rates.upper,
            "scarcity_score": scarcity_scores(
                rates.per_week, observed_days, self._drops_of_a_quarter(venue, end)
            ),
            "volatility_score": volatility,
            "volatility_p": volatility_p,
        }

    def _daily(self, key: Counts, classes: int) -> Counts:
        """Drops of each venue on each day and of each class, shape (venues, days, classes)."""
        shape = (*self.shape, classes)
        return np.bincount(key, minlength=math.prod(shape)).reshape(shape)

    def _drops_of_a_quarter(self, venue: Counts, end: Counts) -> Any:
        return self._sum("new_drop_count", venue, end, np.full_like(end, LONGEST_WINDOW))

    def _sum(self, name: str, venue: Counts, end: Counts, size: Counts) -> Any:
        running = self.sums[name]
        return running[venue, end + 1] - running[venue, np.maximum(end + 1 - size, 0)]

    def _exposed(self, name: str, end: Counts, size: Counts) -> Any:
        running = self.exposure_sums[name][0]
        return running[end + 1] - running[np.maximum(end + 1 - size, 0)]

    def _ranges(
        self, key: Counts, venue: Counts, end: Counts, size: Counts
    ) -> tuple[Counts, Counts]:
        """Where each window's drops begin and end in an array that has these sorted keys."""
        row = venue * self.shape[1]
        first = np.searchsorted(key, row + np.maximum(end + 1 - size, 0), side="left")
        return first, np.searchsorted(key, row + end, side="right")


def _running(daily: NDArray[Any]) -> NDArray[Any]:
    """Sums of all days before each day: a window's sum is the difference of two of them."""
    sums = np.cumsum(daily, axis=1)
    return np.concatenate((np.zeros_like(sums[:, :1]), sums), axis=1)


def _ratio(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    ratio: NDArray[np.float64] = np.full(len(whole), np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


def _tiers(scores: Columns) -> list[str]:
    bounds = zip(
        scores["catchable_lower"].tolist(),
        scores["catchable_upper"].tolist(),
        (~np.isnan(scores["scarcity_score"])).tolist(),
        strict=True,
    )
    return [
        tier_of(*((low, high) if is_scored else (None, None))).label
        for low, high, is_scored in bounds
    ]

"""Score: from the rollup to every derived table, by the formulas of `metrics/`.

Reads drops as arrays (`db/scores.py`), asks `metrics/` for all windows of many venues at once, and
writes `venue_metrics`, `venue_rolling_metrics` and, with `pipeline/trends.py` and
`pipeline/market_score.py`, `venue_trends` and `market_metrics`. Scored again is only what changed:
venues whose rollup did, and what `now` or a later look moved. The rows are a pure function of
rollup, open drops, scans, settings and `now`: `rescore`, which rebuilds everything, gives the same
(a test).

Windows are kept for the latest 14 dates; of the dates before, for Sundays those of 28 days.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db import scores
from db.engine import Connection
from db.watching import Market, dates_between, market_at, seen_open, sundays_between
from metrics.calendar import local_date
from metrics.catchable import catchable_rates, effective_reaction_seconds
from metrics.closed_durations import closed_durations
from metrics.fully_booked import is_observed_day
from metrics.scarcity import scarcity_scores
from metrics.survival_ranges import survival_of_ranges
from metrics.tiers import tier_of
from metrics.version import FORMULA_VERSION
from metrics.volatility import indices_of_dispersion
from pipeline.market_score import score_market
from pipeline.trends import score_trends
from settings import Settings

WINDOWS: tuple[int, ...] = (7, 14, 28, 90)
LONGEST_WINDOW = max(WINDOWS)
SUNDAY_WINDOW = 28
DAY_SCORE_WINDOW = 14
LATEST_DATES = 14

Counts = NDArray[np.int64]
DAY = timedelta(days=1)


def score(
    connection: Connection, settings: Settings, now: datetime, *, everything: bool = False
) -> int:
    """Brings the derived tables up to date; returns the number of venue-days looked at anew.

    Runs in the caller's transaction, whose rollup must hold every batch that it can see.
    """
    return sum(
        _score_market(connection, settings, row, now, everything=everything)
        for row in scores.scored_markets(connection)
    )


def _score_market(
    connection: Connection, settings: Settings, row: Any, now: datetime, *, everything: bool
) -> int:
    resolution = row.poll_interval_seconds or settings.poll_interval_seconds
    reaction = effective_reaction_seconds(settings.reaction_seconds, resolution)
    method_key = (
        f"formulas {FORMULA_VERSION}, reaction {reaction} s, resolution {resolution} s, "
        f"prime {row.prime_start_hour}-{row.prime_end_hour}, first event {row.first_event_at}, "
        f"first scan {row.first_ok_at}"
    )
    market = market_at(row, now, resolution)
    as_of_dates = _latest_dates(market)
    known_dates = set(row.as_of_dates or ())
    everything = everything or row.method_key != method_key

    touched, new_dates = _to_score(connection, market, as_of_dates, everything=everything)
    for first, part in touched.groupby("first", sort=True):
        last = max(part["last"])
        windows = {day: WINDOWS for day in as_of_dates if day >= first} | new_dates
        windows |= {
            day: (SUNDAY_WINDOW,)
            for day in sundays_between(first, last + LONGEST_WINDOW * DAY)
            if day < as_of_dates[-1] and day not in as_of_dates
        }
        venue_ids = part["venue_id"].tolist()
        _score_venues(connection, market, venue_ids, windows, reaction, days=(first, last))
    if new_dates:
        since = max(market.first_date, min(new_dates) - LONGEST_WINDOW * DAY)
        seen = set(touched["venue_id"])
        others = [
            venue_id
            for venue_id in scores.venues_since(connection, row.market_id, since)
            if venue_id not in seen
        ]
        _score_venues(connection, market, others, new_dates, reaction)
    seen_before = None if everything else row.seen_until
    score_trends(connection, market, touched, reaction, seen_before=seen_before)
    if len(touched):
        _score_market_days(connection, market, touched)
    score_market(connection, market, touched, seen_before=seen_before)
    scores.finish_market(
        connection,
        row.market_id,
        scored_for=now,
        seen_until=market.seen_until,
        as_of_dates=as_of_dates,
        outdated_dates=sorted(known_dates - set(as_of_dates)),
        method_key=method_key,
    )
    return len(touched)


def _to_score(
    connection: Connection,
    market: Market,
    as_of_dates: list[date],
    *,
    everything: bool,
) -> tuple[pd.DataFrame, dict[date, tuple[int, ...]]]:
    """Venues to score with the first and last day touched, and the windows that all venues need."""
    row = market.row
    if everything:
        venue_ids = scores.venues_since(connection, row.market_id, date.min)
        touched = pd.DataFrame({"venue_id": venue_ids})
        return touched.assign(first=market.first_date, last=market.latest_date), {}
    unfinished = local_date(min(row.seen_until, market.seen_until), row.timezone)
    days = scores.unscored_days(
        connection,
        row.market_id,
        scored_for=row.scored_for,
        now=market.now,
        seen_before=row.seen_until,
        seen_until=market.seen_until,
        unfinished=unfinished,
        has_scans=not market.is_coverage_assumed,
    )
    touched = days.groupby("venue_id")["opened_date"].agg(first="min", last="max").reset_index()
    known = set(row.as_of_dates)
    new_dates = {day: WINDOWS for day in as_of_dates if day not in known}
    # Sundays that were never among the latest dates, because nothing ran meanwhile.
    first_new = max(known) + DAY
    if row.seen_until != market.seen_until:
        # Days that were not over when they were last scored have more exposure by now.
        first_new = min(first_new, unfinished)
        new_dates |= {day: WINDOWS for day in as_of_dates if day >= unfinished}
    new_dates |= {
        day: (SUNDAY_WINDOW,)
        for day in sundays_between(first_new, as_of_dates[-1])
        if day not in as_of_dates
    }
    return touched, new_dates


def _latest_dates(market: Market) -> list[date]:
    """The 14 dates up to today and, where the data end elsewhere, the 14 up to its latest day."""
    dates = {
        end - timedelta(days=back)
        for end in (market.today, market.latest_date)
        for back in range(LATEST_DATES)
    }
    return sorted(
        day
        for day in dates
        if market.first_date <= day <= market.latest_date + LONGEST_WINDOW * DAY
    )


def _score_market_days(connection: Connection, market: Market, touched: pd.DataFrame) -> None:
    first, last = min(touched["first"]), max(touched["last"])
    scores.score_market_days(
        connection,
        market.row,
        dates_between(first, last),
        dates_between(first, max(last, market.latest_date)),
        formula_version=FORMULA_VERSION,
        now=market.now,
    )


def _score_venues(
    connection: Connection,
    market: Market,
    venue_ids: Sequence[str],
    windows: dict[date, tuple[int, ...]],
    reaction: float,
    days: tuple[date, date] | None = None,
) -> None:
    """Writes the venues' windows and, for `days` (first and last touched), their single days."""
    if not venue_ids or not windows:
        return
    ends = sorted(windows)
    if days is not None:
        last_scored = min(days[1] + (DAY_SCORE_WINDOW - 1) * DAY, market.latest_date)
        scored_days = dates_between(days[0], max(last_scored, days[1]))
        ends = sorted({*ends, *scored_days})
    first_date = ends[0] - (LONGEST_WINDOW - 1) * DAY
    exposure = market.exposure(connection, first_date, ends[-1])
    watch = market.watch(connection, first_date)
    for drops in scores.read_drops(
        connection,
        market.row,
        venue_ids,
        first_date,
        ends[-1],
        now=market.now,
        seen_until=market.seen_until,
    ):
        table = WindowTable(drops, exposure, watch, first_date, reaction, market)
        scores.replace_venue_windows(
            connection, drops.venue_ids, sorted(windows), table.rolling_rows(windows)
        )
        if days is not None:
            scores.replace_venue_days(
                connection, drops.venue_ids, scored_days, table.day_rows(scored_days)
            )


class WindowTable:
    """Some venues' drops laid out by venue and day, so that any window is a range of each array."""

    def __init__(
        self,
        drops: scores.Drops,
        exposure: NDArray[np.float64],
        watch: scores.Watch | None,
        first_date: date,
        reaction: float,
        market: Market,
    ) -> None:
        self.drops = drops
        self.first_date = first_date
        self.reaction = reaction
        self.market = market
        self.shape = (len(drops.venue_ids), len(exposure))
        self.key = drops.venue * self.shape[1] + drops.day
        is_closed = drops.kind == scores.CLOSED
        self.counts = {
            "new_drop_count": self._daily(np.ones_like(is_closed, dtype=bool)),
            "closed_count": self._daily(is_closed),
            "expired_count": self._daily(drops.kind == scores.EXPIRED),
            "open_count": self._daily(drops.kind == scores.OPEN),
            "prime_time_drops": self._daily(drops.is_prime),
            "off_peak_drops": self._daily(~drops.is_prime),
        }
        self.seen_seconds, self.is_taken = seen_open(drops, watch, market.resolution_seconds)
        self.closed_seconds = drops.seconds[is_closed]
        self.closed_key = self.key[is_closed]
        self.exposure = exposure
        is_watched = exposure > 0
        # Catchable: prime tables for two (or unknown) on days that were watched.
        self.is_catchable = drops.is_prime & drops.is_small & is_watched[drops.day]
        catchable = self._daily(self.is_catchable)
        watched_new = np.where(is_watched, self.counts["new_drop_count"], 0)
        per_exposure = np.divide(1.0, exposure, out=np.zeros_like(exposure), where=is_watched)
        observed = is_observed_day(exposure)
        self.sums = {name: _running(daily) for name, daily in self.counts.items()} | {
            "catchable": _running(catchable),
            "catchable_squares": _running(catchable**2 * per_exposure),
            "watched_new": _running(watched_new),
            "new_squares": _running(watched_new**2 * per_exposure),
            "booked_days": _running((self.counts["prime_time_drops"] == 0) & observed),
        }
        self.exposure_sums = {
            "observed_days": _running(exposure[np.newaxis]),
            "watched_days": _running(is_watched[np.newaxis]),
            "half_watched_days": _running(observed[np.newaxis]),
        }

    def rolling_rows(self, windows: dict[date, tuple[int, ...]]) -> pd.DataFrame:
        """Rows of `venue_rolling_metrics`; none for a venue without a drop in 90 days."""
        pairs = [(self._day(day), size) for day in sorted(windows) for size in windows[day]]
        ends, sizes = np.array(pairs, dtype=np.int64).T
        venue = np.repeat(np.arange(self.shape[0]), len(pairs))
        end, size = np.tile(ends, self.shape[0]), np.tile(sizes, self.shape[0])
        has_drops = self._sum("new_drop_count", venue, end, np.full_like(end, LONGEST_WINDOW)) > 0
        venue, end, size = venue[has_drops], end[has_drops], size[has_drops]

        rows = self._rows(venue, end, size)
        starts, stops = self._ranges(self.key, venue, end, size)
        open_time = survival_of_ranges(self.seen_seconds, self.is_taken, starts, stops, ())
        half_watched = self._exposed("half_watched_days", end, size)
        observed_days = self._exposed("observed_days", end, size)
        rows.insert(1, "as_of_date", [self.first_date + int(day) * DAY for day in end])
        rows.insert(2, "window_days", size)
        return rows.assign(
            typical_open_seconds=open_time.median_seconds,
            typical_open_lower=open_time.median_lower,
            typical_open_upper=open_time.median_upper,
            resolution_seconds=self.market.resolution_seconds,
            tier=_tiers(rows),
            fully_booked_rate=_ratio(self._sum("booked_days", venue, end, size), half_watched),
            observed_days=observed_days,
            coverage_rate=observed_days / size,
            is_coverage_assumed=self.market.is_coverage_assumed,
            daily_prime_drops=[
                "{"
                + ",".join(map(str, self.counts["prime_time_drops"][v, e - s + 1 : e + 1]))
                + "}"
                for v, e, s in zip(venue, end, size, strict=True)
            ],
        )

    def day_rows(self, days: Sequence[date]) -> pd.DataFrame:
        """Rows of `venue_metrics`: of every day on which a venue had a drop."""
        first, last = self._day(days[0]), self._day(days[-1])
        venue, offset = np.nonzero(self.counts["new_drop_count"][:, first : last + 1])
        end = offset + first
        of_day = self._rows(venue, end, np.ones_like(end))
        of_window = self._rows(venue, end, np.full_like(end, DAY_SCORE_WINDOW))
        scored = ["catchable_per_week", "catchable_lower", "catchable_upper"]
        scored += ["scarcity_score", "volatility_score"]
        counted = [*self.counts, "avg_drop_duration_seconds", "median_drop_duration_seconds"]
        rows = of_day[["venue_id", "market_id", *counted]].join(of_window[scored])
        rows.insert(1, "window_date", [self.first_date + int(day) * DAY for day in end])
        return rows.assign(formula_version=FORMULA_VERSION, computed_at=self.market.now)

    def _rows(self, venue: Counts, end: Counts, size: Counts) -> pd.DataFrame:
        """What days and windows have in common; one row an entry of the three arrays."""
        durations = closed_durations(
            self.closed_seconds, *self._ranges(self.closed_key, venue, end, size)
        )
        lasting = survival_of_ranges(
            self.seen_seconds[self.is_catchable],
            self.is_taken[self.is_catchable],
            *self._ranges(self.key[self.is_catchable], venue, end, size),
            (int(self.reaction),),
        )
        catchable = self._sum("catchable", venue, end, size)
        squares = self._sum("catchable_squares", venue, end, size)
        observed_days = self._exposed("observed_days", end, size)
        watched_days = self._exposed("watched_days", end, size)
        rates = catchable_rates(
            catchable,
            observed_days,
            squares,
            watched_days,
            lasting.survival[:, 0],
            lasting.log_variance[:, 0],
        )
        volatility, volatility_p = indices_of_dispersion(
            self._sum("watched_new", venue, end, size),
            observed_days,
            self._sum("new_squares", venue, end, size),
            watched_days,
        )
        quarter = np.full_like(end, LONGEST_WINDOW)
        return pd.DataFrame(
            {
                "venue_id": np.array(self.drops.venue_ids, dtype=object)[venue],
                "market_id": self.market.row.market_id,
                **{name: self._sum(name, venue, end, size) for name in self.counts},
                "avg_drop_duration_seconds": durations.mean,
                "median_drop_duration_seconds": durations.median,
                "lasting_rate": lasting.survival[:, 0],
                "lasting_log_variance": lasting.log_variance[:, 0],
                "catchable_drops": catchable,
                "catchable_squares": squares,
                "watched_days": watched_days,
                "catchable_per_week": rates.per_week,
                "catchable_lower": rates.lower,
                "catchable_upper": rates.upper,
                "scarcity_score": scarcity_scores(
                    rates.per_week,
                    observed_days,
                    self._sum("new_drop_count", venue, end, quarter),
                ),
                "volatility_score": volatility,
                "volatility_p": volatility_p,
                "duration_variation": durations.variation,
                "formula_version": FORMULA_VERSION,
                "computed_at": self.market.now,
            }
        )

    def _day(self, day: date) -> int:
        return (day - self.first_date).days

    def _daily(self, chosen: NDArray[np.bool_]) -> Counts:
        """Drops of each venue on each day, shape (venues, days)."""
        return np.bincount(
            self.key[chosen.astype(bool)], minlength=self.shape[0] * self.shape[1]
        ).reshape(self.shape)

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


def _tiers(rows: pd.DataFrame) -> list[str]:
    bounds = zip(
        rows["catchable_lower"],
        rows["catchable_upper"],
        rows["scarcity_score"].notna(),
        strict=True,
    )
    return [
        tier_of(*((low, high) if is_scored else (None, None))).label
        for low, high, is_scored in bounds
    ]

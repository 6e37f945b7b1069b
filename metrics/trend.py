"""Trend: whether a venue is getting harder or easier.

Formula: over at least 8 complete weeks (ISO weeks that are over, lie wholly after the market's
    first event or scan and were watched for at least half), the weekly number of prime drops that
    outlast the reaction time is fitted as a log-linear trend with the observed time as offset
    (quasi-Poisson: dispersion never below 1; Student's t where it had to be estimated, above 1).
    Reported as the change a week, exp(slope) - 1. "Getting harder" (fewer tables) or "easier"
    (more) is said only where the finding survives Benjamini-Hochberg across all venues asked.
    Beside it: Theil-Sen's median slope of the weekly rates and the exact Mann-Kendall test, which
    know nothing of counts or log scales.
Unit: share a week (0.03 is 3 % more tables each week); tables a week per week for Theil-Sen.
Range: above -1.
Empty case: None with fewer than 8 complete weeks, fewer than 10 such tables in all, or tables in
    fewer than 3 weeks. Flat weeks have a trend of exactly nothing, and no label.
Example: ten flat weeks.
    >>> trend = weekly_trend([5] * 10, [7.0] * 10)
    >>> round(abs(trend.change_per_week), 6), trend.p_value
    (0.0, 1.0)

Source: McCullagh and Nelder 1989, ch. 6; Sen 1968, JASA 63:1379; Mann 1945, Econometrica 13:245;
    Kendall 1975, Rank Correlation Methods; Benjamini and Hochberg 1995, JRSS B 57:289.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from metrics.multiple import survivors
from metrics.survival import Floats

FEWEST_WEEKS = 8
FEWEST_TABLES = 10
FEWEST_WEEKS_WITH_TABLES = 3
LEAST_WEEK_EXPOSURE = 3.5
"""A complete week was watched for at least half of its seven days."""


class Direction(StrEnum):
    """A venue is harder the fewer tables can be caught."""

    HARDER = "getting harder"
    EASIER = "getting easier"


@dataclass(frozen=True)
class MannKendall:
    """S (rises minus falls over all pairs), its variance with ties, normal z and exact p-value."""

    s: int
    variance: float
    z: float
    p_value: float


@dataclass(frozen=True)
class Trend:
    """A venue's weekly trend with its 95 % interval; p_value is two-sided.

    change_per_week: exp(slope) - 1. theil_sen: tables a week, per week. mann_kendall_p: exact.
    """

    change_per_week: float
    lower: float
    upper: float
    p_value: float
    dispersion: float
    weeks: int
    tables: int
    theil_sen: float
    mann_kendall_p: float


def outlasts(seconds: ArrayLike, is_taken: ArrayLike, reaction_seconds: float) -> NDArray[np.bool_]:
    """Which drops are known to have been open for longer than the reaction time.

    seconds: seen open. is_taken: whether they closed then, or were still open. A drop last seen
    before the reaction time is not known to have lasted.

    >>> outlasts([30, 60, 90, 10, 60], [True, True, True, False, False], 60).tolist()
    [False, False, True, False, True]
    """
    seen, taken = np.asarray(seconds), np.asarray(is_taken, dtype=bool)
    result: NDArray[np.bool_] = np.where(taken, seen > reaction_seconds, seen >= reaction_seconds)
    return result


def weekly_trend(weekly_tables: ArrayLike, weekly_observed_days: ArrayLike) -> Trend | None:
    """The trend of one venue's consecutive weeks, oldest first.

    weekly_tables: prime drops that outlast the reaction time, shape (weeks,).
    weekly_observed_days: day-equivalents watched, same shape; weeks watched for less than half are
        left out, their place in time is kept.
    None where there is too little to tell.
    """
    counts = np.asarray(weekly_tables, dtype=np.float64)
    if counts.shape != np.shape(weekly_observed_days):
        raise ValueError("one exposure a week is needed")
    return weekly_trends(counts[np.newaxis], weekly_observed_days)[0]


def weekly_trends(weekly_tables: ArrayLike, weekly_observed_days: ArrayLike) -> list[Trend | None]:
    """The same for many venues of one market at once; each comes out as it would alone.

    weekly_tables: shape (venues, weeks). weekly_observed_days: shape (weeks,), of them all.
    """
    tables = np.asarray(weekly_tables, dtype=np.float64)
    days = np.asarray(weekly_observed_days, dtype=np.float64)
    if (tables.size and tables.min() < 0) or (days.size and days.min() < 0):
        raise ValueError("counts and exposure must not be negative")
    is_complete = days >= LEAST_WEEK_EXPOSURE
    week = np.flatnonzero(is_complete).astype(np.float64)
    counts, days = np.ascontiguousarray(tables[:, is_complete]), days[is_complete]
    trends: list[Trend | None] = [None] * len(counts)
    told = np.flatnonzero(
        (counts.sum(axis=1) >= FEWEST_TABLES)
        & ((counts > 0).sum(axis=1) >= FEWEST_WEEKS_WITH_TABLES)
    )
    if days.size < FEWEST_WEEKS or not told.size:
        return trends
    counts = counts[told]
    slope, error, dispersion = _log_linear_fits(counts, days / 7, week)
    # At the floor the variance is Poisson's own and known, above it it was estimated.
    freedom = np.where(dispersion > 1, days.size - 2.0, math.inf)
    reach = special.stdtrit(freedom, 0.975) * error
    p_value = 2 * special.stdtr(freedom, -np.abs(slope) / error)
    rates = counts / days * 7
    slopes, tests = _theil_sen_slopes(rates, week), _mann_kendalls(rates)
    for row, venue in enumerate(told.tolist()):
        trends[venue] = Trend(
            change_per_week=math.expm1(slope[row]),
            lower=math.expm1(slope[row] - reach[row]),
            upper=math.expm1(slope[row] + reach[row]),
            p_value=float(p_value[row]),
            dispersion=float(dispersion[row]),
            weeks=days.size,
            tables=int(counts[row].sum()),
            theil_sen=float(slopes[row]),
            mann_kendall_p=tests[row].p_value,
        )
    return trends


def _log_linear_fits(
    counts: Floats, exposure: Floats, week: Floats
) -> tuple[Floats, Floats, Floats]:
    """(slope, standard error, dispersion) of log(mean / exposure) = level + slope * week, each row.

    counts: shape (venues, weeks). Newton's method; tables in three weeks or more keep the estimate
    finite. Rows that have arrived are left alone, so that none depends on the others.
    """
    total = counts.sum(axis=1)
    x = week - ((week * counts).sum(axis=1) / total)[:, np.newaxis]
    level, slope = np.log(total / exposure.sum()), np.zeros(len(counts))
    furthest = np.abs(x).max(axis=1)
    moving = np.arange(len(counts))
    for _ in range(100):
        y, t = counts[moving], x[moving]
        mean = exposure * np.exp(level[moving, np.newaxis] + slope[moving, np.newaxis] * t)
        s0, s1, s2 = mean.sum(axis=1), (mean * t).sum(axis=1), (mean * t * t).sum(axis=1)
        g0, g1 = (y - mean).sum(axis=1), ((y - mean) * t).sum(axis=1)
        determinant = s0 * s2 - s1 * s1
        step_level = (s2 * g0 - s1 * g1) / determinant
        step_slope = (s0 * g1 - s1 * g0) / determinant
        # Steps are bounded so that a far start cannot overflow.
        size = np.maximum(np.abs(step_level), np.abs(step_slope) * furthest[moving])
        shrink = np.minimum(1.0, 2.0 / np.maximum(size, 1e-300))
        level[moving] += shrink * step_level
        slope[moving] += shrink * step_slope
        moving = moving[np.abs(step_level) + np.abs(step_slope) >= 1e-12]
        if not moving.size:
            break
    mean = exposure * np.exp(level[:, np.newaxis] + slope[:, np.newaxis] * x)
    s0, s1, s2 = mean.sum(axis=1), (mean * x).sum(axis=1), (mean * x * x).sum(axis=1)
    pearson = ((counts - mean) ** 2 / mean).sum(axis=1)
    dispersion = np.maximum(pearson / (week.size - 2), 1.0)
    return slope, np.sqrt(dispersion * s0 / (s0 * s2 - s1 * s1)), dispersion


def theil_sen_slope(values: ArrayLike, times: ArrayLike | None = None) -> float:
    """The median of the slopes between all pairs; times are 0, 1, 2 … if left out.

    Raises ValueError with fewer than two values.

    >>> theil_sen_slope([1, 2, 3, 4, 5, 100])
    1.0
    """
    y = np.asarray(values, dtype=np.float64)
    t = np.arange(y.size, dtype=np.float64) if times is None else np.asarray(times)
    if y.size < 2:
        raise ValueError("a slope needs two values")
    return float(_theil_sen_slopes(y[np.newaxis], t)[0])


def _theil_sen_slopes(rows: Floats, times: Floats) -> Floats:
    first, second = np.triu_indices(times.size, 1)
    slopes = (rows[:, second] - rows[:, first]) / (times[second] - times[first])
    medians: Floats = np.median(slopes, axis=1)
    return medians


def mann_kendall(values: ArrayLike) -> MannKendall:
    """Mann-Kendall test of a series in time order, exact also with ties.

    >>> test = mann_kendall(range(1, 11))
    >>> test.s, test.variance, round(test.z, 4)
    (45, 125.0, 3.9355)
    """
    return _mann_kendalls(np.asarray(values, dtype=np.float64)[np.newaxis])[0]


def _mann_kendalls(rows: Floats) -> list[MannKendall]:
    n = rows.shape[1]
    first, second = np.triu_indices(n, 1)
    scores = np.sign(rows[:, second] - rows[:, first]).sum(axis=1).astype(int).tolist()
    return [_mann_kendall(n, s, ties) for s, ties in zip(scores, _ties(rows), strict=True)]


def _ties(rows: Floats) -> list[tuple[int, ...]]:
    """How often each value of a row is in it, in the order of the values."""
    ordered = np.sort(rows, axis=1)
    is_last = np.ones(rows.shape, dtype=np.bool_)
    is_last[:, :-1] = ordered[:, 1:] != ordered[:, :-1]
    row, place = np.nonzero(is_last)
    # As places in all rows written one after the other: each row ends with a last one.
    counts = np.diff(row * rows.shape[1] + place, prepend=-1)
    per_row = np.split(counts, np.cumsum(is_last.sum(axis=1))[:-1])
    return [tuple(of_row.tolist()) for of_row in per_row]


def _mann_kendall(n: int, s: int, ties: tuple[int, ...]) -> MannKendall:
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    z = (s - (s > 0) + (s < 0)) / math.sqrt(variance) if variance > 0 else 0.0
    return MannKendall(s, variance, z, _exact_p_value(s, tuple(sorted(ties))))


def _exact_p_value(s: int, ties: tuple[int, ...]) -> float:
    """Two-sided chance of |S| or more if every order of the values were equally likely."""
    falls = _chances_of_falls(ties)
    pairs = falls.size - 1
    of_each_s = pairs - 2 * np.arange(falls.size)
    return float(min(falls[np.abs(of_each_s) >= abs(s)].sum(), 1.0))


@lru_cache(maxsize=4096)
def _chances_of_falls(ties: tuple[int, ...]) -> Floats:
    """Chances of 0, 1, … falls over all orders of a multiset with groups of these sizes.

    Counted by Gaussian multinomials: the groups of equal values are put in one after the other.
    """
    falls: Floats = np.ones(1)
    placed = 0
    for group in ties:
        falls = np.convolve(falls, _gaussian_binomial(placed + group, group))
        placed += group
    return falls


@lru_cache(maxsize=4096)
def _gaussian_binomial(n: int, k: int) -> Floats:
    """Chances of 0, 1, … falls between k equal values and n - k larger or smaller ones.

    By Pascal's rule: the last place holds one of the k with chance k / n, then the falls are those
    of the rest; else it adds a fall with each of the k.
    """
    if k in (0, n):
        return np.ones(1)
    chances = np.zeros(k * (n - k) + 1)
    without_one = _gaussian_binomial(n - 1, k - 1)
    chances[: without_one.size] += without_one * (k / n)
    with_falls = _gaussian_binomial(n - 1, k)
    chances[k : k + with_falls.size] += with_falls * ((n - k) / n)
    return chances


def trend_labels(trends: Sequence[Trend | None]) -> list[Direction | None]:
    """The label of every venue asked about, after Benjamini-Hochberg across all of them.

    >>> trend_labels([weekly_trend([40, 35, 30, 25, 20, 15, 10, 5], [7] * 8), None])
    [<Direction.HARDER: 'getting harder'>, None]
    """
    found = survivors([None if trend is None else trend.p_value for trend in trends])
    return [
        None
        if trend is None or not survives
        else (Direction.HARDER if trend.change_per_week < 0 else Direction.EASIER)
        for trend, survives in zip(trends, found, strict=True)
    ]

"""Trend: whether a venue is getting harder or easier.

Formula: over at least 8 complete weeks, the weekly number of prime drops that outlast the reaction
    time is fitted as a log-linear trend with the observed time as offset (quasi-Poisson: dispersion
    never below 1; Student's t where it had to be estimated, above 1). Reported as the change a
    week, exp(slope) - 1. "Getting harder" (fewer tables) or "easier" (more) is said only where the
    finding survives Benjamini-Hochberg across all venues asked. Beside it: Theil-Sen's median slope
    of the weekly rates and the exact Mann-Kendall test, which know nothing of counts or log scales.
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
from numpy.typing import ArrayLike
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

    change_per_week: exp(slope) - 1. theil_sen: tables a week, per week.
    """

    change_per_week: float
    lower: float
    upper: float
    p_value: float
    dispersion: float
    weeks: int
    tables: int
    theil_sen: float
    mann_kendall: MannKendall


def outlasting_count(
    closed_seconds: ArrayLike, censored_seconds: ArrayLike, reaction_seconds: float
) -> int:
    """Drops known to have been open for longer than the reaction time.

    A drop censored before then is not known to have lasted and is not counted.

    >>> outlasting_count([30, 60, 90], [10, 300], 60)
    2
    """
    closed, censored = np.asarray(closed_seconds), np.asarray(censored_seconds)
    return int((closed > reaction_seconds).sum() + (censored >= reaction_seconds).sum())


def weekly_trend(weekly_tables: ArrayLike, weekly_observed_days: ArrayLike) -> Trend | None:
    """The trend of one venue's consecutive weeks, oldest first.

    weekly_tables: prime drops that outlast the reaction time, shape (weeks,).
    weekly_observed_days: day-equivalents watched, same shape; weeks watched for less than half are
        left out, their place in time is kept.
    None where there is too little to tell.
    """
    counts = np.asarray(weekly_tables, dtype=np.float64)
    days = np.asarray(weekly_observed_days, dtype=np.float64)
    if counts.shape != days.shape:
        raise ValueError("one exposure a week is needed")
    if counts.size and (counts.min() < 0 or days.min() < 0):
        raise ValueError("counts and exposure must not be negative")
    week = np.arange(counts.size, dtype=np.float64)
    is_complete = days >= LEAST_WEEK_EXPOSURE
    counts, days, week = counts[is_complete], days[is_complete], week[is_complete]
    if (
        counts.size < FEWEST_WEEKS
        or counts.sum() < FEWEST_TABLES
        or (counts > 0).sum() < FEWEST_WEEKS_WITH_TABLES
    ):
        return None
    slope, error, dispersion = _log_linear_fit(counts, days / 7, week)
    # At the floor the variance is Poisson's own and known, above it it was estimated.
    freedom = counts.size - 2 if dispersion > 1 else math.inf
    reach = float(special.stdtrit(freedom, 0.975)) * error
    rates = counts / days * 7
    return Trend(
        change_per_week=math.expm1(slope),
        lower=math.expm1(slope - reach),
        upper=math.expm1(slope + reach),
        p_value=float(2 * special.stdtr(freedom, -abs(slope) / error)),
        dispersion=dispersion,
        weeks=counts.size,
        tables=int(counts.sum()),
        theil_sen=theil_sen_slope(rates, week),
        mann_kendall=mann_kendall(rates),
    )


def _log_linear_fit(counts: Floats, exposure: Floats, week: Floats) -> tuple[float, float, float]:
    """(slope, standard error, dispersion) of log(mean / exposure) = level + slope * week.

    Newton's method; tables in three weeks or more keep the estimate finite.
    """
    level, slope = math.log(counts.sum() / exposure.sum()), 0.0
    centre = float((week * counts).sum() / counts.sum())
    x = week - centre
    for _ in range(100):
        mean = exposure * np.exp(level + slope * x)
        s0, s1, s2 = mean.sum(), (mean * x).sum(), (mean * x * x).sum()
        g0, g1 = (counts - mean).sum(), ((counts - mean) * x).sum()
        determinant = s0 * s2 - s1 * s1
        step_level = (s2 * g0 - s1 * g1) / determinant
        step_slope = (s0 * g1 - s1 * g0) / determinant
        # Steps are bounded so that a far start cannot overflow.
        shrink = min(1.0, 2.0 / max(abs(step_level), abs(step_slope) * np.abs(x).max(), 1e-300))
        level += shrink * step_level
        slope += shrink * step_slope
        if abs(step_level) + abs(step_slope) < 1e-12:
            break
    pearson = float(((counts - mean) ** 2 / mean).sum())
    dispersion = max(pearson / (counts.size - 2), 1.0)
    return float(slope), float(math.sqrt(dispersion * s0 / determinant)), dispersion


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
    first, second = np.triu_indices(y.size, 1)
    return float(np.median((y[second] - y[first]) / (t[second] - t[first])))


def mann_kendall(values: ArrayLike) -> MannKendall:
    """Mann-Kendall test of a series in time order, exact also with ties.

    >>> test = mann_kendall(range(1, 11))
    >>> test.s, test.variance, round(test.z, 4)
    (45, 125.0, 3.9355)
    """
    y = np.asarray(values, dtype=np.float64)
    n = y.size
    first, second = np.triu_indices(n, 1)
    s = int(np.sign(y[second] - y[first]).sum())
    ties = np.unique(y, return_counts=True)[1].tolist()
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    z = (s - int(np.sign(s))) / math.sqrt(variance) if variance > 0 else 0.0
    return MannKendall(s, variance, z, _exact_p_value(s, ties))


def _exact_p_value(s: int, ties: Sequence[int]) -> float:
    """Two-sided chance of |S| or more if every order of the values were equally likely.

    Orders of a multiset by their number of falls are counted by Gaussian multinomials: the groups
    of equal values are put in one after the other.
    """
    falls: Floats = np.ones(1)
    placed = 0
    for group in ties:
        falls = np.convolve(falls, _gaussian_binomial(placed + group, group))
        placed += group
    pairs = falls.size - 1
    of_each_s = pairs - 2 * np.arange(falls.size)
    return float(min(falls[np.abs(of_each_s) >= abs(s)].sum(), 1.0))


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

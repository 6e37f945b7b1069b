"""Catchable tables a week: prime tables a diner with alerts could really have caught.

Formula: lambda = 7 * (prime drops / observed day-equivalents) * S(reaction): prime-time drops for
    parties of two (or of unknown size) per observed week, times the share of them that outlasts the
    reaction time, 60 s by default or the poll interval where that is longer. Days nobody watched
    enter neither count nor exposure. The 95 % interval is that of a Poisson count of as many
    tables as carry the same information: 1 / (dispersion / drops + variance of log S). The
    dispersion (Pearson's, over days, never below 1) makes clustered releases count for less, and
    Student's t stands in for the normal where few days tell it. Where nothing was catchable the
    upper end is the rule of three: three tables in the time watched.
Unit: tables a week.
Range: 0 and up.
Empty case: no observed time gives None. No prime drop in watched time gives 0 with an upper end.
Example: 14 watched days with a prime drop each, half of which outlast a minute.
    >>> rate = catchable_rate(np.ones(14), np.ones(14), survival=0.5, survival_log_variance=1 / 14)
    >>> rate.per_week
    3.5
    >>> round(rate.lower, 1), round(rate.upper, 1)
    (1.6, 6.9)

Source: this project; quasi-Poisson: McCullagh and Nelder 1989, ch. 6; interval: Jeffreys' for a
    Poisson count (Brown, Cai and DasGupta 2003, Statistica Sinica 13:19); rule of three: Hanley and
    Lippman-Hand 1983, JAMA 249:1743.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from metrics.survival import Floats

DEFAULT_REACTION_SECONDS = 60


@dataclass(frozen=True)
class CatchableRate:
    """Catchable tables a week with its 95 % interval and what it rests on.

    survival is S(reaction), None where the venue had no prime drop in watched time.
    dispersion is the variance of daily drops over their mean, at least 1.
    """

    per_week: float
    lower: float
    upper: float
    n_prime_drops: int
    observed_days: float
    dispersion: float
    survival: float | None = None


@dataclass(frozen=True)
class CatchableRates:
    """The same for many windows at once: arrays of equal shape, `nan` where nobody watched."""

    per_week: Floats
    lower: Floats
    upper: Floats
    dispersion: Floats


def effective_reaction_seconds(
    reaction_seconds: float, resolution_seconds: float | None = None
) -> float:
    """The reaction time S is taken at: never below the poll interval, if that is known.

    >>> effective_reaction_seconds(60, resolution_seconds=900)
    900
    """
    return max(reaction_seconds, resolution_seconds or 0)


def catchable_rates(
    prime_drops: ArrayLike,
    observed_days: ArrayLike,
    sum_of_squares: ArrayLike,
    watched_days: ArrayLike,
    survival: ArrayLike,
    survival_log_variance: ArrayLike,
    *,
    confidence: float = 0.95,
) -> CatchableRates:
    """Catchable rates of many windows from sums over their days, all arrays of one shape.

    prime_drops: drops on watched days. observed_days: sum of the days' exposure.
    sum_of_squares: sum of daily drops ** 2 / daily exposure (it is additive, so running sums over
        days give any window). watched_days: number of days with exposure.
    survival, survival_log_variance: S(reaction) and the variance of its logarithm; ignored where
        there are no drops.
    confidence: of the intervals; rank bands ask for more than 0.95 (`joint_confidence`).
    """
    drops = np.asarray(prime_drops, dtype=np.float64)
    exposure = np.asarray(observed_days, dtype=np.float64)
    days = np.asarray(watched_days, dtype=np.float64)
    share = np.where(drops > 0, np.asarray(survival, dtype=np.float64), 0.0)
    variance = np.where(drops > 0, np.asarray(survival_log_variance, dtype=np.float64), np.inf)
    high = (1 + confidence) / 2
    is_watched = exposure > 0
    has_drops = is_watched & (drops > 0)
    freedom = np.maximum(days - 1, 1)

    def divided(top: Floats, bottom: Floats, where: NDArray[np.bool_]) -> Floats:
        return np.divide(top, bottom, out=np.zeros_like(exposure), where=where)

    pearson = divided(np.asarray(sum_of_squares) * exposure, drops, has_drops) - drops
    dispersion = np.where(has_drops & (days > 1), np.maximum(pearson / freedom, 1.0), 1.0)
    per_week = np.where(is_watched, 7.0 * divided(drops, exposure, is_watched) * share, np.nan)

    # Variance of log(drops) is dispersion / drops; t for its being estimated from the days.
    student = np.where(days > 1, special.stdtrit(freedom, high) / special.ndtri(high), 1.0)
    inflation = np.where(dispersion > 1, student**2, 1.0)
    log_variance = inflation * divided(dispersion, drops, has_drops) + variance
    count = divided(np.ones_like(exposure), log_variance, has_drops & (share > 0))
    has_rate = count > 0
    per_count = divided(per_week, count, has_rate)
    # -log(0.05) is 3: with so many expected, none would be seen once in twenty times.
    none_seen = np.full_like(exposure, -np.log1p(-confidence))
    rule_of_three = 7.0 * divided(none_seen, exposure, is_watched)
    lower = per_count * special.gammaincinv(count + 0.5, 1 - high)
    upper = np.where(has_rate, per_count * special.gammaincinv(count + 0.5, high), rule_of_three)
    return CatchableRates(
        per_week=per_week,
        lower=np.where(is_watched, lower, np.nan),
        upper=np.where(is_watched, upper, np.nan),
        dispersion=np.where(is_watched, dispersion, np.nan),
    )


def catchable_rate(
    daily_prime_counts: ArrayLike,
    daily_exposure_days: ArrayLike,
    *,
    survival: float | None,
    survival_log_variance: float = 0.0,
) -> CatchableRate | None:
    """Catchable tables a week of one window, from its days.

    daily_prime_counts, daily_exposure_days: one entry a local day, quiet days included; exposure is
        the observed share of the day (1 fully watched, 0 not at all).
    survival, survival_log_variance: S(reaction) of those drops and the variance of its logarithm
        (`math.inf` where S is 0), as `survival_of_ranges` gives them. None where there are none.
    None if nobody watched. Raises ValueError if there are drops but no survival, on negative input
    and on arrays of different length.
    """
    counts = np.asarray(daily_prime_counts, dtype=np.float64)
    exposure = np.asarray(daily_exposure_days, dtype=np.float64)
    if counts.shape != exposure.shape:
        raise ValueError("one exposure a day is needed")
    if counts.size and (counts.min() < 0 or exposure.min() < 0):
        raise ValueError("counts and exposure must not be negative")
    is_watched = exposure > 0
    counts, exposure = counts[is_watched], exposure[is_watched]
    if not counts.size:
        return None
    drops = int(counts.sum())
    if drops and survival is None:
        raise ValueError("drops without S(reaction)")
    rates = catchable_rates(
        counts.sum(),
        exposure.sum(),
        (counts**2 / exposure).sum(),
        counts.size,
        0.0 if survival is None else survival,
        survival_log_variance,
    )
    return CatchableRate(
        per_week=float(rates.per_week),
        lower=float(rates.lower),
        upper=float(rates.upper),
        n_prime_drops=drops,
        observed_days=float(exposure.sum()),
        dispersion=float(rates.dispersion),
        survival=survival if drops else None,
    )

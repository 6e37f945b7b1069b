"""Rates: how many per day or week, and whether two weeks differ.

Formula: count / exposure with the exact (Garwood) and the score 95 % interval. Two rates are
    compared by their ratio, with the score interval and score test; where counts come in clusters
    the dispersion (at least 1) widens both. "Last 7 days against the 7 before" is such a ratio
    with each side's own observed time.
Unit: per unit of exposure (day-equivalent, hour); ratio.
Range: 0 and up.
Empty case: a rate over zero exposure is None. A ratio to a rate of zero is None ("0 to 5" is not
    "+100 %"); its interval still has a lower end.
Example:
    >>> rate = poisson_rate(15, 400)
    >>> round(rate.lower, 5), round(rate.upper, 5)
    (0.02099, 0.06185)
    >>> round(rate_ratio(60, 51477.5, 30, 54308.7).ratio, 3)
    2.11
    >>> poisson_rate(3, 0) is None
    True

Source: Garwood 1936, Biometrika 28:437; Gu, Ng, Tang and Schucany 2008, Biometrical Journal 50:283.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from metrics.proportions import CHI_SQUARE_95, Interval, wilson_interval


@dataclass(frozen=True)
class Rate:
    """A rate with its exact 95 % interval, and the score interval beside it."""

    count: int
    exposure: float
    rate: float
    lower: float
    upper: float
    score_lower: float
    score_upper: float


@dataclass(frozen=True)
class RateRatio:
    """First rate over second.

    ratio: None if the second count is zero. lower, upper: 95 % score interval; (0, inf) if both
    counts are zero. z, p_value: two-sided score test that the rates are equal; None if both counts
    are zero. dispersion: the factor that widened both.
    """

    ratio: float | None
    lower: float
    upper: float
    z: float | None
    p_value: float | None
    dispersion: float = 1.0


def _check(count: float, exposure: float) -> None:
    if count < 0 or exposure < 0:
        raise ValueError("counts and exposure must not be negative")


def poisson_rate(count: int, exposure: float) -> Rate | None:
    """A rate per unit of exposure; None over zero exposure."""
    _check(count, exposure)
    if exposure == 0:
        return None
    score_lower, score_upper = count_interval(count)
    return Rate(
        count=count,
        exposure=exposure,
        rate=count / exposure,
        lower=float(special.gammaincinv(count, 0.025)) / exposure if count else 0.0,
        upper=float(special.gammaincinv(count + 1, 0.975)) / exposure,
        score_lower=score_lower / exposure,
        score_upper=score_upper / exposure,
    )


def count_interval(count: float, chi_square: float = CHI_SQUARE_95) -> Interval:
    """The score interval of a count, by default of 95 % and of a Poisson count.

    chi_square: the squared critical value, times the dispersion where counts come in clusters.
    """
    middle = count + chi_square / 2
    half = math.sqrt(chi_square * (count + chi_square / 4))
    return max(middle - half, 0.0), middle + half


def rate_ratio(
    count_1: int,
    exposure_1: float,
    count_2: int,
    exposure_2: float,
    *,
    dispersion: float = 1.0,
) -> RateRatio | None:
    """First rate over second; None if either has zero exposure.

    dispersion: variance over mean of the counts, at least 1.
    """
    _check(count_1, exposure_1)
    _check(count_2, exposure_2)
    if exposure_1 == 0 or exposure_2 == 0:
        return None
    odds_of_equal = exposure_1 / exposure_2
    total = count_1 + count_2
    # Given their sum, the first count is binomial; the score interval of its share carries over.
    share = wilson_interval(count_1, total, dispersion=dispersion)
    if share is None:
        return RateRatio(None, 0.0, math.inf, None, None, dispersion)
    lower, upper = (
        math.inf if bound == 1.0 else bound / (1 - bound) / odds_of_equal for bound in share
    )
    z = (count_1 - odds_of_equal * count_2) / math.sqrt(total * odds_of_equal * dispersion)
    return RateRatio(
        ratio=(count_1 / exposure_1) / (count_2 / exposure_2) if count_2 else None,
        lower=lower,
        upper=upper,
        z=z,
        p_value=float(special.erfc(abs(z) / math.sqrt(2))),
        dispersion=dispersion,
    )


def pooled_dispersion(groups: Sequence[tuple[Sequence[float], Sequence[float]]]) -> float:
    """Pearson's dispersion of daily counts around each group's own rate, at least 1.

    groups: (daily counts, daily exposure) of each period; days without exposure do not count.

    >>> pooled_dispersion([([0, 4, 0, 4], [1, 1, 1, 1])])
    2.6666666666666665
    """
    pearson, freedom = 0.0, 0
    for counts, exposures in groups:
        y, e = np.asarray(counts, dtype=np.float64), np.asarray(exposures, dtype=np.float64)
        y, e = y[e > 0], e[e > 0]
        if y.sum() == 0:
            continue
        expected = e * y.sum() / e.sum()
        pearson += float(((y - expected) ** 2 / expected).sum())
        freedom += y.size - 1
    return max(pearson / freedom, 1.0) if freedom > 0 else 1.0


def last_against_previous(
    last_counts: Sequence[float],
    last_exposure: Sequence[float],
    previous_counts: Sequence[float],
    previous_exposure: Sequence[float],
) -> RateRatio | None:
    """Last 7 days against the 7 before, from daily counts and daily observed shares.

    The caller passes whole past days only, never future ones. None if either week was unwatched.

    >>> last_against_previous([2] * 7, [1] * 7, [1] * 7, [1] * 7).ratio
    2.0
    """
    periods = [(last_counts, last_exposure), (previous_counts, previous_exposure)]
    sums = []
    for counts, exposure in periods:
        if len(counts) != len(exposure):
            raise ValueError("one exposure a day is needed")
        watched = [(c, e) for c, e in zip(counts, exposure, strict=True) if e > 0]
        sums.append((int(sum(c for c, _ in watched)), float(sum(e for _, e in watched))))
    return rate_ratio(*sums[0], *sums[1], dispersion=pooled_dispersion(periods))

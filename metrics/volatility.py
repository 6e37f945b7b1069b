"""Volatility: whether drops come evenly or in bursts.

Formula: index of dispersion D = variance (n - 1) / mean of daily drop counts: 1 for a steady random
    stream, above 1 for bursts. (n - 1) D is held against chi-square with n - 1 degrees; the p-value
    is the chance of so much unevenness, or more, in a steady stream. Days watched in part enter
    with their expected share. For durations: coefficient of variation = standard deviation / mean.
Unit: none.
Range: 0 and up.
Empty case: None with fewer than two watched days or no drop at all.
Example: Bortkiewicz's horse kicks, 200 corps-years.
    >>> kicks = np.repeat([0, 1, 2, 3, 4], [109, 65, 22, 3, 1])
    >>> test = index_of_dispersion(kicks)
    >>> round(test.index, 4), round(test.chi_square, 1), test.degrees_of_freedom
    (1.0016, 199.3, 199)

Source: Fisher 1925, Statistical Methods for Research Workers; Bortkiewicz 1898.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from metrics.survival import Floats


@dataclass(frozen=True)
class DispersionTest:
    """Index of dispersion of daily counts; mean is per fully watched day."""

    mean: float
    index: float
    chi_square: float
    degrees_of_freedom: int
    p_value: float


def index_of_dispersion(
    daily_counts: ArrayLike, daily_exposure: ArrayLike | None = None
) -> DispersionTest | None:
    """D and its test; exposure is each day's observed share (all 1 if left out).

    None with fewer than two watched days or without any count.
    """
    counts = np.asarray(daily_counts, dtype=np.float64)
    exposure = (
        np.ones_like(counts)
        if daily_exposure is None
        else np.asarray(daily_exposure, dtype=np.float64)
    )
    if counts.shape != exposure.shape:
        raise ValueError("one exposure a day is needed")
    counts, exposure = counts[exposure > 0], exposure[exposure > 0]
    if counts.size < 2 or counts.sum() == 0:
        return None
    mean = float(counts.sum() / exposure.sum())
    chi_square = float(((counts - mean * exposure) ** 2 / (mean * exposure)).sum())
    degrees = counts.size - 1
    return DispersionTest(
        mean=mean,
        index=chi_square / degrees,
        chi_square=chi_square,
        degrees_of_freedom=degrees,
        p_value=float(special.chdtrc(degrees, chi_square)),
    )


def indices_of_dispersion(
    drops: ArrayLike, observed_days: ArrayLike, sum_of_squares: ArrayLike, watched_days: ArrayLike
) -> tuple[Floats, Floats]:
    """(index, p-value) of many windows from the sums `catchable_rates` takes; `nan` if undefined.

    drops, observed_days, sum_of_squares (of daily drops ** 2 / exposure), watched_days: one shape.
    """
    total = np.asarray(drops, dtype=np.float64)
    degrees = np.asarray(watched_days, dtype=np.float64) - 1
    is_defined = (total > 0) & (degrees >= 1)
    pearson = np.full_like(total, np.nan)
    np.divide(
        np.asarray(sum_of_squares) * np.asarray(observed_days), total, out=pearson, where=is_defined
    )
    pearson = np.maximum(pearson - total, 0.0)
    degrees = np.where(is_defined, degrees, np.nan)
    return pearson / degrees, special.chdtrc(degrees, pearson)


def coefficient_of_variation(values: ArrayLike) -> float | None:
    """Standard deviation (n - 1) over mean; None with fewer than two values or mean zero.

    >>> coefficient_of_variation([60, 60, 60])
    0.0
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.size < 2 or numbers.mean() == 0:
        return None
    return float(numbers.std(ddof=1) / numbers.mean())

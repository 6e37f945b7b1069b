"""Fully booked: how often a whole day passes without a prime table.

Formula: local days with zero prime drops / local days observed, with Wilson's 95 % interval. A day
    counts as observed if it was watched for at least half of its length: an hour's glance without
    a drop does not make a day fully booked.
Unit: share of days.
Range: 0 to 1.
Empty case: no observed day gives None.
Example: four days, one of them hardly watched; of the other three, two without a prime drop.
    >>> fully_booked_share([0, 3, 0, 0], [1.0, 1.0, 0.1, 0.9]).share
    0.6666666666666666

Source: this project; interval: Wilson 1927, JASA 22:209.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.proportions import Proportion, proportion

LEAST_EXPOSURE = 0.5


def is_observed_day(daily_exposure: ArrayLike) -> NDArray[np.bool_]:
    """Which days were watched enough to be called fully booked or not."""
    result: NDArray[np.bool_] = np.asarray(daily_exposure, dtype=np.float64) >= LEAST_EXPOSURE
    return result


def fully_booked_share(
    daily_prime_counts: ArrayLike, daily_exposure: ArrayLike
) -> Proportion | None:
    """The share of observed days without a prime drop; None if no day was observed."""
    counts = np.asarray(daily_prime_counts)
    observed = is_observed_day(daily_exposure)
    if counts.shape != observed.shape:
        raise ValueError("one exposure a day is needed")
    return proportion(int((counts[observed] == 0).sum()), int(observed.sum()))

"""Observed day-equivalents: the time every rate is divided by.

Formula: the sum over local days of observed minutes / the day's own minutes. A day watched all
    through counts 1 whether it has 23, 24 or 25 hours; a day watched half of the time counts half.
Unit: days.
Range: 0 to the number of days.
Empty case: no days give 0, and a rate over it is None.
Example: a full day, a full day of 23 hours, and half a day.
    >>> observed_day_equivalents([1440, 1380, 720], [1440, 1380, 1440])
    2.5

Source: this project.
"""

import numpy as np
from numpy.typing import ArrayLike

from metrics.survival import Floats

GRAIN = 2.0**32
"""Shares are whole multiples of 1 / GRAIN (20 µs of a day), so that sums are exact: a window's
exposure does not depend on what is summed beside it."""


def day_exposure(observed_minutes: ArrayLike, day_minutes: ArrayLike) -> Floats:
    """The observed share of each day; 0 for a day that never was.

    Raises ValueError if more was observed than the day has.
    """
    observed = np.asarray(observed_minutes, dtype=np.float64)
    minutes = np.asarray(day_minutes, dtype=np.float64)
    if observed.size and ((observed < 0) | (observed > minutes)).any():
        raise ValueError("observed time must lie between zero and the day's length")
    share = np.divide(observed, minutes, out=np.zeros_like(observed), where=minutes > 0)
    return np.round(share * GRAIN) / GRAIN


def observed_day_equivalents(observed_minutes: ArrayLike, day_minutes: ArrayLike) -> float:
    """The sum of `day_exposure`."""
    return float(day_exposure(observed_minutes, day_minutes).sum())

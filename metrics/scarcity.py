"""Scarcity score: how hard a venue is to get, as one number.

Formula: 100 / (1 + lambda), lambda being catchable tables a week. More drops, or tables that stay
    longer, never raise it. (A drop lost from sight before the reaction time is filled in from the
    others, as Kaplan-Meier does, and may shift it a little either way.)
Unit: none: an index, not a probability.
Range: above 0 up to 100: 100 when nothing was catchable, 50 at one catchable prime table a week,
    10 at nine.
Empty case: None with fewer than 7 observed day-equivalents in the window, or without any drop in
    90 days: such a venue was not watched enough, or may not be taking reservations at all.
Example:
    >>> scarcity_score(1.0), scarcity_score(9.0), scarcity_score(0.0)
    (50.0, 10.0, 100.0)
    >>> guarded_scarcity_score(1.0, observed_days=6.5, drops_in_90_days=40) is None
    True

Source: this project (docs/decisions).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.survival import Floats

FEWEST_OBSERVED_DAYS = 7.0
# Day-equivalents are sums of shares, equal to whole days only up to rounding.
ROUNDING_DAYS = 1e-9


def scarcity_score(catchable_per_week: float | None) -> float | None:
    """The score of a rate; None stays None. Raises ValueError on a negative rate."""
    if catchable_per_week is None:
        return None
    if not catchable_per_week >= 0:
        raise ValueError("a rate is not negative")
    return 100.0 / (1.0 + catchable_per_week)


def is_scorable(observed_days: ArrayLike, drops_in_90_days: ArrayLike) -> NDArray[np.bool_]:
    """Whether there was enough watching, and any drop at all; arrays or scalars alike."""
    enough = np.asarray(observed_days, dtype=np.float64) >= FEWEST_OBSERVED_DAYS - ROUNDING_DAYS
    result: NDArray[np.bool_] = enough & (np.asarray(drops_in_90_days) > 0)
    return result


def guarded_scarcity_score(
    catchable_per_week: float | None, *, observed_days: float, drops_in_90_days: int
) -> float | None:
    """The score where it may be given, else None.

    observed_days: day-equivalents watched in the window. drops_in_90_days: drops of any kind (any
        hour, any party) in the 90 days that end with the window.
    """
    if not is_scorable(observed_days, drops_in_90_days):
        return None
    return scarcity_score(catchable_per_week)


def scarcity_scores(
    catchable_per_week: ArrayLike, observed_days: ArrayLike, drops_in_90_days: ArrayLike
) -> Floats:
    """Guarded scores of many windows at once, `nan` where there is none."""
    rates = np.asarray(catchable_per_week, dtype=np.float64)
    scores: Floats = np.where(
        is_scorable(observed_days, drops_in_90_days), 100.0 / (1.0 + rates), np.nan
    )
    return scores

"""Rank bands: how sure a venue's place in the ranking is.

Formula: the rank is one more than the number of venues with a lower rate of catchable tables
    (1 is hardest); venues with the same rate share it. The band comes from intervals that hold for
    all n venues together: each is taken at confidence 0.95 ** (1 / n). A venue can stand no higher
    than after all whose interval lies wholly below its own, and no lower than before all whose
    interval lies wholly above. All bands together hold the true ranks with 95 % confidence.
Unit: rank.
Range: 1 to n; rank within its band.
Empty case: no venues, no bands. Venues without a rate are not ranked; leave them out.
Example: two venues too close to call, one clearly easier.
    >>> bands = rank_bands([1.0, 1.2, 9.0], lower=[0.5, 0.8, 6.0], upper=[2.0, 2.1, 13.0])
    >>> [(b.rank, b.best, b.worst) for b in bands]
    [(1, 1, 2), (2, 1, 2), (3, 3, 3)]

Source: Klein, Wright and Wieczorek 2020, JRSS A 183:589, "A joint confidence region for an overall
    ranking of populations".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ranks = NDArray[np.int64]


@dataclass(frozen=True)
class RankBand:
    """A rank (1 is hardest) with its joint interval; `tied` counts the venues that share it."""

    rank: int
    best: int
    worst: int
    tied: int = 1


def joint_confidence(venues: int, confidence: float = 0.95) -> float:
    """The confidence each of `venues` independent intervals needs so that all hold together.

    >>> round(joint_confidence(2), 4)
    0.9747
    """
    if venues < 1:
        raise ValueError("there is nothing to rank")
    return float(confidence ** (1 / venues))


@dataclass(frozen=True)
class RankBands:
    """The bands of many venues at once: integer arrays of equal shape, as in `RankBand`."""

    rank: Ranks
    best: Ranks
    worst: Ranks
    tied: Ranks


def rank_band_arrays(rates: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> RankBands:
    """The band of every venue, in the order given; O(n log n).

    rates: catchable tables a week, shape (venues,). lower, upper: the ends of each venue's interval
    at `joint_confidence(venues)`. Raises ValueError on undefined values or a rate outside its own
    interval.
    """
    rate = np.asarray(rates, dtype=np.float64)
    low = np.asarray(lower, dtype=np.float64)
    high = np.asarray(upper, dtype=np.float64)
    if not (rate.shape == low.shape == high.shape):
        raise ValueError("every rate needs a lower and an upper end")
    if not ((low <= rate) & (rate <= high)).all():
        raise ValueError("every rate must be defined and lie in its interval")
    in_order = np.sort(rate)
    harder = np.searchsorted(in_order, rate, side="left")
    as_hard = np.searchsorted(in_order, rate, side="right")
    surely_harder = np.searchsorted(np.sort(high), low, side="left")
    surely_easier = rate.size - np.searchsorted(np.sort(low), high, side="right")
    return RankBands(
        rank=harder + 1,
        best=surely_harder + 1,
        worst=rate.size - surely_easier,
        tied=as_hard - harder,
    )


def rank_bands(rates: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> list[RankBand]:
    """The same as a list, a band each. Raises as `rank_band_arrays`."""
    found = rank_band_arrays(rates, lower, upper)
    columns = (found.rank, found.best, found.worst, found.tied)
    return [RankBand(*band) for band in zip(*(c.tolist() for c in columns), strict=True)]

"""Spikes: days on which far more opened than on the same weekday before.

Formula: a day is held against the same weekday of the past weeks (at least 4 of them watched), as
    drops per observed day. It is a spike if all of this holds: at least 20 drops; at least 3
    spreads above the median, a spread being 1.4826 * MAD but never less than Poisson noise; and the
    95 % interval of the rate ratio to the past, widened by their dispersion (negative-binomial
    noise), wholly above 1. A dip is the same upside down, where 20 or more are usual.
Unit: drops per observed day; ratio.
Range: 0 and up.
Empty case: None if less than half of the day was watched, or of fewer than 4 such days before.
Example: forty drops on a weekday that usually sees twenty.
    >>> found = day_against_weekday(40, 1.0, [20, 18, 22, 19, 21, 20], [1.0] * 6)
    >>> found.usual_per_day, round(found.ratio.ratio, 2), found.is_spike
    (20.0, 2.0, True)

Source: Hampel 1974, JASA 69:383 (MAD); Iglewicz and Hoaglin 1993; rate ratio as in rates.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.fully_booked import LEAST_EXPOSURE
from metrics.rates import RateRatio, pooled_dispersion, rate_ratio

COUNT_FLOOR = 20
SPREADS_ABOVE = 3.0
FEWEST_PAST_DAYS = 4
MAD_TO_SIGMA = 1.4826


@dataclass(frozen=True)
class WeekdayComparison:
    """A day against the same weekday before.

    usual_per_day: median of past drops per observed day. spreads_above: how many spreads the day
    lies above it (below: negative).
    """

    drops: int
    per_day: float
    usual_per_day: float
    spreads_above: float
    ratio: RateRatio
    past_days: int
    is_spike: bool

    @property
    def is_dip(self) -> bool:
        """Whether it brought far fewer, by the same measure upside down."""
        is_much = self.usual_per_day >= COUNT_FLOOR
        return is_much and self.spreads_above <= -SPREADS_ABOVE and self.ratio.upper < 1


def median_absolute_deviation(values: ArrayLike) -> float | None:
    """The median distance from the median, unscaled; None without values.

    >>> median_absolute_deviation([1, 1, 2, 2, 4, 6, 9])
    1.0
    """
    numbers = np.asarray(values, dtype=np.float64)
    if not numbers.size:
        return None
    return float(np.median(np.abs(numbers - np.median(numbers))))


def day_against_weekday(
    drops: int, exposure: float, past_drops: ArrayLike, past_exposure: ArrayLike
) -> WeekdayComparison | None:
    """One day against the same weekday of past weeks, or None where there is too little to tell.

    drops, exposure: the day's drops and observed share. past_drops, past_exposure: those of the
    same weekday before it, in any order.
    """
    counts = np.asarray(past_drops, dtype=np.float64)
    shares = np.asarray(past_exposure, dtype=np.float64)
    if counts.shape != shares.shape:
        raise ValueError("one exposure a day is needed")
    is_watched = shares >= LEAST_EXPOSURE
    counts, shares = counts[is_watched], shares[is_watched]
    if exposure < LEAST_EXPOSURE or counts.size < FEWEST_PAST_DAYS:
        return None
    usual, spread = _usual_and_spread(counts / shares, exposure)
    spreads = (drops / exposure - usual) / spread
    past = int(counts.sum())
    ratio = rate_ratio(
        drops,
        exposure,
        past,
        float(shares.sum()),
        dispersion=pooled_dispersion([(counts.tolist(), shares.tolist())]),
    )
    if ratio is None:
        return None
    return WeekdayComparison(
        drops=drops,
        per_day=drops / exposure,
        usual_per_day=usual,
        spreads_above=spreads,
        ratio=ratio,
        past_days=counts.size,
        is_spike=drops >= COUNT_FLOOR and spreads >= SPREADS_ABOVE and ratio.lower > 1,
    )


def usual_range(
    past_drops: ArrayLike, past_exposure: ArrayLike
) -> tuple[float, float, float] | None:
    """(usual, lowest, highest) drops of a whole day that would not stand out from the same weekday
    before: the median and 3 spreads to either side. None of fewer than 4 such days.

    >>> [round(drops, 1) for drops in usual_range([20, 18, 22, 19, 21, 20], [1.0] * 6)]
    [20.0, 6.6, 33.4]
    """
    counts = np.asarray(past_drops, dtype=np.float64)
    shares = np.asarray(past_exposure, dtype=np.float64)
    is_watched = shares >= LEAST_EXPOSURE
    if is_watched.sum() < FEWEST_PAST_DAYS:
        return None
    usual, spread = _usual_and_spread(counts[is_watched] / shares[is_watched], 1.0)
    return usual, max(usual - SPREADS_ABOVE * spread, 0.0), usual + SPREADS_ABOVE * spread


def _usual_and_spread(rates: NDArray[np.float64], exposure: float) -> tuple[float, float]:
    """The median of past drops per observed day, and a spread for a day watched so much."""
    usual = float(np.median(rates))
    spread = MAD_TO_SIGMA * float(np.median(np.abs(rates - usual)))
    return usual, max(spread, math.sqrt(max(usual, 1.0) / exposure))

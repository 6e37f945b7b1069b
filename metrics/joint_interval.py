"""Joint intervals: what a 95 % interval becomes when it has to hold together with many others.

Formula: an interval of catchable tables a week is that of a count of as many tables as carry the
    same information. That count is read back from the ratio of the interval's ends, and the ends
    are taken anew at the higher confidence. Student's t grows faster with confidence than the
    normal; it is taken to stand behind every interval, as it does where releases are clustered, so
    a joint interval is exact there and a little wide elsewhere, never too narrow.
Unit: tables a week.
Range: 0 and up; never inside the interval it came from.
Empty case: no intervals, none back. An interval around 0 keeps its lower end of 0.
Example: a venue among 60.
    >>> low, high = widened_intervals([3.5], [1.6], [6.9], [14.0], confidence=0.95 ** (1 / 60))
    >>> round(float(low[0]), 1), round(float(high[0]), 1)
    (0.6, 11.5)

Source: Sidak 1967, JASA 62:626; the interval itself: metrics/catchable.py.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from metrics.survival import Floats

GIVEN_CONFIDENCE = 0.95
_LOG_COUNTS = np.linspace(np.log(1e-4), np.log(1e9), 4000)


def widened_intervals(
    rates: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    observed_days: ArrayLike,
    *,
    confidence: float,
) -> tuple[Floats, Floats]:
    """The ends at `confidence` of intervals whose ends at 95 % are given; arrays of one shape.

    rates, lower, upper: catchable tables a week. observed_days: day-equivalents they rest on.
    Raises ValueError on undefined values or a confidence below that of the intervals given.
    """
    rate, low, high, days = (
        np.asarray(values, dtype=np.float64) for values in (rates, lower, upper, observed_days)
    )
    if not (np.isfinite(rate) & np.isfinite(low) & np.isfinite(high) & (low <= high)).all():
        raise ValueError("every rate needs an interval")
    if not GIVEN_CONFIDENCE <= confidence < 1:
        raise ValueError("a joint interval has at least the confidence of the single one")
    has_rate = (rate > 0) & (low > 0)
    ratio = np.divide(high, low, out=np.ones_like(rate), where=has_rate)
    count = _count_of_ratio(np.maximum(ratio, 1.0))
    count = count * _student_inflation(days, GIVEN_CONFIDENCE)
    count = count / _student_inflation(days, confidence)
    ends = [
        rate / count * special.gammaincinv(count + 0.5, share)
        for share in ((1 - confidence) / 2, (1 + confidence) / 2)
    ]
    none_seen = high * np.log1p(-confidence) / np.log1p(-GIVEN_CONFIDENCE)
    return (
        np.where(has_rate, np.minimum(ends[0], low), 0.0),
        np.where(has_rate, np.maximum(ends[1], high), none_seen),
    )


def _count_of_ratio(ratio: Floats) -> Floats:
    """The count whose 95 % interval has ends in this ratio: the ratio falls as the count grows."""
    high = (1 + GIVEN_CONFIDENCE) / 2
    counts = np.exp(_LOG_COUNTS)
    log_ratios = np.log(special.gammaincinv(counts + 0.5, high)) - np.log(
        special.gammaincinv(counts + 0.5, 1 - high)
    )
    found: Floats = np.exp(np.interp(np.log(ratio), log_ratios[::-1], _LOG_COUNTS[::-1]))
    return found


def _student_inflation(days: Floats, confidence: float) -> Floats:
    """How much wider, squared, t is than the normal where the dispersion was told from `days`."""
    high = (1 + confidence) / 2
    freedom = np.maximum(np.ceil(days) - 1, 1)
    inflation: Floats = (special.stdtrit(freedom, high) / special.ndtri(high)) ** 2
    return inflation

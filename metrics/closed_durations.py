"""Durations of closed drops: mean, median and spread of how long taken tables had been open.

Formula: of the drops that were taken (CLOSED) in a window, the arithmetic mean, the median (mean of
    the two middle values where their number is even) and the coefficient of variation (standard
    deviation with n - 1, over the mean) of the seconds from opening to closing. These describe
    only tables that somebody took; how long a table lasts is answered by `metrics/survival.py`.
Unit: seconds; the coefficient of variation has none.
Range: 0 and up.
Empty case: `nan` in the arrays for a window without a closed drop (None at the boundary); the
    variation needs two.
Example: two windows over one array, the second one empty.
    >>> found = closed_durations(np.array([60, 90, 30, 200]), np.array([0, 4]), np.array([4, 4]))
    >>> found.mean.tolist(), found.median.tolist()
    ([95.0, nan], [75.0, nan])

Source: elementary.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
MOST_DROPS_AT_ONCE = 100_000  # bounds the memory, whatever the windows overlap


@dataclass(frozen=True)
class ClosedDurations:
    """One entry a window."""

    mean: Floats
    median: Floats
    variation: Floats


def closed_durations(seconds: ArrayLike, starts: ArrayLike, ends: ArrayLike) -> ClosedDurations:
    """Durations of `seconds[start:end]` for every pair of starts and ends; ranges may overlap.

    seconds: whole seconds of closed drops, shape (drops,), each window's drops contiguous.
    """
    values = np.asarray(seconds, dtype=np.int64)
    first = np.asarray(starts, dtype=np.int64)
    lengths = np.asarray(ends, dtype=np.int64) - first
    # Windows of several lengths hold the same drops where a venue is younger than they are long.
    _, one, which = np.unique(
        first * (values.size + 1) + lengths, return_index=True, return_inverse=True
    )
    first, lengths = first[one], lengths[one]
    cuts = np.flatnonzero(np.diff(np.cumsum(lengths) // MOST_DROPS_AT_ONCE)) + 1
    parts = [
        _of_chunk(values, part_first, part_lengths)
        for part_first, part_lengths in zip(
            np.split(first, cuts), np.split(lengths, cuts), strict=True
        )
    ]
    mean, median, variation = (np.concatenate(part) for part in zip(*parts, strict=True))
    return ClosedDurations(mean[which], median[which], variation[which])


def _of_chunk(
    values: NDArray[np.int64], first: NDArray[np.int64], lengths: NDArray[np.int64]
) -> tuple[Floats, Floats, Floats]:
    groups = lengths.size
    mean, median, variation = (np.full(groups, np.nan) for _ in range(3))
    some = lengths > 0
    first, size = first[some], lengths[some]
    if size.size == 0:
        return mean, median, variation
    last = np.cumsum(size)
    begin = last - size
    drop = values[np.arange(last[-1]) + np.repeat(first - begin, size)]
    total = np.add.reduceat(drop, begin)
    mean[some] = total / size

    # Sorted within each window: the window's number is the key's leading part.
    span = int(drop.max()) + 1
    whole = np.int32 if size.size * span <= np.iinfo(np.int32).max else np.int64
    base = np.arange(size.size, dtype=whole) * span
    key = drop.astype(whole)
    key += np.repeat(base, size)
    key.sort()
    low = key[begin + (size - 1) // 2] - base
    high = key[begin + size // 2] - base
    # Added as floats: two long durations may be more than the whole numbers hold.
    median[some] = (low + high.astype(np.float64)) / 2

    squares = np.add.reduceat((drop - np.repeat(mean[some], size)) ** 2, begin)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(squares / (size - 1)) / mean[some]
    variation[some] = np.where((size > 1) & (total > 0), spread, np.nan)
    return mean, median, variation

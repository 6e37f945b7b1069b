"""Open durations of many windows at once: the same Kaplan-Meier numbers, for scoring.

Formula: as in open duration (`metrics/survival.py`), for many overlapping ranges of one array: a
    venue's drops lie in date order, so that every window of days is a contiguous range of them.
Unit: seconds for times, share for S(t).
Range: as in open duration.
Empty case: an empty range has no median and no S(t): `nan` in the arrays, which `none_if_nan` turns
    into None at the boundary.
Example: the first two and the last three of five drops.
    >>> found = survival_of_ranges(
    ...     seconds=np.array([60, 90, 30, 200, 40]),
    ...     is_closed=np.array([True, True, True, False, True]),
    ...     starts=np.array([0, 2]), ends=np.array([2, 5]), at_seconds=(60,))
    >>> found.median_seconds.tolist()
    [60.0, 40.0]
    >>> found.survival[:, 0].round(3).tolist()
    [0.5, 0.333]

Source: as in open duration.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.survival import FEWEST_FOR_A_LOWER_BOUND, HALF, LOG_LOG_2, Z_95, Floats

Ints = NDArray[np.int64]

LOG_BITS, GREENWOOD_BITS = 56, 60
"""Of the fractions in which log S (at most 128) and its variance (at most 8) are summed."""

MOST_DROPS_AT_ONCE = 100_000
"""Ranges are worked off in chunks of about this many drops, so that memory stays flat."""


@dataclass(frozen=True)
class RangeSurvival:
    """One entry (row) a range, one column an asked-for time; undefined is `nan`.

    n, closed_count: drops and closings of the range.
    median_seconds, median_lower, median_upper: Kaplan-Meier median and its 95 % interval
        (the upper end may be infinite).
    survival: S(t), carried on at its last value beyond the last moment watched; see `is_followed`.
    log_variance: Greenwood's variance of log S(t); infinite where S(t) is 0.
    is_followed: False where t lies beyond the last moment any drop of the range was watched and
        some were still open then, so that S(t) may be used in a rate but not printed.
    """

    n: Ints
    closed_count: Ints
    median_seconds: Floats
    median_lower: Floats
    median_upper: Floats
    survival: Floats
    log_variance: Floats
    is_followed: NDArray[np.bool_]


def none_if_nan(value: float) -> float | None:
    """The value as a Python float, None for `nan`."""
    return None if np.isnan(value) else float(value)


def survival_of_ranges(
    seconds: ArrayLike,
    is_closed: ArrayLike,
    starts: ArrayLike,
    ends: ArrayLike,
    at_seconds: Sequence[int],
) -> RangeSurvival:
    """Kaplan-Meier numbers of `seconds[start:end]` for every pair of starts and ends.

    seconds, is_closed: shape (drops,); whole seconds, and whether the drop was taken (else
        censored). starts, ends: shape (ranges,), ranges may overlap. at_seconds: times t for S(t).
    Raises ValueError on negative durations or a range outside the drops.
    """
    code, first, lengths = _checked(seconds, is_closed, starts, ends)
    # Windows of several lengths hold the same drops where a venue is younger than they are long.
    _, one, which = np.unique(
        first * (code.size + 1) + lengths, return_index=True, return_inverse=True
    )
    of_ranges = _survival(code, first[one], lengths[one], np.zeros_like(one), at_seconds)
    return RangeSurvival(*(column[which] for column in of_ranges))


def survival_of_ranges_at(
    seconds: ArrayLike, is_closed: ArrayLike, starts: ArrayLike, ends: ArrayLike, at_second: int
) -> tuple[Floats, Floats]:
    """S(t) of each range and the variance of its logarithm: those of `survival_of_ranges`.

    In a fraction of the time: drops that were seen open for longer than t need only be counted.

    >>> survival, log_variance = survival_of_ranges_at([60, 90, 30], [True] * 3, [0], [3], 60)
    >>> survival.round(3).tolist(), log_variance.tolist()
    ([0.333], [0.6666666666666666])
    """
    code, first, lengths = _checked(seconds, is_closed, starts, ends)
    short = np.flatnonzero(code >> 1 <= at_second)
    short_first = np.searchsorted(short, first)
    short_lengths = np.searchsorted(short, first + lengths) - short_first
    survival = np.where(lengths > 0, 1.0, np.nan)
    log_variance = np.where(lengths > 0, 0.0, np.nan)
    some = short_lengths > 0
    parts = _survival(
        code[short],
        short_first[some],
        short_lengths[some],
        (lengths - short_lengths)[some],
        (at_second,),
    )
    survival[some], log_variance[some] = parts[5][:, 0], parts[6][:, 0]
    return survival, log_variance


def _checked(
    seconds: ArrayLike, is_closed: ArrayLike, starts: ArrayLike, ends: ArrayLike
) -> tuple[Ints, Ints, Ints]:
    """One integer a drop, that sorts by duration, closings before censorings at a tie; where each
    range begins and how many drops it has."""
    durations = np.asarray(seconds, dtype=np.int64)
    closed = np.asarray(is_closed, dtype=np.bool_)
    first = np.asarray(starts, dtype=np.int64)
    lengths = np.asarray(ends, dtype=np.int64) - first
    if durations.size and durations.min() < 0:
        raise ValueError("durations must not be negative")
    if lengths.size and (
        first.min() < 0 or (first + lengths).max() > durations.size or lengths.min() < 0
    ):
        raise ValueError("ranges must lie within the drops")
    return (durations << 1) | ~closed, first, lengths


def _survival(
    code: Ints, first: Ints, lengths: Ints, longer: Ints, at_seconds: Sequence[int]
) -> list[NDArray[Any]]:
    """The columns of `RangeSurvival`. longer: drops of each range beside those between its start
    and its end, all of them seen open for longer than these."""
    chunks = np.flatnonzero(np.diff(np.cumsum(lengths) // MOST_DROPS_AT_ONCE)) + 1
    parts = [
        _survival_of_chunk(code, *part, at_seconds)
        for part in zip(
            np.split(first, chunks),
            np.split(lengths, chunks),
            np.split(longer, chunks),
            strict=True,
        )
    ]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _survival_of_chunk(
    code: Ints, starts: Ints, lengths: Ints, longer: Ints, at_seconds: Sequence[int]
) -> tuple[NDArray[np.generic], ...]:
    groups = starts.size
    last = np.cumsum(lengths)
    first = last - lengths
    total = int(lengths.sum())

    # One integer a drop that sorts by range, then duration, closings before censorings at a tie.
    span = (int(code.max(initial=0)) >> 1) + 2
    whole = np.int32 if groups * 2 * span <= np.iinfo(np.int32).max else np.int64
    base = np.arange(groups + 1, dtype=whole) * span
    key = code[np.arange(total) + np.repeat(starts - first, lengths)].astype(whole)
    key += np.repeat(2 * base[:-1], lengths)
    key.sort()

    # From here on one entry a moment: drops of a range that were seen open equally long.
    moment = key >> 1
    is_last = np.ones(total, dtype=bool)
    np.not_equal(moment[1:], moment[:-1], out=is_last[:-1])
    ends = np.flatnonzero(is_last)
    moment = moment[ends]
    starts_at = np.searchsorted(moment, base)
    first_moment, last_moment = starts_at[:-1], starts_at[1:]
    moments = last_moment - first_moment
    time = moment - np.repeat(base[:-1], moments)
    closed_before = np.zeros(total + 1, dtype=np.int32)
    np.cumsum((key & 1) ^ 1, dtype=np.int32, out=closed_before[1:])
    begins = np.zeros_like(ends)
    begins[1:] = ends[:-1] + 1
    closed = np.diff(closed_before[ends + 1], prepend=np.int32(0))
    watched = np.repeat(last + longer, moments) - begins
    left = watched - closed

    # The last drops of a range, if closed, take S to 0, where its logarithm ends.
    is_zero = left == 0
    some_left = np.maximum(left, 1)
    log_survival = _running_sum(np.log(some_left / watched), first_moment, moments, LOG_BITS)
    greenwood = _running_sum(closed / (some_left * watched), first_moment, moments, GREENWOOD_BITS)
    log_survival[is_zero] = -np.inf
    greenwood[is_zero] = np.inf

    def time_of_first(is_hit: NDArray[np.bool_], otherwise: float) -> Floats:
        """The time of each range's first hit."""
        hits = np.flatnonzero(is_hit)
        hit = np.searchsorted(hits, first_moment)
        found = np.append(hits, ends.size)[hit]
        exists = found < last_moment
        result = np.full(groups, otherwise)
        result[exists] = time[found[exists]]
        return result

    # Where nothing was taken yet there is no interval, where nothing is left no upper end: `nan`.
    with np.errstate(divide="ignore", invalid="ignore"):
        log_log = np.log(-log_survival)
        half_width = Z_95 * np.sqrt(greenwood) / -log_survival
    is_below = is_zero | (log_log + half_width >= LOG_LOG_2)
    is_above = log_log - half_width >= LOG_LOG_2

    median_lower = time_of_first(is_below, np.nan)
    median_upper = time_of_first(is_above, np.inf)
    median_upper[np.isnan(median_lower)] = np.nan
    median_lower[(lengths < FEWEST_FOR_A_LOWER_BOUND) & ~np.isnan(median_lower)] = 0.0

    shape = (groups, len(at_seconds))
    survival = np.full(shape, np.nan)
    log_variance = np.full(shape, np.nan)
    is_followed = np.zeros(shape, dtype=bool)
    some = lengths > 0
    longest = np.zeros(groups, dtype=np.int64)
    longest[some] = time[last_moment[some] - 1]
    for column, at in enumerate(at_seconds):
        asked = base[:-1] + min(int(at), span - 1)
        step = np.searchsorted(moment, asked, side="right") - 1
        before_first = step < first_moment
        step = np.maximum(step, 0)
        survival[some, column] = np.where(before_first[some], 1.0, np.exp(log_survival[step[some]]))
        log_variance[some, column] = np.where(before_first[some], 0.0, greenwood[step[some]])
        is_followed[:, column] = some & ((at <= longest) | (survival[:, column] == 0))

    return (
        lengths,
        (closed_before[last] - closed_before[first]).astype(np.int64),
        time_of_first(log_survival <= np.log(HALF), np.nan),
        median_lower,
        median_upper,
        survival,
        log_variance,
        is_followed,
    )


def _running_sum(values: Floats, first: Ints, lengths: Ints, bits: int) -> Floats:
    """Cumulative sums that start anew at each range, which begins at `first` and is so long.

    Summed as whole multiples of 2 ** -bits, which is exact: no range's sums depend on what is
    computed beside it. (The sum of all may wrap around; the differences do not mind.)
    """
    total = np.cumsum(np.rint(values * 2.0**bits).astype(np.int64))
    before = np.concatenate((np.zeros(1, dtype=np.int64), total))[first]
    return np.asarray((total - np.repeat(before, lengths)) * 2.0**-bits, dtype=np.float64)

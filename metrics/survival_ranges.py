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

import numpy as np
from numpy.typing import ArrayLike, NDArray

from metrics.survival import FEWEST_FOR_A_LOWER_BOUND, HALF, LOG_LOG_2, Z_95, Floats

Ints = NDArray[np.int64]

MOST_DROPS_AT_ONCE = 1_000_000
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
    chunk_of_range = np.cumsum(lengths) // MOST_DROPS_AT_ONCE
    chunks = np.flatnonzero(np.diff(chunk_of_range)) + 1
    parts = [
        _survival_of_chunk(durations, closed, part_starts, part_lengths, at_seconds)
        for part_starts, part_lengths in zip(
            np.split(first, chunks), np.split(lengths, chunks), strict=True
        )
    ]
    return RangeSurvival(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _survival_of_chunk(
    seconds: Ints,
    is_closed: NDArray[np.bool_],
    starts: Ints,
    lengths: Ints,
    at_seconds: Sequence[int],
) -> tuple[NDArray[np.generic], ...]:
    groups = starts.size
    last = np.cumsum(lengths)
    first = last - lengths
    total = int(lengths.sum())
    position = np.arange(total)
    group = np.repeat(np.arange(groups), lengths)
    taken_from = position + np.repeat(starts - first, lengths)

    # One integer a drop that sorts by range, then duration, closings before censorings at a tie.
    span = int(seconds.max(initial=0)) + 2
    key = ((group * span + seconds[taken_from]) << 1) | ~is_closed[taken_from]
    key.sort()
    closed = (key & 1) == 0
    time = (key >> 1) - group * span
    watched = np.repeat(last, lengths) - position

    # One factor a closing: within a tie they telescope to 1 - closings / watched. The last drop of
    # a range, if closed, takes S to 0, where its logarithm ends.
    left = np.maximum(watched - 1, 1)
    log_factor = np.where(closed, np.log(left / watched), 0.0)
    log_survival = _running_sum(log_factor, first, lengths)
    greenwood = _running_sum(np.where(closed, 1.0 / (left * watched), 0.0), first, lengths)
    is_zero = closed & (watched == 1)
    log_survival[is_zero] = -np.inf
    greenwood[is_zero] = np.inf

    def time_of_first(hits: Ints, otherwise: float) -> Floats:
        """The time of each range's first hit, given the sorted positions of all hits."""
        hit = np.searchsorted(hits, first)
        found = np.append(hits, total)[hit]
        exists = found < last
        result = np.full(groups, otherwise)
        result[exists] = time[found[exists]]
        return result

    ends_tie = np.append(key[1:] >> 1 != key[:-1] >> 1, True)[:total]
    inside = np.flatnonzero(ends_tie & (log_survival < 0) & ~is_zero)
    log_log = np.log(-log_survival[inside])
    half_width = Z_95 * np.sqrt(greenwood[inside]) / -log_survival[inside]
    lower_hits = np.union1d(
        inside[log_log + half_width >= LOG_LOG_2], np.flatnonzero(is_zero)
    ).astype(np.int64)
    upper_hits = inside[log_log - half_width >= LOG_LOG_2]

    median_lower = time_of_first(lower_hits, np.nan)
    median_upper = time_of_first(upper_hits, np.inf)
    median_upper[np.isnan(median_lower)] = np.nan
    median_lower[(lengths < FEWEST_FOR_A_LOWER_BOUND) & ~np.isnan(median_lower)] = 0.0
    closed_before = np.concatenate(([0], np.cumsum(closed)))

    shape = (groups, len(at_seconds))
    survival = np.full(shape, np.nan)
    log_variance = np.full(shape, np.nan)
    is_followed = np.zeros(shape, dtype=bool)
    some = lengths > 0
    longest = np.zeros(groups, dtype=np.int64)
    longest[some] = time[last[some] - 1]
    for column, at in enumerate(at_seconds):
        asked = ((np.arange(groups) * span + min(int(at), span - 1)) << 1) | 1
        step = np.searchsorted(key, asked, side="right") - 1
        before_first = step < first
        step = np.maximum(step, 0)
        survival[some, column] = np.where(before_first[some], 1.0, np.exp(log_survival[step[some]]))
        log_variance[some, column] = np.where(before_first[some], 0.0, greenwood[step[some]])
        is_followed[:, column] = some & ((at <= longest) | (survival[:, column] == 0))

    return (
        lengths,
        closed_before[last] - closed_before[first],
        time_of_first(np.flatnonzero(log_survival <= np.log(HALF)), np.nan),
        median_lower,
        median_upper,
        survival,
        log_variance,
        is_followed,
    )


def _running_sum(values: Floats, first: Ints, lengths: Ints) -> Floats:
    """Cumulative sums that start anew at each range."""
    total: Floats = np.cumsum(values)
    before = np.concatenate(([0.0], total))[first]
    since_start: Floats = total - np.repeat(before, lengths)
    return since_start

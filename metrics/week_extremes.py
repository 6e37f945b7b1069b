"""Days of a week: its tightest and its loosest day, and which others could have been.

Formula: by what was to be had, a day is the logarithm of available over usual slots, of its hours
    together. How much days differ without a cause is taken from the weeks before: the median
    absolute deviation of days from their week's median for two days of one week, from the median of
    all for a day's own interval, so that a spike among them is no usual difference; Student's t
    with the third of the days' freedom that this leaves. By tables opened, a day's count is
    compared by the ratio of rates with its score interval, widened by the dispersion of the days
    before within their weekdays. A day is told from another one where their interval, wide enough
    for all 21 pairs of a week to hold together with 95 % confidence (Bonferroni), leaves out that
    they are alike.
Unit: change against the same hours (-0.4 is 40 % fewer); tables.
Range: -1 and up; 0 and up.
Empty case: None with fewer than 2 days to compare, or, of supply, too few before to know how days
    differ.
Example: two days of usual supply, one with a third of it, after four weeks that hardly differ.
    >>> past = [[100, 104, 98, 101, 97, 103, 100]] * 4
    >>> tight, loose = ends(by_supply([100, 30, 102], [100, 100, 100], past, [[100] * 7] * 4))
    >>> tight.at, tight.level_with, loose.level_with
    (1, (), (0,))

Source: this project.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from metrics.proportions import Interval
from metrics.rates import count_interval, pooled_dispersion, rate_ratio
from metrics.spikes import MAD_TO_SIGMA, median_absolute_deviation
from metrics.survival import Z_95, Floats
from metrics.weekday_pattern import ERROR, PAIRS_OF_WEEKDAYS

FEWEST_FREE_DAYS = 12
"""Days before, less one a week (or weekday): of fewer nobody knows how days differ."""
FREEDOM_LEFT = 0.37
"""Efficiency of the median absolute deviation against the standard deviation."""


@dataclass(frozen=True)
class ComparedDay:
    """A day against the others of its week.

    at: its position among the days given. number, interval: its figure, with 95 % interval, None
    where too little came before. level_with: the days that cannot be told from it.
    """

    at: int
    number: float
    interval: Interval | None
    level_with: tuple[int, ...]


def by_supply(
    available: ArrayLike, usual: ArrayLike, past_available: ArrayLike, past_usual: ArrayLike
) -> list[ComparedDay] | None:
    """What was to be had on each day against the same hours before; `ends` names the extremes.

    available, usual: of each day, shape (days,). past_available, past_usual: of the days of the
    weeks before, shape (weeks, 7), `nan` where not known.
    """
    week, past = _logs(available, usual), _logs(past_available, past_usual)
    known = ~np.isnan(past)
    freedom = int((known.sum(axis=1) - 1).clip(min=0).sum())
    if week.size < 2 or freedom < FEWEST_FREE_DAYS:
        return None
    own = past[known.sum(axis=1) > 1]
    around_week = own - np.nanmedian(own, axis=1, keepdims=True)
    # A week's own median takes up a day of it.
    between = math.sqrt(2) * _spread(around_week) * math.sqrt(np.isfinite(own).sum() / freedom)
    free = freedom * FREEDOM_LEFT
    apart = between * float(special.stdtrit(free, 1 - ERROR / PAIRS_OF_WEEKDAYS / 2))
    reach = math.exp(_spread(past - np.nanmedian(past)) * float(special.stdtrit(free, 0.975)))
    times = np.asarray(available, dtype=np.float64) / np.asarray(usual, dtype=np.float64)
    return [
        ComparedDay(
            at=at,
            number=float(times[at]) - 1,
            interval=(float(times[at]) / reach - 1, float(times[at]) * reach - 1),
            level_with=tuple(
                int(day) for day in np.flatnonzero(np.abs(week - week[at]) <= apart) if day != at
            ),
        )
        for at in range(week.size)
    ]


def ends(days: Sequence[ComparedDay]) -> tuple[ComparedDay, ComparedDay]:
    """The day with the least and the one with the most."""
    return min(days, key=lambda day: day.number), max(days, key=lambda day: day.number)


def by_tables(
    counts: Sequence[int],
    exposure: Sequence[float],
    past: Sequence[tuple[Sequence[float], Sequence[float]]],
) -> tuple[ComparedDay, ComparedDay] | None:
    """The days on which fewest and most tables opened.

    counts, exposure: of each day. past: (counts, exposures) of the days before, by weekday; where
    they are too few nothing tells the days apart.

    >>> few, most = by_tables([90, 300, 95], [1, 1, 1], [([100] * 3, [1] * 3)] * 7)
    >>> few.at, few.level_with, most.at, most.level_with
    (0, (2,), 1, ())
    """
    if len(counts) < 2:
        return None
    groups = [group for group in past if sum(group[0])]
    freedom = sum(len(group[0]) - 1 for group in groups)
    dispersion = pooled_dispersion(groups)
    others = range(len(counts))

    def widened(error: float) -> float:
        free = math.inf if dispersion == 1 else freedom
        return dispersion * (float(special.stdtrit(free, 1 - error / 2)) / Z_95) ** 2

    def is_level(first: int, second: int) -> bool:
        ratio = rate_ratio(
            counts[first],
            exposure[first],
            counts[second],
            exposure[second],
            dispersion=widened(ERROR / PAIRS_OF_WEEKDAYS),
        )
        return ratio is None or ratio.lower <= 1 <= ratio.upper

    def extreme(at: int) -> ComparedDay:
        if freedom < FEWEST_FREE_DAYS:
            return ComparedDay(at, counts[at], None, tuple(day for day in others if day != at))
        return ComparedDay(
            at=at,
            number=counts[at],
            interval=count_interval(counts[at], widened(ERROR)),
            level_with=tuple(day for day in others if day != at and is_level(at, day)),
        )

    return ends([extreme(at) for at in others])


def _logs(available: ArrayLike, usual: ArrayLike) -> Floats:
    """Half a slot on both sides: a day with none to be had is far off and not infinitely so."""
    had, expected = np.asarray(available, dtype=np.float64), np.asarray(usual, dtype=np.float64)
    result: Floats = np.log((had + 0.5) / (expected + 0.5))
    return result


def _spread(deviations: Floats) -> float:
    """The median absolute deviation as a standard deviation."""
    found = median_absolute_deviation(deviations[~np.isnan(deviations)])
    assert found is not None  # there are days
    return MAD_TO_SIGMA * found

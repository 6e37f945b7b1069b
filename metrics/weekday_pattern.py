"""Weekday pattern: whether a weekday, or an hour of it, brings more tables, or did so only once.

Formula: tables per watched day of each weekday, from days watched at least half, 3 or more of each.
    Two weekdays are compared by the ratio of their rates with its score interval, widened by how
    much days of one kind differ among themselves: the dispersion of the two weekdays compared or
    that of all seven, whichever is larger, never below Poisson's; Student's t where it was
    estimated. So one freak Saturday of four decides nothing. The interval is wide enough for all
    comparisons made to hold together with 95 % confidence (Bonferroni: 21 pairs of weekdays; all
    hours against the busiest; 7 weekdays of prime against off-peak). A weekday brings *most* if its
    rate lies clearly above that of each other one.
Unit: tables a watched day; ratio.
Range: 0 and up; the upper end of a ratio may be infinite.
Empty case: None without a table, or where a weekday was watched on fewer than 3 days.
Example: four weeks in which every Saturday brings twice as many, and four in which one brings five
    times as many.
    >>> steady = weekday_pattern([10, 10, 10, 10, 10, 20, 10] * 4, [1.0] * 28, first_weekday=0)
    >>> steady.most, round(steady.to_fewest.ratio, 1), steady.is_most
    (5, 2.0, True)
    >>> freak = weekday_pattern([10] * 5 + [50] + [10] * 22, [1.0] * 28, first_weekday=0)
    >>> freak.most, round(freak.to_fewest.ratio, 1), freak.is_most
    (5, 2.0, False)

Source: this project; McCullagh and Nelder 1989, ch. 6 (dispersion); rate ratio as in rates.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from metrics.fully_booked import LEAST_EXPOSURE
from metrics.proportions import Interval
from metrics.rates import RateRatio, count_interval, pooled_dispersion, rate_ratio
from metrics.survival import Z_95, Floats

FEWEST_DAYS_OF_A_WEEKDAY = 3
PAIRS_OF_WEEKDAYS = 21
ERROR = 0.05

Days = tuple[Floats, Floats]
"""Counts and exposures of some days."""


@dataclass(frozen=True)
class WeekdayPattern:
    """The weekday with most tables a watched day and the one with fewest; 0 is Monday.

    per_day, days: tables a watched day and watched days of each weekday. to_fewest: most over
    fewest. is_most, is_fewest: whether it lies clearly beyond each other weekday.
    """

    most: int
    fewest: int
    per_day: tuple[float, ...]
    days: tuple[int, ...]
    tables: int
    to_fewest: RateRatio
    is_most: bool
    is_fewest: bool


@dataclass(frozen=True)
class Sides:
    """Prime against off-peak tables, over all and by weekday (prime over off-peak, 0 is Monday).

    prime_per_day, off_peak_per_day: tables a watched day. days: watched ones.
    """

    overall: RateRatio
    by_weekday: tuple[RateRatio, ...]
    prime_per_day: float
    off_peak_per_day: float
    tables: int
    days: int


@dataclass(frozen=True)
class BusiestCell:
    """The hour of a weekday in which most tables opened.

    share: of all tables. weekday_share: of the weekday with most tables, `weekday`. to_next: over
    the cell with the next most tables a watched day, None if there is no other. is_cell,
    is_weekday: whether it lies clearly above each other cell, and its weekday above each other.
    """

    weekday: int
    hour: int
    share: float
    weekday_share: float
    to_next: RateRatio | None
    is_cell: bool
    is_weekday: bool
    tables: int
    days: int


def weekday_pattern(
    daily_counts: ArrayLike, exposure: ArrayLike, *, first_weekday: int
) -> WeekdayPattern | None:
    """The pattern of consecutive days, the first of which is `first_weekday`.

    daily_counts, exposure: tables and observed share of each day, shape (days,).
    """
    week = _by_weekday(daily_counts, exposure, first_weekday)
    tables = int(sum(counts.sum() for counts, _ in week))
    if not tables or min(counts.size for counts, _ in week) < FEWEST_DAYS_OF_A_WEEKDAY:
        return None
    rates = [float(counts.sum() / shares.sum()) for counts, shares in week]
    most, fewest = int(np.argmax(rates)), int(np.argmin(rates))

    def against(first: int, second: int) -> RateRatio:
        return _compared(week[first], week[second], week, PAIRS_OF_WEEKDAYS)

    return WeekdayPattern(
        most=most,
        fewest=fewest,
        per_day=tuple(rates),
        days=tuple(counts.size for counts, _ in week),
        tables=tables,
        to_fewest=against(most, fewest),
        is_most=all(against(most, day).lower > 1 for day in range(7) if day != most),
        is_fewest=all(against(day, fewest).lower > 1 for day in range(7) if day != fewest),
    )


def weekday_intervals(
    daily_counts: ArrayLike, exposure: ArrayLike, *, first_weekday: int
) -> list[Interval | None]:
    """The 95 % interval of each weekday's tables a watched day, Monday first; None where it was
    never watched. Arguments as in `weekday_pattern`.

    Widened as the comparisons are, so that one freak Saturday of four widens Saturday's.

    >>> low, high = weekday_intervals([10] * 28, [1.0] * 28, first_weekday=0)[0]
    >>> round(low), round(high)
    (7, 14)
    """
    week = _by_weekday(daily_counts, exposure, first_weekday, least=0.0)
    found: list[Interval | None] = []
    for counts, shares in week:
        if not shares.size:
            found.append(None)
            continue
        dispersion, freedom = max(_dispersion([(counts, shares)]), _dispersion(week))
        reach = Z_95 if dispersion == 1 else float(special.stdtrit(freedom, 0.975))
        lower, upper = count_interval(counts.sum(), reach**2 * dispersion)
        found.append((lower / shares.sum(), upper / shares.sum()))
    return found


def prime_against_off_peak(
    daily_prime: ArrayLike, daily_off_peak: ArrayLike, exposure: ArrayLike, *, first_weekday: int
) -> Sides | None:
    """Both sides of the same consecutive days; arguments as in `weekday_pattern`."""
    prime = _by_weekday(daily_prime, exposure, first_weekday)
    off_peak = _by_weekday(daily_off_peak, exposure, first_weekday)
    tables = int(sum(counts.sum() for counts, _ in [*prime, *off_peak]))
    if not tables or min(counts.size for counts, _ in prime) < FEWEST_DAYS_OF_A_WEEKDAY:
        return None
    groups = [*prime, *off_peak]
    whole = [_together(prime), _together(off_peak)]
    days = whole[0][1]
    return Sides(
        overall=_compared(whole[0], whole[1], groups, 1, own=groups),
        by_weekday=tuple(
            _compared(first, second, groups, 7)
            for first, second in zip(prime, off_peak, strict=True)
        ),
        prime_per_day=float(whole[0][0].sum() / days.sum()),
        off_peak_per_day=float(whole[1][0].sum() / days.sum()),
        tables=tables,
        days=days.size,
    )


def busiest_cell(
    counts: ArrayLike, exposure: ArrayLike, *, first_weekday: int
) -> BusiestCell | None:
    """The weekday and hour that brings most tables; counts: shape (days, 24), consecutive days."""
    daily = np.asarray(counts, dtype=np.float64)
    pattern = weekday_pattern(daily.sum(axis=1), exposure, first_weekday=first_weekday)
    if pattern is None:
        return None
    cells = {
        (weekday, hour): days
        for hour in range(24)
        for weekday, days in enumerate(_by_weekday(daily[:, hour], exposure, first_weekday))
        if days[0].any()
    }
    order = sorted(cells, key=lambda cell: (-_rate(cells[cell]), cell))
    top, others = order[0], order[1:]
    everything = list(cells.values())
    against = [_compared(cells[top], cells[cell], everything, len(others)) for cell in others]
    is_cell = all(ratio.lower > 1 for ratio in against)
    weekday = top[0] if is_cell else pattern.most
    on_it = sum(float(days[0].sum()) for cell, days in cells.items() if cell[0] == weekday)
    return BusiestCell(
        weekday=weekday,
        hour=top[1],
        share=float(cells[top][0].sum()) / pattern.tables,
        weekday_share=on_it / pattern.tables,
        to_next=against[0] if against else None,
        is_cell=is_cell,
        is_weekday=pattern.is_most,
        tables=pattern.tables,
        days=sum(pattern.days),
    )


def _by_weekday(
    daily_counts: ArrayLike,
    exposure: ArrayLike,
    first_weekday: int,
    *,
    least: float = LEAST_EXPOSURE,
) -> list[Days]:
    """The days of each weekday that were watched at all, and at least so much; Monday first."""
    counts = np.asarray(daily_counts, dtype=np.float64)
    shares = np.asarray(exposure, dtype=np.float64)
    if counts.shape != shares.shape:
        raise ValueError("one exposure a day is needed")
    weekday = (first_weekday + np.arange(counts.size)) % 7
    found = []
    for day in range(7):
        own = (weekday == day) & (shares >= least) & (shares > 0)
        found.append((counts[own], shares[own]))
    return found


def _together(days: Sequence[Days]) -> Days:
    return np.concatenate([one[0] for one in days]), np.concatenate([one[1] for one in days])


def _rate(days: Days) -> float:
    return float(days[0].sum() / days[1].sum())


def _compared(
    first: Days,
    second: Days,
    everything: Sequence[Days],
    comparisons: int,
    *,
    own: Sequence[Days] | None = None,
) -> RateRatio:
    """First over second, wide enough to hold together with so many other comparisons.

    everything: all kinds of days, whose dispersion is the least that is believed. own: the kinds of
    days the two are made of, if not each of one.
    """
    both = [first, second] if own is None else own
    dispersion, freedom = max(_dispersion(both), _dispersion(everything))
    if dispersion == 1:
        freedom = math.inf
    reach = float(special.stdtrit(freedom, 1 - ERROR / comparisons / 2))
    ratio = rate_ratio(
        int(first[0].sum()),
        float(first[1].sum()),
        int(second[0].sum()),
        float(second[1].sum()),
        dispersion=dispersion * max(reach / Z_95, 1.0) ** 2,
    )
    assert ratio is not None  # days without exposure are left out
    return ratio


def _dispersion(groups: Sequence[Days]) -> tuple[float, float]:
    """(dispersion, degrees of freedom) of days around the rate of their own kind."""
    told = [(counts, shares) for counts, shares in groups if counts.any()]
    freedom = sum(counts.size - 1 for counts, _ in told)
    return pooled_dispersion([(c.tolist(), e.tolist()) for c, e in told]), max(freedom, 1)

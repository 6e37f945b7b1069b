"""Release clock: when a venue releases its tables.

Formula: on the circle of the day, the window of 5 minutes to either side (or one poll interval, if
    longer) that holds the most opening days is sought, a day counting once however much it opened.
    If drops on at least 4 days and on at least half of all days with drops fall into it, and at
    least three times as many drops as an even spread would put there, the venue has a clock: its
    usual minute is the median opening minute in that window, its spread the middle half of them.
    Drops inside the window are scheduled releases, all others cancellations. Lead time is local
    days from opening to the table's date.
Unit: minutes of the local day (0 is midnight); minutes for the spread; days for lead time.
Range: 0 to 1439; spread 0 and up; lead 0 and up.
Empty case: no drops give None; drops without a usual minute have no clock, and none of them is
    called a release.
Example: ten days of releases at 10 am, and three cancellations.
    >>> minutes, days = [600] * 10 + [733, 1090, 45], [*range(10), 1, 4, 7]
    >>> clock = release_clock(minutes, days, lead_days=[14] * 10 + [0] * 3)
    >>> clock.usual_minute, clock.release_count, clock.cancellation_count, clock.release_lead_days
    (600, 10, 3, 14)

Source: this project; circular data: Fisher 1993, Statistical Analysis of Circular Data.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

DAY_MINUTES = 1440
HALF_WINDOW_MINUTES = 5
FEWEST_DAYS = 4
LEAST_SHARE_OF_DAYS = 0.5
TIMES_AN_EVEN_SPREAD = 3.0


@dataclass(frozen=True)
class ReleaseClock:
    """A venue's usual release minute, or that it has none.

    usual_minute: minute of the local day, None without a clock. spread_minutes: from the first to
    the third quartile of release minutes. release_days, days: days with a release, with any drop.
    release_lead_days, cancellation_lead_days: median local days ahead; None where there are none.
    is_release: one entry a drop, in the order given.
    """

    usual_minute: int | None
    spread_minutes: float | None
    release_days: int
    days: int
    release_count: int
    cancellation_count: int
    release_lead_days: int | None
    cancellation_lead_days: int | None
    is_release: NDArray[np.bool_]


def circular_distance_minutes(first: ArrayLike, second: ArrayLike) -> NDArray[np.int64]:
    """Signed minutes from second to first the short way round the clock, -720 to 719.

    >>> int(circular_distance_minutes(5, 1435))
    10
    """
    apart = np.asarray(first, dtype=np.int64) - np.asarray(second, dtype=np.int64)
    result: NDArray[np.int64] = (apart + DAY_MINUTES // 2) % DAY_MINUTES - DAY_MINUTES // 2
    return result


def release_clock(
    opened_minutes: ArrayLike,
    opened_days: ArrayLike,
    lead_days: ArrayLike,
    *,
    resolution_seconds: float | None = None,
) -> ReleaseClock | None:
    """The release clock of one venue's drops; arrays have one entry a drop.

    opened_minutes: local minute of the day, 0 to 1439. opened_days: a number for the local day
    (any day numbering). lead_days: local days from opening to the table's date.
    """
    minutes = np.asarray(opened_minutes, dtype=np.int64)
    day = np.asarray(opened_days, dtype=np.int64)
    lead = np.asarray(lead_days, dtype=np.int64)
    if not (minutes.shape == day.shape == lead.shape):
        raise ValueError("every drop needs a minute, a day and a lead time")
    if not minutes.size:
        return None
    if minutes.min() < 0 or minutes.max() >= DAY_MINUTES:
        raise ValueError("minutes of the day run from 0 to 1439")
    half = HALF_WINDOW_MINUTES
    if resolution_seconds is not None:
        half = max(half, int(np.ceil(resolution_seconds / 60)))
    days = np.unique(day).size
    days_near = _days_near_each_minute(minutes, day, half)
    best = np.flatnonzero(days_near == days_near.max())
    # Neighbouring minutes often do equally well: take the middle of the first such stretch.
    from_first = circular_distance_minutes(best, best[0])
    centre = int(best[0] + np.median(from_first[np.abs(from_first) <= 2 * half]))
    inside = np.abs(circular_distance_minutes(minutes, centre)) <= half
    release_days = np.unique(day[inside]).size
    has_clock = (
        release_days >= FEWEST_DAYS
        and release_days >= LEAST_SHARE_OF_DAYS * days
        and inside.sum() >= TIMES_AN_EVEN_SPREAD * minutes.size * (2 * half + 1) / DAY_MINUTES
    )
    is_release = inside if has_clock else np.zeros(minutes.size, dtype=bool)
    offsets = circular_distance_minutes(minutes[is_release], centre)
    first, third = np.percentile(offsets, [25, 75]) if has_clock else (0.0, 0.0)
    return ReleaseClock(
        usual_minute=int(centre + np.median(offsets)) % DAY_MINUTES if has_clock else None,
        spread_minutes=float(third - first) if has_clock else None,
        release_days=release_days if has_clock else 0,
        days=days,
        release_count=int(is_release.sum()),
        cancellation_count=int((~is_release).sum()),
        release_lead_days=_median_or_none(lead[is_release]),
        cancellation_lead_days=_median_or_none(lead[~is_release]),
        is_release=is_release,
    )


def _days_near_each_minute(
    minutes: NDArray[np.int64], day: NDArray[np.int64], half: int
) -> NDArray[np.int64]:
    """For every minute of the day, the number of days with a drop within `half` minutes of it."""
    reach = np.arange(-half, half + 1)
    near = (minutes[:, None] + reach) % DAY_MINUTES
    seen = np.unique(day[:, None] * DAY_MINUTES + near)
    return np.bincount(seen % DAY_MINUTES, minlength=DAY_MINUTES)


def _median_or_none(values: NDArray[np.int64]) -> int | None:
    return int(np.median(values)) if values.size else None

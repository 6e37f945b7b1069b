"""Open duration: how long a table stays bookable after it opens.

Formula: the Kaplan-Meier curve. S(t), the share of tables still there more than t seconds after
    they opened, is the product over all closing times up to t of (1 - closings / still watched).
    A table that expired untaken, or is still open, is censored: it counts as watched up to the last
    moment it was known to be open and is never called taken. The median is the first time at which
    S is one half or less. Each S(t) carries a 95 % log-log interval (Greenwood's variance); the
    interval of the median holds all times at which that interval contains one half (Brookmeyer and
    Crowley). With five drops or fewer its lower end is 0: so few can not rule out anything quicker.
    Durations are known only to the poll interval (the resolution): S(t) is never given below it.
Unit: seconds for times, share for S(t).
Range: S from 0 to 1, never rising; times from 0 up, an interval may be open upwards (infinity).
Empty case: no drops gives None. A median that is never reached is None, and so is S(t) beyond the
    last moment anything was watched.
Example: four tables gone after 60, 120, 120 and 300 seconds, one expired after 200.
    >>> curve = survival_curve(np.array([60, 120, 120, 300]), np.array([200]))
    >>> curve.median_seconds
    120.0
    >>> round(curve.at(60), 2)
    0.8

Source: Kaplan and Meier 1958, JASA 53:457; Brookmeyer and Crowley 1982, Biometrics 38:29;
    Kalbfleisch and Prentice 2002 for the log-log interval.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

HORIZONS_SECONDS: tuple[int, ...] = (30, 60, 120, 300, 900, 3600)
"""The times at which S(t) is reported: 30 s, 60 s, 2, 5, 15 min, 1 h."""

Z_95 = 1.959963984540054
# Log-sums of factors reach exactly one half only up to rounding.
HALF = 0.5 + 1e-9
LOG_LOG_2 = math.log(math.log(2.0))
FEWEST_FOR_A_LOWER_BOUND = 6
"""The smallest n with 0.5 ** n < 0.025: all of five drops outlasting the median is no surprise."""


@dataclass(frozen=True)
class SurvivalCurve:
    """A Kaplan-Meier curve: right-continuous steps at the times at which tables closed.

    times_seconds, survival, lower, upper: equal length, one entry a distinct closing time; S is 1
        before the first. lower and upper are the pointwise 95 % log-log interval.
    n, closed_count: all drops, and those that were taken.
    median_seconds: None where the curve stays above one half.
    median_interval: 95 %, upper end may be `math.inf`; None where not even a lower end is known.
    followed_seconds: the longest time any drop was watched.
    resolution_seconds: the poll interval; None where durations are exact or it is not known.
    """

    times_seconds: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    n: int
    closed_count: int
    median_seconds: float | None
    median_interval: tuple[float, float] | None
    followed_seconds: float
    resolution_seconds: float | None = None

    def _step(self, seconds: float) -> int | None:
        """The index of the step in force at `seconds`: -1 before the first, None if unknown."""
        if self.resolution_seconds is not None and seconds < self.resolution_seconds:
            return None
        step = int(np.searchsorted(self.times_seconds, seconds, side="right")) - 1
        gone = step >= 0 and self.survival[step] == 0.0
        return step if gone or seconds <= self.followed_seconds else None

    def at(self, seconds: float) -> float | None:
        """S(seconds), or None below the resolution and beyond the last moment watched."""
        step = self._step(seconds)
        if step is None:
            return None
        return float(self.survival[step]) if step >= 0 else 1.0

    def interval_at(self, seconds: float) -> tuple[float, float] | None:
        """The 95 % interval of S(seconds); before the first closing the exact binomial one."""
        step = self._step(seconds)
        if step is None:
            return None
        if step < 0:
            return float(0.025 ** (1 / self.n)), 1.0
        return float(self.lower[step]), float(self.upper[step])

    def at_horizons(self) -> dict[int, float | None]:
        """S at each of `HORIZONS_SECONDS`."""
        return {seconds: self.at(seconds) for seconds in HORIZONS_SECONDS}


def _durations(seconds: ArrayLike) -> Floats:
    values = np.asarray(seconds, dtype=np.float64).ravel()
    if values.size and not (np.isfinite(values).all() and values.min() >= 0):
        raise ValueError("durations must be finite and not negative")
    return values


def _steps(closed: Floats, censored: Floats) -> tuple[Floats, Floats, Floats]:
    """Distinct closing times, S after each, and Greenwood's sum (infinite where S is 0)."""
    times, closings = np.unique(closed, return_counts=True)
    closed_before = np.cumsum(closings) - closings
    censored_before = np.searchsorted(np.sort(censored), times, side="left")
    watched = closed.size + censored.size - closed_before - censored_before
    left = watched - closings
    survival: Floats = np.cumprod(np.divide(left, watched, dtype=np.float64))
    with np.errstate(divide="ignore"):
        greenwood: Floats = np.cumsum(np.divide(closings, watched * left, dtype=np.float64))
    return times.astype(np.float64, copy=False), survival, greenwood


def _log_log_interval(survival: Floats, greenwood: Floats) -> tuple[Floats, Floats]:
    """The 95 % log-log interval; (0, 1) where S is 0, for nothing is left to tell its variance."""
    lower = np.zeros_like(survival)
    upper = np.ones_like(survival)
    some = (survival > 0) & (survival < 1)
    log_survival = np.log(survival[some])
    half_width = Z_95 * np.sqrt(greenwood[some]) / np.abs(log_survival)
    lower[some] = np.exp(log_survival * np.exp(half_width))
    upper[some] = np.exp(log_survival * np.exp(-half_width))
    return lower, upper


def survival_curve(
    closed_seconds: ArrayLike,
    censored_seconds: ArrayLike,
    *,
    resolution_seconds: float | None = None,
) -> SurvivalCurve | None:
    """The curve of drops that were taken (closed) and of those that were not (censored).

    Both arrays are one-dimensional, seconds, in any order. None without a drop.
    Raises ValueError on negative or non-finite durations.
    """
    closed, censored = _durations(closed_seconds), _durations(censored_seconds)
    n = closed.size + censored.size
    if n == 0:
        return None
    times, survival, greenwood = _steps(closed, censored)
    lower, upper = _log_log_interval(survival, greenwood)
    median = _first(times, survival <= HALF)
    return SurvivalCurve(
        times_seconds=times,
        survival=survival,
        lower=lower,
        upper=upper,
        n=n,
        closed_count=closed.size,
        median_seconds=median,
        median_interval=_median_interval(times, lower, upper, n),
        followed_seconds=float(max(closed.max(initial=0.0), censored.max(initial=0.0))),
        resolution_seconds=resolution_seconds,
    )


def _first(times: Floats, condition: NDArray[np.bool_]) -> float | None:
    hits = np.flatnonzero(condition)
    return float(times[hits[0]]) if hits.size else None


def _median_interval(
    times: Floats, lower: Floats, upper: Floats, n: int
) -> tuple[float, float] | None:
    low = _first(times, lower <= 0.5)
    if low is None:
        return None
    high = _first(times, upper <= 0.5)
    return (
        low if n >= FEWEST_FOR_A_LOWER_BOUND else 0.0,
        math.inf if high is None else high,
    )


def median_seconds(closed_seconds: ArrayLike, censored_seconds: ArrayLike) -> float | None:
    """The Kaplan-Meier median alone (fast); None where there is none."""
    closed, censored = _durations(closed_seconds), _durations(censored_seconds)
    if closed.size == 0:
        return None
    times, survival, _ = _steps(closed, censored)
    return _first(times, survival <= HALF)


def survival_at(
    closed_seconds: ArrayLike,
    censored_seconds: ArrayLike,
    seconds: float,
    *,
    resolution_seconds: float | None = None,
) -> float | None:
    """S(seconds) alone (fast); None without drops, below the resolution, or beyond the watched."""
    if resolution_seconds is not None and seconds < resolution_seconds:
        return None
    closed, censored = _durations(closed_seconds), _durations(censored_seconds)
    if closed.size + censored.size == 0:
        return None
    times, survival, _ = _steps(closed, censored)
    step = int(np.searchsorted(times, seconds, side="right")) - 1
    share = float(survival[step]) if step >= 0 else 1.0
    followed = max(closed.max(initial=0.0), censored.max(initial=0.0))
    return share if share == 0.0 or seconds <= followed else None

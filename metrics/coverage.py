"""Coverage: how much of the time somebody was looking.

Formula: observed minutes / wall minutes. A minute is observed if a successful scan had looked no
    longer ago than one poll interval. Both are sums, so coverage of a week is not an average of
    days. Without any scan coverage is not measured but assumed to be full, and says so.
Unit: share.
Range: 0 to 1.
Empty case: no wall time gives None.
Example:
    >>> coverage(1080, 1440)
    0.75

Source: this project.
"""

from collections.abc import Sequence
from dataclasses import dataclass


def coverage(observed_minutes: float, wall_minutes: float) -> float | None:
    """Observed over wall time. Raises ValueError if more was observed than passed."""
    if not 0 <= observed_minutes <= wall_minutes:
        raise ValueError("observed time must lie between zero and the wall time")
    return observed_minutes / wall_minutes if wall_minutes else None


@dataclass(frozen=True)
class Coverage:
    """Coverage of a window; `is_assumed` where no scans tell, and the share is then 1."""

    share: float
    is_assumed: bool = False


ASSUMED_COVERAGE = Coverage(share=1.0, is_assumed=True)


def window_coverage(
    observed_minutes: Sequence[float] | None, wall_minutes: Sequence[float]
) -> Coverage | None:
    """Coverage of a window from its days (or hours); assumed where `observed_minutes` is None.

    >>> window_coverage([1440, 0], [1440, 1440])
    Coverage(share=0.5, is_assumed=False)
    """
    if observed_minutes is None:
        return ASSUMED_COVERAGE if sum(wall_minutes) > 0 else None
    share = coverage(sum(observed_minutes), sum(wall_minutes))
    return None if share is None else Coverage(share)

"""Gaps: tables that closed while nobody was looking.

Formula: a closing is noticed at the first good look after it. If the minutes before that look were
    not observed for longer than one poll interval, the table may have gone at any moment of the
    gap: it is known to have been open only until the gap began, and is censored there instead of
    counted as taken at the gap's end.
Unit: seconds; minutes counted from 1970-01-01 UTC.
Range: 0 up to the duration as it was noticed.
Empty case: no drops give empty arrays.
Example: a closing noticed after 3 minutes, and one after 90 of which the last 60 were an outage.
    >>> observed = np.ones(240, dtype=bool)
    >>> observed[100:160] = False
    >>> censored_in_gaps(np.array([180, 5400]), np.array([50, 160]), observed, 0, 1)
    (array([ 180, 1800]), array([False,  True]))

Source: this project; right-censoring as in Kaplan and Meier 1958.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def censored_in_gaps(
    seconds: ArrayLike,
    closed_minutes: ArrayLike,
    observed: NDArray[np.bool_],
    first_minute: int,
    poll_minutes: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(seconds, whether censored) of closed drops, given when their market was watched.

    seconds: open duration as noticed. closed_minutes: minute in which the closing was noticed, same
        shape. observed: one entry a minute from `first_minute` on; time outside of it counts as
        observed. poll_minutes: a gap is longer than this.
    """
    noticed = np.asarray(seconds, dtype=np.int64)
    before = np.asarray(closed_minutes, dtype=np.int64) - 1 - first_minute
    minute = np.arange(observed.size)
    # The minute in which somebody last looked, for every minute; -1 where nobody has yet.
    last_look = np.maximum.accumulate(np.where(observed, minute, -1))
    inside = (before >= 0) & (before < observed.size)
    gap = np.zeros_like(noticed)
    gap[inside] = before[inside] - last_look[before[inside]]
    is_censored = gap > poll_minutes
    return np.where(is_censored, np.maximum(noticed - 60 * gap, 0), noticed), is_censored

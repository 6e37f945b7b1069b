"""Gaps: tables that were open when we stopped looking, and gone when we looked again.

Formula: what is known of a drop's end was noticed by a look: a closing was, and so was that a
    table was still to be had at the last moment we know of. The look before it, at the same bucket,
    is due one poll interval earlier, and in the first minute after a gap only some buckets have
    been looked at. So if nobody looked at the market for longer than one poll interval up to one
    poll interval and a minute before the end, the end is not known: the drop is censored where the
    gap began (where it opened, if that was later: that was a look, too).
Unit: seconds; minutes counted from 1970-01-01 UTC.
Range: 0 up to the duration as it was noticed.
Empty case: no drops give empty arrays.
Example: an end noticed after 3 minutes, and one after 90 of which the last 60 were an outage.
    >>> observed = np.ones(240, dtype=bool)
    >>> observed[100:160] = False
    >>> cut_at_gaps(np.array([180, 5400]), np.array([50, 160]), observed, 0, 1)
    (array([ 180, 1800]), array([False,  True]))

Source: this project; right-censoring as in Kaplan and Meier 1958.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def cut_at_gaps(
    seconds: ArrayLike,
    end_minutes: ArrayLike,
    observed: NDArray[np.bool_],
    first_minute: int,
    poll_minutes: int,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(seconds, whether cut) of drops, given when their market was watched.

    seconds: open duration as noticed. end_minutes: minute of the end, same shape. observed: one
        entry a minute from `first_minute` on; time outside of it counts as observed. poll_minutes:
        a gap is longer than this.
    """
    noticed = np.asarray(seconds, dtype=np.int64)
    end = np.asarray(end_minutes, dtype=np.int64) - first_minute
    due = end - 1 - poll_minutes
    minute = np.arange(observed.size)
    # The minute in which somebody last looked, for every minute; -1 where nobody has yet.
    last_look = np.maximum.accumulate(np.where(observed, minute, -1))
    inside = (due >= 0) & (due < observed.size)
    last = due.copy()
    last[inside] = np.maximum(last_look[due[inside]], end[inside] + -noticed[inside] // 60)
    is_cut = due - last > poll_minutes
    return np.where(is_cut, np.maximum(noticed - 60 * (end - 1 - last), 0), noticed), is_cut

"""Conversion: how far alerts lead, and why those that did not lead to a booking failed.

Formula: an alert is sent, opened, tapped, booked. A step is reached if it, or a later one, happened
    within the window after the sending, the window's end included; a step up to 2 s before the
    sending counts as at once (clocks differ), an earlier one not at all. Only alerts whose window
    has passed (settled) are counted. A loss is a settled alert without a booking, and has one
    cause: the table was taken *before opened*, *before tap* or *before confirm*, the first of these
    steps that had not been reached when it was taken; *still there*, where nobody took it within
    the window; or *unknown*, where the table's fate is not. Gone before a step is told apart by
    whether that step came within the window, *too late*, or did not, *never*. Being faster by so
    much would have saved a loss whose next step came so long or less after the table was taken, but
    none whose table was gone when the alert was sent: nobody is faster than the sending.
Unit: alerts; seconds.
Range: each step is reached by no more alerts than the one before; the causes add up to the losses.
Empty case: no settled alerts, counts of zero; a share or a median of nothing is None.
Example: opened after 30 s, never tapped, the table taken after 40 s; a day's window.
    >>> alerts = Alerts(*(np.array([x]) for x in (0, 30, NEVER, NEVER, 40)))
    >>> reached, cause = outcomes(alerts, 86400)
    >>> int(reached[0]), CAUSES[cause[0]]
    (1, 'gone_before_tap')

Source: this project.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

STEPS = ("sent", "opened", "tapped", "booked")
EVENTS = ("alert_sent", "alert_opened", "tap_to_reserve", "booking_confirmed")
"""The steps as senders name them."""
CAUSES = (
    "gone_before_opened",
    "gone_before_tap",
    "gone_before_confirm",
    "still_there",
    "unknown",
)
LOSS_KINDS = {
    "never_opened": "gone_before_opened",
    "opened_too_late": "gone_before_opened",
    "never_tapped": "gone_before_tap",
    "tapped_too_late": "gone_before_tap",
    "never_confirmed": "gone_before_confirm",
    "still_there": "still_there",
    "unknown": "unknown",
}
"""Losses told apart further, with the cause that each is of. Whoever confirmed within the window
booked, so no confirmation is too late."""
TOO_LATE = ("opened_too_late", "tapped_too_late")
FATES = {
    "gone_before_opened": "gone",
    "gone_before_tap": "gone",
    "gone_before_confirm": "gone",
    "still_there": "still_there",
    "unknown": "unknown",
}
"""What became of the table, by cause."""
OPENED_WITHIN_SECONDS = (15, 30, 60, 120, 300, 1800)
"""Upper ends of the bands of time to open, each included; the last band has none."""
NEVER = 2**31 - 1
"""Seconds of a step that was not taken, and of a table that nobody took."""
NOT_KNOWN = -(2**31)
"""Seconds until a table was taken whose fate is not known."""
GRACE_SECONDS = 2
LONGEST_WINDOW_SECONDS = 720 * 3600
"""Steps later than this after the sending are not kept."""

Ints = NDArray[np.int64]


class Alerts(NamedTuple):
    """Alerts, one an element of each array, all of shape (alerts,).

    sent: seconds from the local day's start to the sending. opened, tapped, booked: seconds from
    the sending to the step as it was seen, NEVER if it was not. closed: to the closing of the
    table, which may lie before the sending; NEVER or NOT_KNOWN.
    """

    sent: Ints
    opened: Ints
    tapped: Ints
    booked: Ints
    closed: Ints


@dataclass(frozen=True)
class FunnelCounts:
    """Counts of settled alerts by group, each array of shape (groups,).

    steps: alerts that reached each of STEPS. causes: losses of each of CAUSES. unsettled: alerts
    whose window has not passed.
    """

    steps: dict[str, Ints]
    causes: dict[str, Ints]
    unsettled: Ints


def outcomes(alerts: Alerts, window_seconds: int) -> tuple[Ints, Ints]:
    """Of each alert the last step reached (0 sent, 3 booked) and the cause of its loss, a position
    in CAUSES; -1 for a booking."""
    booked = alerts.booked
    tapped = np.minimum(alerts.tapped, booked)
    opened = np.minimum(alerts.opened, tapped)
    steps = np.stack([opened, tapped, booked])
    reached = (steps <= window_seconds).sum(axis=0)
    closed = alerts.closed
    cause = np.select(
        [
            reached == 3,
            closed == NOT_KNOWN,
            closed > window_seconds,
            (reached < 1) | (closed <= opened),
            (reached < 2) | (closed <= tapped),
        ],
        [-1, 4, 3, 0, 1],
        default=2,
    )
    return reached, cause


def loss_kind(cause: str, missed: str) -> str:
    """Which of LOSS_KINDS a loss is, by its cause and the first of STEPS that was not reached.

    >>> loss_kind("gone_before_opened", "opened"), loss_kind("gone_before_opened", "booked")
    ('never_opened', 'opened_too_late')
    """
    if cause == "gone_before_opened":
        return "never_opened" if missed == "opened" else "opened_too_late"
    if cause == "gone_before_tap":
        return "never_tapped" if missed == "tapped" else "tapped_too_late"
    return "never_confirmed" if cause == "gone_before_confirm" else cause


def missed_by_seconds(alerts: Alerts, window_seconds: int) -> Ints:
    """How many seconds after the table was taken the alert's next step came; NEVER where none came,
    the alert was no loss, or the table was gone when it was sent."""
    _, cause = outcomes(alerts, window_seconds)
    tapped = np.minimum(alerts.tapped, alerts.booked)
    opened = np.minimum(alerts.opened, tapped)
    step = np.select([cause == 0, cause == 1, cause == 2], [opened, tapped, alerts.booked], NEVER)
    is_missed = (step <= window_seconds) & (alerts.closed > 0)
    return np.where(is_missed, step - alerts.closed, NEVER)


def funnel_counts(
    alerts: Alerts,
    is_settled: NDArray[np.bool_],
    group: Ints,
    n_groups: int,
    window_seconds: int,
) -> FunnelCounts:
    """Counts by group; `group` numbers each alert's group from 0."""
    reached, cause = outcomes(alerts, window_seconds)

    def count(chosen: NDArray[np.bool_]) -> Ints:
        return np.bincount(group[chosen & is_settled], minlength=n_groups)

    return FunnelCounts(
        steps={name: count(reached >= step) for step, name in enumerate(STEPS)},
        causes={name: count(cause == number) for number, name in enumerate(CAUSES)},
        unsettled=np.bincount(group[~is_settled], minlength=n_groups),
    )

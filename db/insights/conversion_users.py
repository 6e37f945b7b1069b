"""How sure the funnel's shares are with users as the unit, and which groups differ from all others.

The counts are those of `db/insights/conversion.py`; that one user's alerts share a fate is in the
intervals (`metrics/by_users.py`). Users who were forgotten cannot be told apart, so they are taken
for one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db.engine import Engine
from db.insights.comparisons import against_others
from db.insights.conversion import read_groups, scope_of
from metrics.by_users import ShareByUsers, share_by_users
from metrics.conversion import STEPS, outcomes
from metrics.proportions import ShareRatio


@dataclass(frozen=True)
class FunnelUsers:
    """Of the settled alerts of a group: to how many users they went, and of each of EVENTS the
    share of the step before (`rates`) and of all (`overall`).

    against_others: bookings per alert over those of all other groups together (of other bands of
    time to open); None of the whole, and where it was not asked for.
    """

    users: int
    rates: tuple[ShareByUsers | None, ...]
    overall: tuple[ShareByUsers | None, ...]
    against_others: ShareRatio | None = None


def funnel_users(
    engine: Engine,
    *,
    now: datetime,
    days: int = 28,
    window_hours: float = 24,
    by: str | None = None,
    as_of: date | None = None,
    market: str | None = None,
    is_compared: bool = False,
) -> tuple[FunnelUsers, dict[str | None, FunnelUsers]]:
    """The whole, and each group by its key. is_compared: each group against all others too.
    Further arguments and errors as of `db.insights.funnel`."""
    scope = scope_of(engine, market, days, as_of, now, window_hours, by)
    found = read_groups(engine, scope, by, with_users=True)
    assert found.user is not None  # they were asked for
    reached, _ = outcomes(found.alerts, scope.window_seconds)
    chosen = found.is_settled
    reached, user, group = reached[chosen], found.user[chosen], found.group[chosen]
    (whole,) = _rows(np.zeros_like(group), 1, user, reached)
    if by is None:
        return whole, {}
    rows = _rows(group, len(found.keys), user, reached)
    if not is_compared:
        return whole, dict(zip(found.keys, rows, strict=True))
    # Alerts that nobody was seen to open were neither fast nor slow.
    is_asked = np.array([by != "time_to_open" or key is not None for key in found.keys])[group]
    ratios = against_others(
        group[is_asked], len(found.keys), user[is_asked], (reached == len(STEPS) - 1)[is_asked]
    )
    return whole, {
        key: FunnelUsers(row.users, row.rates, row.overall, ratio)
        for key, row, ratio in zip(found.keys, rows, ratios, strict=True)
    }


def _rows(
    group: NDArray[np.int64],
    n_groups: int,
    user: NDArray[np.int64],
    reached: NDArray[np.int64],
) -> list[FunnelUsers]:
    """Of each group the shares; each array has an element an alert."""
    counted = pd.DataFrame(
        {"group": group, "user": user} | {str(step): reached >= step for step in range(len(STEPS))}
    )
    counted = counted.groupby(["group", "user"], as_index=False).sum()
    ends = np.searchsorted(counted["group"], np.arange(n_groups + 1))
    counts = counted[[str(step) for step in range(len(STEPS))]].to_numpy(dtype=np.int64)
    rows = []
    for begin, end in pairwise(ends):
        steps = counts[begin:end].T  # of shape (steps, users)
        rows.append(
            FunnelUsers(
                users=int(end - begin),
                rates=tuple(
                    share_by_users(steps[step], steps[max(step - 1, 0)])
                    for step in range(len(STEPS))
                ),
                overall=tuple(share_by_users(step, steps[0]) for step in steps),
            )
        )
    return rows

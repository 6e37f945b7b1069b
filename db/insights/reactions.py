"""How fast alerts are acted on, and what being faster would have saved.

Times are those of steps that were seen, not of steps that a later one implies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db.engine import Engine
from db.insights.conversion import Groups, Scope, read_groups, scope_of
from metrics.conversion import (
    CAUSES,
    FATES,
    STEPS,
    Alerts,
    loss_kind,
    missed_by_seconds,
    outcomes,
)

CURVE_SECONDS = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1800, 3600)
"""Where the curves are read within the first hour; then at each doubling up to the window."""

FASTER_SECONDS = (0, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300)
"""How many seconds faster the curve of what could have been saved asks about."""


@dataclass(frozen=True)
class Times:
    """Seconds from the sending to a step, where the step itself was seen; None of none."""

    count: int
    median_seconds: float | None
    p90_seconds: float | None


@dataclass(frozen=True)
class TimeToAct:
    """How fast the settled alerts of one group were acted on within the window.

    just_missed: losses that being `faster_seconds` faster at the next step would have saved.
    """

    key: str | None
    to_open: Times
    to_tap: Times
    to_book: Times
    just_missed: int


@dataclass(frozen=True)
class ReactionCurves:
    """All over the settled alerts of a window.

    lost: losses by the first step that was not reached and by cause: step, cause, alerts, with the
    `kind` (of LOSS_KINDS) and the `fate` of the table that follow from these.
    acted: a row for each of some seconds since the sending; of each step, how many had been seen to
    take it by then: seconds, opened, tapped, booked. saved: of each of `FASTER_SECONDS`, how many
    losses would have been saved by being so much faster at the next step: seconds, saved.
    """

    settled: int
    losses: int
    lost: pd.DataFrame
    acted: pd.DataFrame
    saved: pd.DataFrame


def time_to_act(
    engine: Engine,
    *,
    now: datetime,
    days: int = 28,
    window_hours: float = 24,
    by: str | None = None,
    as_of: date | None = None,
    market: str | None = None,
    faster_seconds: int = 30,
) -> Sequence[TimeToAct]:
    """How fast alerts were acted on: first the whole, then each group. Arguments and errors as of
    `db.insights.funnel`."""
    scope = scope_of(engine, market, days, as_of, now, window_hours, by)
    found = read_groups(engine, scope, by)
    rows = _act_rows((None,), np.zeros_like(found.group), found, scope, faster_seconds)
    if by is not None:
        rows += _act_rows(found.keys, found.group, found, scope, faster_seconds)
    return rows


def reaction_curves(
    engine: Engine,
    *,
    now: datetime,
    days: int = 28,
    window_hours: float = 24,
    as_of: date | None = None,
    market: str | None = None,
) -> ReactionCurves:
    """What was lost where, and both curves. Arguments and errors as of `db.insights.funnel`."""
    scope = scope_of(engine, market, days, as_of, now, window_hours, None)
    found = read_groups(engine, scope, None)
    alerts, is_settled = found.alerts, found.is_settled
    at = _curve_seconds(scope.window_seconds)
    steps = {
        name: _counts_within(seconds[is_settled], at)
        for name, seconds in zip(
            ("opened", "tapped", "booked"),
            (alerts.opened, alerts.tapped, alerts.booked),
            strict=True,
        )
    }
    missed = missed_by_seconds(alerts, scope.window_seconds)[is_settled]
    settled = int(is_settled.sum())
    lost = _lost(Alerts(*(each[is_settled] for each in alerts)), scope.window_seconds)
    return ReactionCurves(
        settled=settled,
        losses=int(lost["alerts"].sum()),
        lost=lost,
        acted=pd.DataFrame({"seconds": at, **steps}),
        saved=pd.DataFrame(
            # No time at all saves nothing: a step in the very second of the closing was too late.
            {
                "seconds": FASTER_SECONDS,
                "saved": [
                    0 if seconds == 0 else int((missed <= seconds).sum())
                    for seconds in FASTER_SECONDS
                ],
            }
        ),
    )


def _lost(alerts: Alerts, window_seconds: int) -> pd.DataFrame:
    reached, cause = outcomes(alerts, window_seconds)
    return pd.DataFrame(
        [
            (
                step,
                name,
                int(((reached == place) & (cause == number)).sum()),
                loss_kind(name, step),
                FATES[name],
            )
            for place, step in enumerate(STEPS[1:])
            for number, name in enumerate(CAUSES)
        ],
        columns=["step", "cause", "alerts", "kind", "fate"],
    )


def _curve_seconds(window_seconds: int) -> list[int]:
    at = [seconds for seconds in CURVE_SECONDS if seconds < window_seconds]
    while at and at[-1] * 2 < window_seconds and at[-1] >= CURVE_SECONDS[-1]:
        at.append(at[-1] * 2)
    return [*at, window_seconds]


def _counts_within(seconds: NDArray[np.int64], at: Sequence[int]) -> list[int]:
    return [int(count) for count in np.searchsorted(np.sort(seconds), at, side="right")]


def _act_rows(
    keys: Sequence[str | None],
    group: NDArray[np.int64],
    found: Groups,
    scope: Scope,
    faster_seconds: int,
) -> list[TimeToAct]:
    alerts, window_seconds = found.alerts, scope.window_seconds
    is_near = missed_by_seconds(alerts, window_seconds) <= faster_seconds
    just_missed = np.bincount(group[is_near & found.is_settled], minlength=len(keys))
    steps = [
        _times(seconds, found.is_settled, group, len(keys), window_seconds)
        for seconds in (alerts.opened, alerts.tapped, alerts.booked)
    ]
    return [
        TimeToAct(key, to_open, to_tap, to_book, int(missed))
        for key, to_open, to_tap, to_book, missed in zip(keys, *steps, just_missed, strict=True)
    ]


def _times(
    seconds: NDArray[np.int64],
    is_settled: NDArray[np.bool_],
    group: NDArray[np.int64],
    n_groups: int,
    window_seconds: int,
) -> list[Times]:
    """Median and 90th percentile of each group's times within the window."""
    chosen = is_settled & (seconds <= window_seconds)
    order = np.argsort(group[chosen], kind="stable")
    ends = np.cumsum(np.bincount(group[chosen], minlength=n_groups))
    parts = np.split(seconds[chosen][order], ends[:-1])
    return [
        Times(len(part), *map(float, np.percentile(part, (50, 90))))
        if len(part)
        else Times(0, None, None)
        for part in parts
    ]

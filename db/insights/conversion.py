"""Did alerts lead to bookings? Everything is read from `conversion_metrics`, as last scored.

Only settled alerts are in a rate: those whose window had passed at the instant that was scored for.
Any window up to 720 hours can be asked for, since every step's seconds are kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db.conversion_scores import alerts_of, numbers_of
from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import markets_asked_for
from metrics.calendar import local_date, local_day_start
from metrics.conversion import (
    CAUSES,
    EVENTS,
    OPENED_WITHIN_SECONDS,
    STEPS,
    Alerts,
    funnel_counts,
)
from metrics.proportions import Proportion, proportion

GROUPINGS = (
    "venue",
    "neighborhood",
    "tier",
    "daypart",
    "weekday",
    "hour",
    "goal_match",
    "channel",
    "message_variant",
    "week",
    "time_to_open",
)
"""What a funnel can be broken down by: all of the sending, in the market's local time, but for
`time_to_open`, the band (its place among OPENED_WITHIN_SECONDS) in which the opening was seen; None
where it was not seen within the window."""

FROM_SECONDS = ("hour", "time_to_open")
"""Those that the stored counts do not tell apart."""

LONGEST_WINDOW_HOURS = 720
HOUR = 3600


@dataclass(frozen=True)
class FunnelStep:
    """A step: how many settled alerts reached it, of those that reached the step before (`rate`)
    and of all (`overall`). Both None where there is nothing to be a share of."""

    step: str
    count: int
    rate: Proportion | None
    overall: Proportion | None


@dataclass(frozen=True)
class FunnelRow:
    """The funnel of one group. key: None for the whole, and for what was not said.

    steps: one for each of EVENTS. unsettled: alerts whose window has not passed. losses: settled
    alerts without a booking by cause, which add up to those sent less those booked.
    """

    key: str | None
    steps: tuple[FunnelStep, ...]
    unsettled: int
    losses: dict[str, int]

    @property
    def sent(self) -> int:
        return self.steps[0].count

    @property
    def booked(self) -> int:
        return self.steps[-1].count


@dataclass(frozen=True)
class Funnel:
    """Alerts sent from `first_date` to `last_date` (each market's own days), settled or not at
    `settled_at`; None where nothing was scored. `rows` break `total` down and add up to it."""

    first_date: date | None
    last_date: date | None
    window_hours: float
    settled_at: datetime | None
    total: FunnelRow
    rows: tuple[FunnelRow, ...]


@dataclass(frozen=True)
class Scope:
    """Which days of which markets are meant, and the window; `is_counted`: it is the one that the
    stored counts are of."""

    market_ids: list[str]
    start_dates: list[date]
    end_dates: list[date]
    scored_for: list[datetime]
    window_seconds: int
    is_counted: bool


@dataclass(frozen=True)
class Groups:
    """Alerts with the group of each, and whether it was settled. user: the number of whom it went
    to, 0 of all who were forgotten; None unless asked for."""

    keys: tuple[str | None, ...]
    group: NDArray[np.int64]
    alerts: Alerts
    is_settled: NDArray[np.bool_]
    user: NDArray[np.int64] | None


def funnel(
    engine: Engine,
    *,
    now: datetime,
    days: int = 28,
    window_hours: float = 24,
    by: str | None = None,
    as_of: date | None = None,
    market: str | None = None,
) -> Funnel:
    """The funnel of alerts sent on the `days` local days that end with `as_of` (by default each
    market's today at `now`), whole and broken down.

    Without `market`, of every real market with alerts, or of every simulated one where only those
    are. Raises `UnknownMarketError`, and ValueError for a window or breakdown there is none of.
    """
    scope = scope_of(engine, market, days, as_of, now, window_hours, by)
    counted = _counted(engine, scope, by)
    whole = counted.drop(columns="key").sum()
    return Funnel(
        first_date=min(scope.start_dates, default=None),
        last_date=max(scope.end_dates, default=None),
        window_hours=window_hours,
        settled_at=max(scope.scored_for, default=None),
        total=_funnel_row(None, whole),
        rows=()
        if by is None
        else tuple(_funnel_row(row["key"] or None, row) for _, row in counted.iterrows()),
    )


def alerted_markets(engine: Engine) -> pd.DataFrame:
    """Markets with scored alerts, real ones first: market_id, name, timezone, is_simulated,
    scored_for, first_date, last_date (of sending)."""
    return frame(engine, "insight_alerted_markets")


def unsent_alerts(engine: Engine, market_id: str | None = None) -> int:
    """How many alerts, of a market or of all, have steps but no sending, so that no number holds
    them."""
    rows = frame(engine, "insight_unsent_alerts")
    if market_id is not None:
        rows = rows[rows["market_id"] == market_id]
    return int(rows["alerts"].sum())


def scope_of(
    engine: Engine,
    market: str | None,
    days: int,
    as_of: date | None,
    now: datetime,
    window_hours: float,
    by: str | None,
) -> Scope:
    """What is asked for. Raises `UnknownMarketError`, and ValueError as `funnel` does."""
    if not 0 < window_hours <= LONGEST_WINDOW_HOURS:
        raise ValueError(f"window_hours: more than 0, and at most {LONGEST_WINDOW_HOURS}")
    if by is not None and by not in GROUPINGS:
        raise ValueError(f"by: one of {', '.join(GROUPINGS)}")
    scored = frame(engine, "insight_conversion_markets")
    if market is not None:
        markets_asked_for(engine, market)
        scored = scored[scored["market_id"] == market]
    else:
        is_real = ~scored["is_simulated"].astype(bool)
        scored = scored[is_real] if is_real.any() else scored
    ends = [as_of or local_date(now, zone) for zone in scored["timezone"]]
    window_seconds = round(window_hours * HOUR)
    return Scope(
        market_ids=scored["market_id"].tolist(),
        start_dates=[end - timedelta(days=days - 1) for end in ends],
        end_dates=ends,
        scored_for=[instant.to_pydatetime() for instant in scored["scored_for"]],
        window_seconds=window_seconds,
        is_counted=bool((scored["window_seconds"] == window_seconds).all()),
    )


def _counted(engine: Engine, scope: Scope, grouping: str | None) -> pd.DataFrame:
    """One row a group: key, the settled alerts at each of STEPS, unsettled, losses of each of
    CAUSES. From the stored counts where these are of the window asked for."""
    if scope.is_counted and grouping not in FROM_SECONDS:
        rows = asked(engine, "insight_conversion_counts", scope, grouping=grouping or "")
        return rows.assign(key=rows["key"].fillna("")).groupby("key", as_index=False).sum()
    found = read_groups(engine, scope, grouping)
    counts = funnel_counts(
        found.alerts, found.is_settled, found.group, len(found.keys), scope.window_seconds
    )
    return pd.DataFrame(
        {
            "key": [key or "" for key in found.keys],
            **counts.steps,
            "unsettled": counts.unsettled,
            **counts.causes,
        }
    )


def asked(engine: Engine, name: str, scope: Scope, **more: str | bool) -> pd.DataFrame:
    """The rows of the named statement in the scope."""
    return frame(
        engine,
        name,
        market_ids=scope.market_ids,
        start_dates=scope.start_dates,
        end_dates=scope.end_dates,
        **more,
    )


def read_groups(
    engine: Engine, scope: Scope, grouping: str | None, *, with_users: bool = False
) -> Groups:
    """Every alert in the scope with its group."""
    rows = asked(
        engine, "insight_conversion", scope, grouping=grouping or "", with_users=with_users
    )
    alerts = alerts_of(rows)
    row = np.repeat(np.arange(len(rows)), rows["alerts"].to_numpy(dtype=np.int64))
    is_settled = alerts.sent <= settled_before(rows, scope)[row]
    if grouping == "hour":
        codes, keys = pd.factorize(_local_hours(rows, row, alerts.sent), sort=True)
        labels: list[str | None] = [str(hour) for hour in keys]
        group = codes.astype(np.int64)
    elif grouping == "time_to_open":
        labels = [*(str(band) for band in range(len(OPENED_WITHIN_SECONDS) + 1)), None]
        group = np.searchsorted(OPENED_WITHIN_SECONDS, alerts.opened)
        group[alerts.opened > scope.window_seconds] = len(labels) - 1
    else:
        of_row, keys = pd.factorize(rows["key"].fillna(""), sort=True)
        labels = [str(key) or None for key in keys]
        group = of_row.astype(np.int64)[row]
    user = numbers_of(rows["user_numbers"]) if with_users else None
    return Groups(tuple(labels), group, alerts, is_settled, user)


def settled_before(rows: pd.DataFrame, scope: Scope) -> NDArray[np.float64]:
    """Of each row (`sent_date`, `timezone`, `scored_for`), how many seconds into its day the window
    of an alert must have begun."""
    known = {
        key: (key[2] - local_day_start(key[0], key[1])).total_seconds() - scope.window_seconds
        for key in set(zip(rows["sent_date"], rows["timezone"], rows["scored_for"], strict=True))
    }
    return np.array(
        [
            known[key]
            for key in zip(rows["sent_date"], rows["timezone"], rows["scored_for"], strict=True)
        ],
        dtype=np.float64,
    )


def _local_hours(
    rows: pd.DataFrame, row: NDArray[np.int64], sent: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The hour on the market's clock at which each alert was sent."""
    starts = np.array(
        [
            int(local_day_start(each.sent_date, each.timezone).timestamp())
            for each in rows.itertuples()
        ],
        dtype=np.int64,
    )
    instants = pd.Series(pd.to_datetime(starts[row] + sent, unit="s", utc=True))
    hours = np.zeros(len(sent), dtype=np.int64)
    zone_of = rows["timezone"].to_numpy()[row]
    for zone in rows["timezone"].unique():
        there = zone_of == zone
        hours[there] = instants[there].dt.tz_convert(zone).dt.hour
    return hours


def _funnel_row(key: str | None, counted: Mapping[str, Any]) -> FunnelRow:
    reached = [int(counted[step]) for step in STEPS]
    return FunnelRow(
        key=key,
        steps=tuple(
            FunnelStep(
                name, count, rate=proportion(count, before), overall=proportion(count, reached[0])
            )
            for name, count, before in zip(
                EVENTS, reached, [reached[0], *reached[:-1]], strict=True
            )
        ),
        unsettled=int(counted["unsettled"]),
        losses={cause: int(counted[cause]) for cause in CAUSES},
    )

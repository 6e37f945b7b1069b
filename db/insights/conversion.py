"""Did alerts lead to bookings? Everything is read from `conversion_metrics`, as last scored.

Only settled alerts are in a rate: those whose window had passed at the instant that was scored for.
Any window up to 720 hours can be asked for, since every step's seconds are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db.conversion_scores import alerts_of
from db.engine import Engine
from db.insights.frames import frame
from db.insights.market import markets_asked_for
from metrics.calendar import local_date, local_day_start
from metrics.conversion import CAUSES, EVENTS, STEPS, Alerts, funnel_counts, missed_by_seconds
from metrics.multiple import adjusted_p_values
from metrics.proportions import Proportion, ShareRatio, proportion, share_ratio
from metrics.shrinkage import ShrunkenShare, shrunken_shares
from metrics.strata import Stratified, Stratum, mantel_haenszel

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
)
"""What a funnel can be broken down by; all of the sending, in the market's local time."""

LONGEST_WINDOW_HOURS = 720
STRATUM_SEPARATOR = "\x1f"
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
class Times:
    """Seconds from the sending to a step, where the step itself was seen; None of none."""

    count: int
    median_seconds: float | None
    p90_seconds: float | None


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
class Comparison:
    """Alerts of one kind against the rest: bookings among settled alerts, crude and adjusted.

    crude: with its score interval. adjusted: Mantel-Haenszel within venue and daypart, whose strata
    have both kinds; None where no stratum can tell. disagrees: crude and adjusted point apart, or
    one is half as large again as the other.
    """

    name: str
    first: Proportion | None
    second: Proportion | None
    crude: ShareRatio | None
    adjusted: Stratified | None

    @property
    def disagrees(self) -> bool:
        if self.adjusted is None or self.crude is None or not self.crude.ratio:
            return False
        ratio, crude = self.adjusted.share_ratio, self.crude.ratio
        if ratio == 0:
            return True
        return (ratio > 1) != (crude > 1) or max(ratio, crude) / min(ratio, crude) > 1.5


@dataclass(frozen=True)
class VenueConversion:
    """A venue's bookings per settled alert: its own share, the shrunken one it is ranked by (None
    with a single venue), and its ratio to all other venues with a p-value adjusted for having
    asked about all of them."""

    venue_id: str
    name: str
    own: Proportion
    shrunken: ShrunkenShare | None
    against_others: ShareRatio | None
    adjusted_p_value: float | None


@dataclass(frozen=True)
class _Scope:
    """Which days of which markets are meant, and the window; `is_counted`: it is the one that the
    stored counts are of."""

    market_ids: list[str]
    start_dates: list[date]
    end_dates: list[date]
    scored_for: list[datetime]
    window_seconds: int
    is_counted: bool


@dataclass(frozen=True)
class _Groups:
    """Alerts with the group of each, and whether it was settled."""

    keys: tuple[str | None, ...]
    group: NDArray[np.int64]
    alerts: Alerts
    is_settled: NDArray[np.bool_]


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
    scope = _scope(engine, market, days, as_of, now, window_hours, by)
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
    `funnel`."""
    scope = _scope(engine, market, days, as_of, now, window_hours, by)
    found = _read(engine, scope, by)
    rows = _act_rows((None,), np.zeros_like(found.group), found, scope, faster_seconds)
    if by is not None:
        rows += _act_rows(found.keys, found.group, found, scope, faster_seconds)
    return rows


def saved_or_not(
    engine: Engine,
    *,
    now: datetime,
    days: int = 28,
    window_hours: float = 24,
    as_of: date | None = None,
    market: str | None = None,
) -> Comparison:
    """Alerts for tables that match the user's goal ("venues you saved") against those that do not;
    alerts that do not say are in neither. Arguments and errors as of `funnel`."""
    scope = _scope(engine, market, days, as_of, now, window_hours, None)
    strata: dict[str, dict[str, tuple[int, int]]] = {}
    for _, row in _counted(engine, scope, "strata").iterrows():
        goal_match, place = row["key"].split(STRATUM_SEPARATOR, 1)
        strata.setdefault(place, {})[goal_match] = (int(row["booked"]), int(row["sent"]))
    tables = [
        Stratum(*groups.get("true", (0, 0)), *groups.get("false", (0, 0)))
        for groups in strata.values()
    ]
    sums = Stratum(*np.array(tables, dtype=np.int64).reshape(-1, 4).sum(axis=0).tolist())
    return Comparison(
        name="goal_match",
        first=proportion(sums.successes_1, sums.trials_1),
        second=proportion(sums.successes_2, sums.trials_2),
        crude=share_ratio(*sums),
        adjusted=mantel_haenszel(tables),
    )


def venues_by_conversion(
    engine: Engine,
    *,
    now: datetime,
    days: int = 28,
    window_hours: float = 24,
    as_of: date | None = None,
    market: str | None = None,
) -> Sequence[VenueConversion]:
    """Venues with settled alerts, ranked by shrunken conversion. Arguments and errors as of
    `funnel`."""
    found = funnel(
        engine,
        now=now,
        days=days,
        window_hours=window_hours,
        by="venue",
        as_of=as_of,
        market=market,
    )
    rows = [row for row in found.rows if row.sent and row.key is not None]
    booked, sent = [row.booked for row in rows], [row.sent for row in rows]
    shrunken: Sequence[ShrunkenShare | None] = [None] * len(rows)
    shrunken = shrunken_shares(booked, sent) or shrunken
    ratios = [
        share_ratio(row.booked, row.sent, sum(booked) - row.booked, sum(sent) - row.sent)
        for row in rows
    ]
    p_values = adjusted_p_values([None if ratio is None else ratio.p_value for ratio in ratios])
    names = dict(frame(engine, "insight_venue_names", venue_ids=[row.key for row in rows]).values)
    ranked = [
        VenueConversion(str(row.key), names[row.key], own, share, ratio, p_value)
        for row, share, ratio, p_value in zip(rows, shrunken, ratios, p_values, strict=True)
        if (own := row.steps[-1].overall) is not None
    ]
    return sorted(
        ranked,
        key=lambda venue: (
            -(venue.own.share if venue.shrunken is None else venue.shrunken.share),
            venue.venue_id,
        ),
    )


def _scope(
    engine: Engine,
    market: str | None,
    days: int,
    as_of: date | None,
    now: datetime,
    window_hours: float,
    by: str | None,
) -> _Scope:
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
    return _Scope(
        market_ids=scored["market_id"].tolist(),
        start_dates=[end - timedelta(days=days - 1) for end in ends],
        end_dates=ends,
        scored_for=[instant.to_pydatetime() for instant in scored["scored_for"]],
        window_seconds=window_seconds,
        is_counted=bool((scored["window_seconds"] == window_seconds).all()),
    )


def _counted(engine: Engine, scope: _Scope, grouping: str | None) -> pd.DataFrame:
    """One row a group: key, the settled alerts at each of STEPS, unsettled, losses of each of
    CAUSES. From the stored counts where these are of the window asked for."""
    if scope.is_counted and grouping != "hour":
        rows = _asked(engine, "insight_conversion_counts", scope, grouping)
        return rows.assign(key=rows["key"].fillna("")).groupby("key", as_index=False).sum()
    found = _read(engine, scope, grouping)
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


def _asked(engine: Engine, name: str, scope: _Scope, grouping: str | None) -> pd.DataFrame:
    return frame(
        engine,
        name,
        market_ids=scope.market_ids,
        start_dates=scope.start_dates,
        end_dates=scope.end_dates,
        grouping=grouping or "",
    )


def _read(engine: Engine, scope: _Scope, grouping: str | None) -> _Groups:
    rows = _asked(engine, "insight_conversion", scope, grouping)
    alerts = alerts_of(rows)
    row = np.repeat(np.arange(len(rows)), rows["alerts"].to_numpy(dtype=np.int64))
    settled_before = np.array(
        [
            (each.scored_for - local_day_start(each.sent_date, each.timezone)).total_seconds()
            - scope.window_seconds
            for each in rows.itertuples()
        ],
        dtype=np.float64,
    )
    if grouping == "hour":
        codes, keys = pd.factorize(_local_hours(rows, row, alerts.sent), sort=True)
        labels: list[str | None] = [str(hour) for hour in keys]
        group = codes.astype(np.int64)
    else:
        of_row, keys = pd.factorize(rows["key"].fillna(""), sort=True)
        labels = [str(key) or None for key in keys]
        group = of_row.astype(np.int64)[row]
    return _Groups(tuple(labels), group, alerts, alerts.sent <= settled_before[row])


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


def _act_rows(
    keys: Sequence[str | None],
    group: NDArray[np.int64],
    found: _Groups,
    scope: _Scope,
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

"""Did alerts lead to bookings? Everything is read from `conversion_metrics`, as last scored.

Only settled alerts are in a rate: those whose window had passed at the instant that was scored for.
Any window up to 720 hours can be asked for, since every step's seconds are kept.
"""

from collections.abc import Sequence
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
from metrics.conversion import CAUSES, EVENTS, STEPS, Alerts, FunnelCounts, funnel_counts
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

    steps: one for each of EVENTS. unsettled: alerts whose window has not passed. losses:
    settled alerts without a booking by cause, which add up to sent less booked. just_missed: losses
    that being `faster_seconds` faster would have saved. opened_seen: openings that were seen, not
    implied by a later step.
    """

    key: str | None
    steps: tuple[FunnelStep, ...]
    unsettled: int
    losses: dict[str, int]
    just_missed: int
    opened_seen: int
    to_open: Times
    to_book: Times

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
    faster_seconds: int
    settled_at: datetime | None
    total: FunnelRow
    rows: tuple[FunnelRow, ...]


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
    faster_seconds: int = 30,
) -> Funnel:
    """The funnel of alerts sent on the `days` local days that end with `as_of` (by default each
    market's today at `now`), whole and broken down.

    Without `market`, of every real market with alerts, or of every simulated one where only those
    are. Raises `UnknownMarketError`, and ValueError for a window or breakdown there is none of.
    """
    _check(window_hours, by)
    scope = _scope(engine, market, days, as_of, now)
    found = _read(engine, scope, window_hours, by)
    window_seconds = round(window_hours * HOUR)
    whole = np.zeros_like(found.group)
    (total,) = _rows((None,), whole, found, window_seconds, faster_seconds)
    rows = (
        [] if by is None else _rows(found.keys, found.group, found, window_seconds, faster_seconds)
    )
    return Funnel(
        first_date=min(scope["start_dates"], default=None),
        last_date=max(scope["end_dates"], default=None),
        window_hours=window_hours,
        faster_seconds=faster_seconds,
        settled_at=max(scope["scored_for"], default=None),
        total=total,
        rows=tuple(rows),
    )


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
    _check(window_hours, None)
    scope = _scope(engine, market, days, as_of, now)
    found = _read(engine, scope, window_hours, "strata")
    counts = _counts(found, found.group, len(found.keys), round(window_hours * HOUR), 0)
    strata: dict[str, dict[str, tuple[int, int]]] = {}
    for number, key in enumerate(found.keys):
        goal_match, place = str(key).split(STRATUM_SEPARATOR, 1)
        booked, sent = int(counts.steps["booked"][number]), int(counts.steps["sent"][number])
        strata.setdefault(place, {})[goal_match] = (booked, sent)
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


def _check(window_hours: float, by: str | None) -> None:
    if not 0 < window_hours <= LONGEST_WINDOW_HOURS:
        raise ValueError(f"window_hours: more than 0, and at most {LONGEST_WINDOW_HOURS}")
    if by is not None and by not in GROUPINGS:
        raise ValueError(f"by: one of {', '.join(GROUPINGS)}")


def _scope(
    engine: Engine, market: str | None, days: int, as_of: date | None, now: datetime
) -> dict[str, list[Any]]:
    """Which days of which markets are meant. Raises `UnknownMarketError`."""
    scored = frame(engine, "insight_conversion_markets")
    if market is not None:
        markets_asked_for(engine, market)
        scored = scored[scored["market_id"] == market]
    else:
        is_real = ~scored["is_simulated"].astype(bool)
        scored = scored[is_real] if is_real.any() else scored
    ends = [as_of or local_date(now, zone) for zone in scored["timezone"]]
    return {
        "market_ids": scored["market_id"].tolist(),
        "start_dates": [end - timedelta(days=days - 1) for end in ends],
        "end_dates": ends,
        "scored_for": [instant.to_pydatetime() for instant in scored["scored_for"]],
    }


def _read(
    engine: Engine, scope: dict[str, list[Any]], window_hours: float, grouping: str | None
) -> _Groups:
    rows = frame(
        engine,
        "insight_conversion",
        market_ids=scope["market_ids"],
        start_dates=scope["start_dates"],
        end_dates=scope["end_dates"],
        grouping=grouping or "",
    )
    alerts = alerts_of(rows)
    row = np.repeat(np.arange(len(rows)), rows["alerts"].to_numpy(dtype=np.int64))
    settled_before = np.array(
        [
            (each.scored_for - local_day_start(each.sent_date, each.timezone)).total_seconds()
            - window_hours * HOUR
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


def _counts(
    found: _Groups,
    group: NDArray[np.int64],
    n_groups: int,
    window_seconds: int,
    faster_seconds: int,
) -> FunnelCounts:
    return funnel_counts(
        found.alerts,
        found.is_settled,
        group,
        n_groups,
        window_seconds,
        faster_seconds=faster_seconds,
    )


def _rows(
    keys: Sequence[str | None],
    group: NDArray[np.int64],
    found: _Groups,
    window_seconds: int,
    faster_seconds: int,
) -> list[FunnelRow]:
    counts = _counts(found, group, len(keys), window_seconds, faster_seconds)
    to_open = _times(found.alerts.opened, found.is_settled, group, len(keys), window_seconds)
    to_book = _times(found.alerts.booked, found.is_settled, group, len(keys), window_seconds)
    rows = []
    for number, key in enumerate(keys):
        reached = [int(counts.steps[step][number]) for step in STEPS]
        rows.append(
            FunnelRow(
                key=key,
                steps=tuple(
                    FunnelStep(
                        name,
                        count,
                        rate=proportion(count, before),
                        overall=proportion(count, reached[0]),
                    )
                    for name, count, before in zip(
                        EVENTS, reached, [reached[0], *reached[:-1]], strict=True
                    )
                ),
                unsettled=int(counts.unsettled[number]),
                losses={cause: int(counts.causes[cause][number]) for cause in CAUSES},
                just_missed=int(counts.just_missed[number]),
                opened_seen=int(counts.opened_seen[number]),
                to_open=to_open[number],
                to_book=to_book[number],
            )
        )
    return rows


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

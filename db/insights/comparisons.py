"""Which alerts convert better: saved or not, venues, channels, variants. Users are the unit.

From the same rows of `conversion_metrics` as the funnel, so that the numbers agree; that some
alerts went to one user is in the intervals (`metrics/by_users.py`). Users who were forgotten cannot
be told apart, so they are taken for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from db.conversion_scores import numbers_of
from db.engine import Engine
from db.insights.conversion import Scope, asked, scope_of, settled_before
from db.insights.frames import frame
from metrics.by_users import ComparedByUsers, ShareByUsers, compared_by_users, share_by_users
from metrics.facts import DISAGREEMENT, Fact, FactContext, comparison_fact
from metrics.multiple import adjusted_p_values
from metrics.proportions import ShareRatio
from metrics.ranks import RankBand, joint_confidence, rank_bands
from metrics.shrinkage import ShrunkenShare, shrunken_shares
from metrics.strata import Stratified

SAVED_CLAIM = "Alerts for saved venues lead to bookings"


@dataclass(frozen=True)
class Comparison:
    """Alerts of one kind against those of another: bookings among settled alerts.

    crude: with its score interval. adjusted: Mantel-Haenszel within venue and daypart, whose strata
    have both kinds; None where no stratum can tell. users: how many are on each side (all
    intervals take them as the unit), `shared_users` on both. adjusted_p_value: of the adjusted
    ratio (of the crude one where there is none), after Benjamini and Hochberg where several were
    asked about together. disagrees: crude and adjusted point apart, or one is half as large again
    as the other.
    """

    name: str
    first: ShareByUsers | None
    second: ShareByUsers | None
    crude: ShareRatio | None
    adjusted: Stratified | None
    users: tuple[int, int]
    shared_users: int
    adjusted_p_value: float | None

    @property
    def disagrees(self) -> bool:
        if self.adjusted is None or self.crude is None or not self.crude.ratio:
            return False
        ratio, crude = self.adjusted.share_ratio, self.crude.ratio
        if ratio == 0:
            return True
        return (ratio > 1) != (crude > 1) or max(ratio, crude) / min(ratio, crude) > DISAGREEMENT

    @property
    def alerts(self) -> int:
        """Settled alerts on both sides together."""
        return sum(side.trials for side in (self.first, self.second) if side is not None)


@dataclass(frozen=True)
class Kinds:
    """Message variants, or channels, against the one that most alerts had (`reference`), the most
    sent first; `shares` has all, the reference first."""

    reference: str
    shares: dict[str, ShareByUsers]
    compared: tuple[Comparison, ...]

    @property
    def alerts(self) -> int:
        """Settled alerts of all kinds together."""
        return sum(share.trials for share in self.shares.values())


@dataclass(frozen=True)
class AgainstBefore:
    """Alerts of some days (first) against those of as many days before; `crude` is of the shares as
    they are. days_before: how many of the earlier days had settled alerts."""

    compared: Comparison
    days_before: int


@dataclass(frozen=True)
class VenueConversion:
    """A venue's bookings per settled alert: its own share, the shrunken one it is ranked by with
    its rank's band (None with a single venue), and its ratio to all other venues with a p-value
    adjusted for having asked about all of them."""

    venue_id: str
    name: str
    own: ShareByUsers
    shrunken: ShrunkenShare | None
    band: RankBand | None
    against_others: ShareRatio | None
    adjusted_p_value: float | None


@dataclass(frozen=True)
class _Settled:
    """Settled alerts, one an element: the cell each is of, its user, whether it led to a booking.
    cells: venue_id, daypart, goal_match, channel, message_variant, sent_date."""

    cells: pd.DataFrame
    cell: NDArray[np.int64]
    user: NDArray[np.int64]
    is_booked: NDArray[np.bool_]


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
    alerts that do not say are in neither. Arguments and errors as of `db.insights.funnel`."""
    scope = scope_of(engine, market, days, as_of, now, window_hours, None)
    alerts = _settled(engine, scope)
    goal = alerts.cells["goal_match"].to_numpy()
    return _compared(alerts, "goal_match", goal == "true", goal == "false")


def against_before(
    engine: Engine, *, now: datetime, days: int, window_hours: float, as_of: date, market: str
) -> AgainstBefore:
    """Alerts of the `days` that end with `as_of` against those of as many days before. Errors as of
    `db.insights.funnel`."""
    scope = scope_of(engine, market, 2 * days, as_of, now, window_hours, None)
    alerts = _settled(engine, scope)
    sent_date = alerts.cells["sent_date"].to_numpy()
    is_now = sent_date > as_of - timedelta(days=days)
    before = sent_date[alerts.cell][~is_now[alerts.cell]]
    return AgainstBefore(
        compared=_compared(alerts, "against before", is_now, ~is_now),
        days_before=len(np.unique(before)),
    )


def saved_fact(found: Comparison, first: date, last: date, permalink: str) -> Fact:
    """What may be printed about saving venues. Coverage plays no part: every alert is known."""
    context = FactContext(first, last, None, permalink)
    return comparison_fact(SAVED_CLAIM, found.crude, found.adjusted, found.alerts, context)


def kinds_compared(
    engine: Engine,
    by: Literal["message_variant", "channel"],
    *,
    now: datetime,
    days: int = 28,
    window_hours: float = 24,
    as_of: date | None = None,
    market: str | None = None,
) -> Kinds | None:
    """Message variants, or channels, side by side; None where no settled alert names one. Further
    arguments and errors as of `db.insights.funnel`."""
    scope = scope_of(engine, market, days, as_of, now, window_hours, None)
    alerts = _settled(engine, scope)
    kind = alerts.cells[by].to_numpy(dtype=str)
    sent = {
        name: np.bincount(alerts.cell, minlength=len(kind))[kind == name].sum()
        for name in np.unique(kind)
        if name
    }
    names = sorted((name for name in sent if sent[name]), key=lambda name: (-sent[name], name))
    if not names:
        return None
    reference, *others = names
    compared = [_compared(alerts, name, kind == name, kind == reference) for name in others]
    p_values = adjusted_p_values([each.adjusted_p_value for each in compared])
    shares = {}
    for name in names:
        share = _share(alerts, (kind == name)[alerts.cell])
        assert share is not None
        shares[name] = share
    return Kinds(
        reference=reference,
        shares=shares,
        compared=tuple(
            Comparison(**{**vars(each), "adjusted_p_value": p_value})
            for each, p_value in zip(compared, p_values, strict=True)
        ),
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
    `db.insights.funnel`."""
    scope = scope_of(engine, market, days, as_of, now, window_hours, None)
    alerts = _settled(engine, scope)
    venue_of_cell, ids = pd.factorize(alerts.cells["venue_id"], sort=True)
    venue = venue_of_cell[alerts.cell]
    n_venues = len(ids)
    sent = np.bincount(venue, minlength=n_venues)
    ratios = against_others(venue, n_venues, alerts.user, alerts.is_booked)
    p_values = adjusted_p_values([None if ratio is None else ratio.p_value for ratio in ratios])
    of_venue = np.split(np.argsort(venue, kind="stable"), np.cumsum(sent)[:-1])
    own = [_share(alerts, chosen) for chosen in of_venue]
    # One user's alerts are not as many as they are: a venue counts as so many independent ones.
    booked = [share.successes / share.design_effect if share else 0.0 for share in own]
    trials = [share.trials / share.design_effect if share else 0.0 for share in own]
    shrunken = shrunken_shares(booked, trials)
    bands = _bands(booked, trials, shrunken)
    names = dict(frame(engine, "insight_venue_names", venue_ids=list(ids)).values)
    ranked = [
        VenueConversion(
            venue_id,
            names[venue_id],
            share,
            None if shrunken is None else shrunken[place],
            None if bands is None else bands[place],
            ratios[place],
            p_values[place],
        )
        for place, venue_id in enumerate(ids)
        if (share := own[place]) is not None
    ]
    return sorted(
        ranked,
        key=lambda venue: (
            -(venue.own.share if venue.shrunken is None else venue.shrunken.share),
            venue.venue_id,
        ),
    )


def _bands(
    booked: list[float], sent: list[float], shrunken: list[ShrunkenShare] | None
) -> list[RankBand] | None:
    """Joint bands of the ranks; the highest share has rank 1."""
    if shrunken is None:
        return None
    joint = shrunken_shares(booked, sent, confidence=joint_confidence(len(booked)))
    assert joint is not None
    return rank_bands(
        [-each.share for each in shrunken],
        [-each.upper for each in joint],
        [-each.lower for each in joint],
    )


def against_others(
    group: NDArray[np.int64],
    n_groups: int,
    user: NDArray[np.int64],
    is_booked: NDArray[np.bool_],
) -> list[ShareRatio | None]:
    """Of each group the share of its alerts that were booked over that of all others together.
    group (numbered from 0), user, is_booked: of each alert."""
    pair = pd.DataFrame({"user": user, "group": group, "booked": is_booked})
    pair = pair.groupby(["user", "group"], as_index=False).agg(
        booked=("booked", "sum"), sent=("booked", "size")
    )
    user = pd.factorize(pair["user"])[0]
    own = pair[["booked", "sent"]].to_numpy(dtype=np.int64)
    whole = np.stack([np.bincount(user, weights=column) for column in own.T], axis=1)
    everyone = np.arange(len(whole))
    ratios = []
    for place in range(n_groups):
        of_group = np.zeros_like(whole)
        chosen = pair["group"].to_numpy() == place
        of_group[user[chosen]] = own[chosen]
        entries = np.hstack([of_group, whole - of_group]).astype(np.int64)
        ratios.append(compared_by_users(everyone, np.zeros_like(everyone), entries).crude)
    return ratios


def _compared(
    alerts: _Settled, name: str, is_first: NDArray[np.bool_], is_second: NDArray[np.bool_]
) -> Comparison:
    """Alerts of some cells against those of others, within venue and daypart."""
    place = alerts.cells["venue_id"] + "\x1f" + alerts.cells["daypart"]
    stratum = pd.factorize(place)[0][alerts.cell]
    first, second = is_first[alerts.cell], is_second[alerts.cell]
    chosen = first | second
    entries = np.stack(
        [first & alerts.is_booked, first, second & alerts.is_booked, second], axis=1
    )[chosen].astype(np.int64)
    found: ComparedByUsers = compared_by_users(alerts.user[chosen], stratum[chosen], entries)
    p_value = None if found.crude is None else found.crude.p_value
    return Comparison(
        name=name,
        first=_share(alerts, first),
        second=_share(alerts, second),
        crude=found.crude,
        adjusted=found.adjusted,
        users=found.users,
        shared_users=found.shared_users,
        adjusted_p_value=p_value if found.adjusted is None else found.adjusted.p_value,
    )


def _share(alerts: _Settled, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> ShareByUsers | None:
    """The share of the chosen alerts that was booked."""
    user = np.unique(alerts.user[chosen], return_inverse=True)[1]
    return share_by_users(
        np.bincount(user, weights=alerts.is_booked[chosen]).astype(np.int64), np.bincount(user)
    )


def _settled(engine: Engine, scope: Scope) -> _Settled:
    rows = asked(engine, "insight_conversion_cells", scope)
    cell = np.repeat(np.arange(len(rows)), rows["alerts"].to_numpy(dtype=np.int64))
    sent, booked, user = (
        numbers_of(rows[name]) for name in ("sent_seconds", "booked_seconds", "user_numbers")
    )
    is_settled = sent <= settled_before(rows, scope)[cell]
    return _Settled(
        cells=rows[
            ["venue_id", "daypart", "goal_match", "channel", "message_variant", "sent_date"]
        ],
        cell=cell[is_settled],
        user=user[is_settled],
        is_booked=booked[is_settled] <= scope.window_seconds,
    )

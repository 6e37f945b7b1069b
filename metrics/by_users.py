"""Users, not alerts: how sure a comparison is when the same people appear again and again.

Formula: one user's alerts are alike, so a hundred alerts to ten people tell less than to a hundred.
    Each user in turn is left out with all of their alerts and the logarithm of the ratio computed
    anew; (users - 1) / users times the sum of squares of what comes out, about its mean, is its
    variance (the jackknife). The Mantel-Haenszel ratio of shares gets its 95 % interval from it,
    with Student's t. The crude ratio keeps its score interval and test, widened by the design
    effect: that variance over the one that alerts alone would give, at least 1. Where one side has
    no success, so that there is no logarithm, both variances are those of the shares' difference.
    A single share has Wilson's interval, widened likewise by its own design effect (the jackknife's
    variance of the share over the binomial one) and with Student's t; where none or all of its
    alerts succeeded, a user's alerts are taken to be all alike (Kish's effect: the sum of the
    squares of the users' alerts over their sum).
Unit: ratio; share.
Range: ratios 0 to infinity, shares 0 to 1; a design effect is 1 or more.
Empty case: no interval and no p-value where leaving out one user leaves nothing to compare (all of
    a side's successes are theirs), nor of the Mantel-Haenszel ratio where a side has no success;
    such a comparison is small. None without alerts on both sides. With fewer than 10 users on
    either side a comparison is small too. A share of nothing is None, one of a single user's alerts
    has no interval.
Example: the alerts of each of two dozen users do equally well.
    >>> users = np.repeat(np.arange(24), 2)
    >>> entries = np.array([[2, 4, 1, 4], [1, 4, 2, 4]] * 24)
    >>> found = compared_by_users(users, np.zeros(48, dtype=np.int64), entries)
    >>> found.adjusted.share_ratio, found.users, round(found.design_effect, 1)
    (1.0, (24, 24), 1.0)

Source: Tukey 1958, Annals of Mathematical Statistics 29:614; Rao and Scott 1992, Biometrics 48:577;
    Kish 1965, "Survey Sampling", section 8.2; Korn and Graubard 1998, Survey Methodology 24:193.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from metrics.proportions import Interval, ShareRatio, share_ratio, wilson_interval
from metrics.strata import Stratified, Stratum, mantel_haenszel
from metrics.survival import Z_95, Floats

FEWEST_USERS = 10
"""Below this many users on either side a ratio is not put in words."""

NOTHING_LEFT = 1e-9
"""Sums no larger than this are none but for rounding."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ComparedByUsers:
    """The first group against the second, intervals with users as the unit.

    crude: its score interval and p-value widened by `design_effect`, neither where that is None;
    None without trials on both sides. adjusted: `share_ratio_interval` and `p_value` are those by
    users, None where users cannot tell; None where no stratum can. users: how many are in each
    group; shared_users: in both. design_effect: None where leaving out one user leaves nothing to
    compare.
    """

    crude: ShareRatio | None
    adjusted: Stratified | None
    users: tuple[int, int]
    shared_users: int
    design_effect: float | None


@dataclass(frozen=True)
class ShareByUsers:
    """A share of `trials` that went to `users`, with its 95 % interval with users as the unit; None
    where all went to one user. design_effect: the variance over that of independent trials."""

    successes: int
    trials: int
    users: int
    share: float
    interval: Interval | None
    design_effect: float


def share_by_users(successes: Ints, trials: Ints) -> ShareByUsers | None:
    """The share of all trials that succeeded; None without any.

    successes, trials: of each user, of shape (users,); users without trials count for nothing.
    Raises ValueError for more successes than trials.
    """
    own, tried = successes[trials > 0], trials[trials > 0]
    if (own < 0).any() or (own > tried).any():
        raise ValueError("successes must lie between zero and the trials")
    users, s, n = len(tried), int(own.sum()), int(tried.sum())
    if not n:
        return None
    if users > 1 and 0 < s < n:
        variance = _jackknifed((s - own) / (n - tried))
        effect = max(1.0, variance / (s * (n - s) / n**3))
    else:
        effect = float((tried.astype(np.float64) ** 2).sum() / n)
    interval = None
    if users > 1:
        freedom = (float(special.stdtrit(users - 1, 0.975)) / Z_95) ** 2
        interval = wilson_interval(s, n, dispersion=effect * freedom)
    return ShareByUsers(s, n, users, s / n, interval, effect)


def compared_by_users(users: Ints, strata: Ints, entries: Ints) -> ComparedByUsers:
    """Compares two groups of alerts.

    users, strata: numbers, of shape (entries,); a user may have any number of entries. entries:
    successes and trials of the first group, then of the second, of shape (entries, 4). Raises
    ValueError for more successes than trials.
    """
    _, user = np.unique(users, return_inverse=True)
    _, stratum = np.unique(strata, return_inverse=True)
    sums = entries.sum(axis=0)
    first, second = (np.unique(user[entries[:, column] > 0]) for column in (1, 3))
    in_group = len(first), len(second)
    shared = len(np.intersect1d(first, second, assume_unique=True))
    counts = [int(count) for count in sums]
    left = _without_each(user, np.zeros_like(stratum), entries)
    effect = _design_effect(left, *counts)
    crude = share_ratio(*counts, design_effect=effect or 1.0)
    if crude is not None and effect is None:
        crude = replace(crude, interval=None, p_value=None, is_small=True)
    if crude is not None and min(in_group) < FEWEST_USERS:
        crude = replace(crude, is_small=True)
    tables = _sums(stratum, entries.T).T.astype(np.int64)
    adjusted = mantel_haenszel([Stratum(*row) for row in tables.tolist()])
    if adjusted is not None:
        # With one stratum there is nothing to compute anew.
        adjusted = _by_users(
            adjusted, _without_each(user, stratum, entries) if stratum.any() else left
        )
    return ComparedByUsers(crude, adjusted, in_group, shared, effect)


def _without_each(user: Ints, stratum: Ints, entries: Ints) -> Floats:
    """Without each user in turn the Mantel-Haenszel ratio's top and bottom, and the weight of both:
    of shape (3, users)."""
    if not len(entries):
        return np.zeros((3, 0))
    n_users = int(user.max()) + 1
    # A user has one entry a stratum from here on, so that leaving them out is one subtraction.
    _, first, place = np.unique(stratum * n_users + user, return_index=True, return_inverse=True)
    own = _sums(place, entries.T)
    user, stratum = user[first], stratum[first]
    whole = _sums(stratum, own)
    terms = _terms(whole)
    without = _terms(whole[:, stratum] - own) - terms[:, stratum]
    left: Floats = terms.sum(axis=1)[:, None] + _sums(user, without)
    return left


def _log_variance(left: Floats) -> float | None:
    """The jackknife's variance of the log of the Mantel-Haenszel ratio; None where a user's absence
    leaves no ratio."""
    top, bottom, _ = left
    if top.size < 2 or min(top.min(), bottom.min()) <= NOTHING_LEFT:
        return None
    return _jackknifed(np.log(top / bottom))


def _difference_variance(left: Floats) -> float | None:
    """The same of the difference of shares; None where a user's absence leaves a side empty."""
    top, bottom, weight = left
    if top.size < 2 or weight.min() <= NOTHING_LEFT:
        return None
    return _jackknifed((top - bottom) / weight)


def _jackknifed(without: Floats) -> float:
    return float((without.size - 1) / without.size * ((without - without.mean()) ** 2).sum())


def _sums(group: Ints, rows: Ints | Floats) -> Floats:
    """Each row's sums by group, of shape (rows, groups)."""
    return np.array([np.bincount(group, weights=row) for row in rows], dtype=np.float64)


def _terms(table: Floats) -> Floats:
    """What each stratum adds to the ratio's top and bottom, and its weight: shape (3, strata)."""
    a, n1, c, n0 = table
    total = np.maximum(n1 + n0, 1)
    return np.stack([a * n0 / total, c * n1 / total, n1 * n0 / total])


def _design_effect(left: Floats, s1: int, n1: int, s2: int, n2: int) -> float | None:
    """None where users cannot tell; 1 where there is nothing to widen."""
    if not n1 or not n2 or not s1 + s2:
        return 1.0
    if s1 and s2:
        variance, of_alerts = _log_variance(left), 1 / s1 - 1 / n1 + 1 / s2 - 1 / n2
    else:
        variance = _difference_variance(left)
        of_alerts = s1 * (n1 - s1) / n1**3 + s2 * (n2 - s2) / n2**3
    if variance is None:
        return None
    return max(1.0, variance / of_alerts) if of_alerts > 0 else 1.0


def _by_users(adjusted: Stratified, left: Floats) -> Stratified:
    variance = _log_variance(left)
    if variance is None or not adjusted.share_ratio:
        return adjusted._replace(share_ratio_interval=None, p_value=None)
    error, freedom = math.sqrt(variance), left.shape[1] - 1
    log_ratio = math.log(adjusted.share_ratio)
    spread = math.exp(float(special.stdtrit(freedom, 0.975)) * error)
    p_value = (
        2 * float(special.stdtr(freedom, -abs(log_ratio) / error))
        if error > 0
        else float(log_ratio == 0)
    )
    return adjusted._replace(
        share_ratio_interval=(adjusted.share_ratio / spread, adjusted.share_ratio * spread),
        p_value=p_value,
    )

"""Like with like: a ratio within venues and dayparts, not across them.

Formula: the Mantel-Haenszel odds ratio and ratio of shares: each stratum (a venue at a daypart,
    say) compares its own two groups, weighted by how much it can tell. 95 % intervals by Robins,
    Breslow and Greenland (odds) and Greenland and Robins (shares); the Cochran-Mantel-Haenszel test
    of no difference; Breslow and Day's test (with Tarone's correction) of one ratio for all.
Unit: ratio.
Range: 0 to infinity.
Empty case: None where no stratum has both groups, or none of the second group ever succeeded:
    strata with one group only, or in which all or none succeeded, say nothing.
Example: two strata, in each of which both groups do equally well.
    >>> tables = [Stratum(8, 10, 80, 100), Stratum(20, 100, 2, 10)]
    >>> found = mantel_haenszel(tables)
    >>> found.odds_ratio, found.share_ratio, round(found.crude_share_ratio, 2)
    (1.0, 1.0, 0.34)

Source: Mantel and Haenszel 1959, JNCI 22:719; Robins, Breslow and Greenland 1986, Biometrics
    42:311; Greenland and Robins 1985, Biometrics 41:55; Breslow and Day 1980; Tarone 1985,
    Biometrika 72:91.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import special

from metrics.proportions import Interval
from metrics.survival import Z_95, Floats


class Stratum(NamedTuple):
    """Two groups that are alike but for what is compared."""

    successes_1: int
    trials_1: int
    successes_2: int
    trials_2: int


class Stratified(NamedTuple):
    """Ratios first over second group, adjusted (Mantel-Haenszel) beside crude.

    Intervals are 95 %, None where the variance cannot be told (one side never succeeded).
    odds_ratio: None where the first group never failed, so that its odds have no bound.
    test, p_value: Cochran-Mantel-Haenszel chi-square (1 degree) without continuity correction, a
    p-value always (one by users, `metrics/by_users.py`, may be None);
    corrected_test, corrected_p_value: with it. homogeneity, homogeneity_p_value: None with a single
    informative stratum. strata: how many were informative (both groups, not all or none succeeded).
    """

    odds_ratio: float | None
    odds_ratio_interval: Interval | None
    share_ratio: float
    share_ratio_interval: Interval | None
    crude_odds_ratio: float | None
    crude_share_ratio: float | None
    test: float
    p_value: float | None
    corrected_test: float
    corrected_p_value: float
    homogeneity: float | None
    homogeneity_p_value: float | None
    strata: int


def mantel_haenszel(strata: Sequence[Stratum]) -> Stratified | None:
    """Adjusted and crude ratios over strata; None where no stratum can tell."""
    table = np.asarray(strata, dtype=np.float64).reshape(-1, 4)
    if (
        ((table < 0).any())
        or (table[:, 0] > table[:, 1]).any()
        or (table[:, 2] > table[:, 3]).any()
    ):
        raise ValueError("successes must lie between zero and the trials")
    crude_a, crude_n1, crude_c, crude_n0 = table.sum(axis=0)
    a, n1, c, n0 = table[(table[:, 1] > 0) & (table[:, 3] > 0)].T
    total, b, d = n1 + n0, n1 - a, n0 - c
    is_informative = (a + c > 0) & (b + d > 0)
    r, s = a * d / total, b * c / total
    top, bottom = a * n0 / total, c * n1 / total
    if not is_informative.any() or bottom.sum() == 0:
        return None
    odds_ratio = float(r.sum() / s.sum()) if s.sum() else None
    share_ratio = float(top.sum() / bottom.sum())
    excess = float((a - n1 * (a + c) / total)[is_informative].sum())
    variance = float(
        (n1 * n0 * (a + c) * (b + d) / (total**2 * np.maximum(total - 1, 1)))[is_informative].sum()
    )
    test = excess**2 / variance
    corrected = max(abs(excess) - 0.5, 0.0) ** 2 / variance
    homogeneity = _breslow_day(
        a[is_informative], n1[is_informative], c[is_informative], n0[is_informative], odds_ratio
    )
    crude_odds_bottom = (crude_n1 - crude_a) * crude_c
    return Stratified(
        odds_ratio=odds_ratio,
        odds_ratio_interval=_log_interval(odds_ratio, _odds_variance(a, b, c, d, total)),
        share_ratio=share_ratio,
        share_ratio_interval=_log_interval(
            share_ratio, _share_variance(a, n1, c, n0, float(top.sum()), float(bottom.sum()))
        ),
        crude_odds_ratio=(
            float(crude_a * (crude_n0 - crude_c) / crude_odds_bottom) if crude_odds_bottom else None
        ),
        crude_share_ratio=float((crude_a / crude_n1) / (crude_c / crude_n0)) if crude_c else None,
        test=test,
        p_value=float(special.chdtrc(1, test)),
        corrected_test=corrected,
        corrected_p_value=float(special.chdtrc(1, corrected)),
        homogeneity=homogeneity,
        homogeneity_p_value=(
            None
            if homogeneity is None
            else float(special.chdtrc(int(is_informative.sum()) - 1, homogeneity))
        ),
        strata=int(is_informative.sum()),
    )


def _log_interval(ratio: float | None, variance: float | None) -> Interval | None:
    if ratio is None or variance is None:
        return None
    spread = math.exp(Z_95 * math.sqrt(variance))
    return ratio / spread, ratio * spread


def _odds_variance(a: Floats, b: Floats, c: Floats, d: Floats, total: Floats) -> float | None:
    """Variance of the log odds ratio (Robins, Breslow and Greenland)."""
    r, s = a * d / total, b * c / total
    p, q = (a + d) / total, (b + c) / total
    if r.sum() == 0 or s.sum() == 0:
        return None
    return float(
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
        + (q * s).sum() / (2 * s.sum() ** 2)
    )


def _share_variance(
    a: Floats, n1: Floats, c: Floats, n0: Floats, top: float, bottom: float
) -> float | None:
    """Variance of the log ratio of shares (Greenland and Robins)."""
    if top == 0:
        return None
    total = n1 + n0
    return float(((n1 * n0 * (a + c) - a * c * total) / total**2).sum() / (top * bottom))


def _breslow_day(
    a: Floats, n1: Floats, c: Floats, n0: Floats, odds_ratio: float | None
) -> float | None:
    """Breslow-Day statistic with Tarone's correction; None with one stratum or no log ratio."""
    if a.size < 2 or not odds_ratio:
        return None
    successes = a + c
    # The expected count e solves e (n0 - successes + e) = odds (n1 - e)(successes - e).
    square = 1 - odds_ratio
    linear = n0 - successes + odds_ratio * (n1 + successes)
    constant = -odds_ratio * n1 * successes
    root = np.sqrt(linear**2 - 4 * square * constant)
    expected = -2 * constant / (linear + root)
    variance = 1 / (
        1 / expected
        + 1 / (n1 - expected)
        + 1 / (successes - expected)
        + 1 / (n0 - successes + expected)
    )
    statistic = ((a - expected) ** 2 / variance).sum()
    tarone = (a - expected).sum() ** 2 / variance.sum()
    return float(statistic - tarone)

"""Shares and their comparison: "about 3 in 10", "1.4 times as often".

Formula: a share is successes / trials with Wilson's 95 % score interval. Two independent shares are
    compared by their difference (Newcombe's method 10: the Wilson intervals combined) or by their
    ratio: Katz's log interval for display beside Koopman's score interval, the one that is
    relied on, for it exists with zero successes too.
Unit: share; ratio.
Range: shares 0 to 1, differences -1 to 1, ratios 0 to infinity.
Empty case: a share of nothing is None. A ratio to a share of zero is None, its score interval is
    open upwards; Katz's interval is None where either count is zero, or both shares are 1.
Example:
    >>> [round(end, 4) for end in wilson_interval(81, 263)]
    [0.2553, 0.3662]
    >>> share_difference(56, 70, 48, 80).difference
    0.2
    >>> share_ratio(3, 10, 0, 10).ratio is None
    True

Source: Wilson 1927, JASA 22:209; Newcombe 1998, Statistics in Medicine 17:857 and 17:873; Katz et
    al. 1978, Biometrics 34:469; Koopman 1984, Biometrics 40:513.
"""

import math
from dataclasses import dataclass

from scipy import optimize, special

from metrics.survival import Z_95

Interval = tuple[float, float]

CHI_SQUARE_95 = Z_95**2
FEWEST_FOR_A_COMPARISON = 10
"""Below this many trials on either side, or 5 successes in total, a ratio is not put in words."""
FEWEST_SUCCESSES = 5


@dataclass(frozen=True)
class Proportion:
    """A share of `trials` with its 95 % Wilson interval."""

    successes: int
    trials: int
    share: float
    lower: float
    upper: float


@dataclass(frozen=True)
class ShareDifference:
    """First share minus second, with Newcombe's 95 % interval."""

    difference: float
    lower: float
    upper: float


@dataclass(frozen=True)
class ShareRatio:
    """First share over second.

    ratio: None if the second count is zero.
    interval: Koopman's score interval, None if both counts are zero (nothing is known of their
        ratio) or users cannot tell; its upper end may be `math.inf`.
    katz_interval: None where either count is zero, or both shares are 1.
    p_value: two-sided, of the pooled score test; None where both shares are 0, or both 1, or users
        cannot tell (`metrics/by_users.py`).
    is_small: too few trials or successes to be put in words.
    """

    ratio: float | None
    interval: Interval | None
    katz_interval: Interval | None
    p_value: float | None
    is_small: bool


def _check(successes: float, trials: float) -> None:
    if not 0 <= successes <= trials:
        raise ValueError("successes must lie between zero and the trials")


def wilson_interval(successes: float, trials: float, *, dispersion: float = 1.0) -> Interval | None:
    """Wilson's 95 % interval; None without trials.

    dispersion: variance over the binomial one, where trials come in clusters; at least 1.
    """
    _check(successes, trials)
    if trials == 0:
        return None
    z2 = CHI_SQUARE_95 * dispersion
    share = successes / trials
    middle = successes + z2 / 2
    half = math.sqrt(z2 * (trials * share * (1 - share) + z2 / 4))
    lower = (middle - half) / (trials + z2) if successes > 0 else 0.0
    upper = (middle + half) / (trials + z2) if successes < trials else 1.0
    return lower, upper


def proportion(successes: int, trials: int) -> Proportion | None:
    """A share with its interval; None without trials."""
    interval = wilson_interval(successes, trials)
    if interval is None:
        return None
    return Proportion(successes, trials, successes / trials, *interval)


def share_difference(
    successes_1: int, trials_1: int, successes_2: int, trials_2: int
) -> ShareDifference | None:
    """First share minus second; None if either has no trials."""
    first = proportion(successes_1, trials_1)
    second = proportion(successes_2, trials_2)
    if first is None or second is None:
        return None
    # Shares are divided only once, so that equal shares differ by exactly nothing.
    difference = (successes_1 * trials_2 - successes_2 * trials_1) / (trials_1 * trials_2)
    below = math.hypot(first.share - first.lower, second.upper - second.share)
    above = math.hypot(first.upper - first.share, second.share - second.lower)
    return ShareDifference(difference, difference - below, difference + above)


def _score_term(successes: int, trials: int, share: float) -> float:
    """(observed - expected)^2 / variance, in the form that stays exact at shares of 0 and 1."""
    rest = 1 - share
    if successes == trials:
        return trials * rest / share
    if successes == 0:
        return trials * share / rest
    return (successes - trials * share) ** 2 / (trials * share * rest)


def _koopman_chi_square(ratio: float, s1: int, n1: int, s2: int, n2: int) -> float:
    """Koopman's statistic for `ratio` = share 1 / share 2, at the likeliest such shares."""
    b = ratio * (n1 + s2) + s1 + n2
    root = math.sqrt(max(b * b - 4 * ratio * (n1 + n2) * (s1 + s2), 0.0))
    # The smaller root of the quadratic, in the form that does not cancel.
    share_2 = min(2 * (s1 + s2) / (b + root), 1.0)
    share_1 = min(ratio * share_2, 1.0)
    return _score_term(s1, n1, share_1) + _score_term(s2, n2, share_2)


def _koopman_interval(s1: int, n1: int, s2: int, n2: int, chi_square: float) -> Interval | None:
    if s1 == 0 and s2 == 0:
        return None

    def excess(log_ratio: float) -> float:
        return _koopman_chi_square(math.exp(log_ratio), s1, n1, s2, n2) - chi_square

    # The statistic falls to 0 at the estimate and rises on both sides; half a success stands in
    # where a count is zero, only to find a point inside the interval.
    inside = math.log(max(s1, 0.5) / n1) - math.log(max(s2, 0.5) / n2)
    far = 60.0
    lower = 0.0 if s1 == 0 else math.exp(optimize.brentq(excess, inside - far, inside, xtol=1e-12))
    upper = (
        math.inf if s2 == 0 else math.exp(optimize.brentq(excess, inside, inside + far, xtol=1e-12))
    )
    return lower, upper


def share_ratio(
    successes_1: int,
    trials_1: int,
    successes_2: int,
    trials_2: int,
    *,
    design_effect: float = 1.0,
) -> ShareRatio | None:
    """First share over second with both intervals; None if either has no trials.

    design_effect: variance of the log ratio over that of independent trials, where trials come in
        clusters (`metrics/by_users.py`); at least 1. Katz's interval is that of independent trials.
    """
    _check(successes_1, trials_1)
    _check(successes_2, trials_2)
    if trials_1 == 0 or trials_2 == 0:
        return None
    ratio = (successes_1 * trials_2) / (trials_1 * successes_2) if successes_2 else None
    katz = None
    if ratio and (successes_1 < trials_1 or successes_2 < trials_2):
        spread = Z_95 * math.sqrt(1 / successes_1 - 1 / trials_1 + 1 / successes_2 - 1 / trials_2)
        katz = ratio * math.exp(-spread), ratio * math.exp(spread)
    pooled = (successes_1 + successes_2) / (trials_1 + trials_2)
    p_value = None
    if 0 < pooled < 1:
        error = math.sqrt(pooled * (1 - pooled) * (1 / trials_1 + 1 / trials_2))
        z = (successes_1 / trials_1 - successes_2 / trials_2) / (error * math.sqrt(design_effect))
        p_value = float(special.erfc(abs(z) / math.sqrt(2)))
    return ShareRatio(
        ratio=ratio,
        interval=_koopman_interval(
            successes_1, trials_1, successes_2, trials_2, CHI_SQUARE_95 * design_effect
        ),
        katz_interval=katz,
        p_value=p_value,
        is_small=min(trials_1, trials_2) < FEWEST_FOR_A_COMPARISON
        or successes_1 + successes_2 < FEWEST_SUCCESSES,
    )

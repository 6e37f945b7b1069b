"""Shrunken shares: ranking venues by conversion without crowning the smallest.

Formula: beta-binomial empirical Bayes. All venues' true shares are taken to come from one beta
    distribution, fitted to their counts by maximum likelihood; each venue's share is then
    (successes + a) / (trials + a + b), with the 95 % interval of its beta posterior: few trials
    pull towards the average of all, many stand by themselves.
Unit: share.
Range: between the venue's own share and the average of all.
Empty case: None with fewer than two venues with trials; a venue without trials gets the average.
Example: 2 of 2 does not beat 60 of 100.
    >>> shares = shrunken_shares([2, 60, 20, 35, 10], [2, 100, 100, 100, 50])
    >>> shares[0].share < shares[1].share
    True

Source: Efron and Morris 1975, JASA 70:311; Griffiths 1973, Biometrics 29:637.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

LARGEST_PRIOR = 1e6
"""a + b where venues do not differ beyond chance: every share is then the average."""


@dataclass(frozen=True)
class ShrunkenShare:
    """A venue's share after shrinkage with its interval, 95 % unless another was asked for."""

    share: float
    lower: float
    upper: float


def beta_prior(successes: Sequence[float], trials: Sequence[float]) -> tuple[float, float] | None:
    """(a, b) of the beta distribution that fits the counts best; None with fewer than two."""
    s, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    if s.shape != n.shape or ((s < 0) | (s > n)).any():
        raise ValueError("successes must lie between zero and the trials")
    s, n = s[n > 0], n[n > 0]
    if s.size < 2:
        return None

    def loss(parameters: np.ndarray) -> float:
        mean, total = special.expit(parameters[0]), np.exp(parameters[1])
        a, b = mean * total, (1 - mean) * total
        return -float((special.betaln(s + a, n - s + b) - special.betaln(a, b)).sum())

    pooled = (s.sum() + 0.5) / (n.sum() + 1)
    fits = [
        optimize.minimize(
            loss,
            [special.logit(pooled), np.log(total)],
            method="L-BFGS-B",
            bounds=[(-20, 20), (np.log(0.01), np.log(LARGEST_PRIOR))],
        )
        for total in (2.0, 200.0)
    ]
    mean, total = min(fits, key=lambda fit: fit.fun).x
    share, weight = float(special.expit(mean)), float(np.exp(total))
    return share * weight, (1 - share) * weight


def shrunken_shares(
    successes: Sequence[float], trials: Sequence[float], *, confidence: float = 0.95
) -> list[ShrunkenShare] | None:
    """Every venue's shrunken share, in the order given, with its interval at the given confidence;
    None with fewer than two venues."""
    prior = beta_prior(successes, trials)
    if prior is None:
        return None
    a = np.asarray(successes, dtype=np.float64) + prior[0]
    b = np.asarray(trials, dtype=np.float64) - np.asarray(successes) + prior[1]
    return [
        ShrunkenShare(*row)
        for row in zip(
            (a / (a + b)).tolist(),
            special.betaincinv(a, b, (1 - confidence) / 2).tolist(),
            special.betaincinv(a, b, (1 + confidence) / 2).tolist(),
            strict=True,
        )
    ]

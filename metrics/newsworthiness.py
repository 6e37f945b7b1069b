"""Newsworthiness: which of a week's numbers are news, and which of these leads.

Formula: a week is held against the 8 weeks before, day by day against the same weekday. Only days
    watched at least 95 % as much as is usual there count, so that an outage makes no news. Expected
    is what those weekdays brought per watched time. The distance from it, z, is the nearer to zero
    of the score and of the square-root statistic, because each exaggerates in one tail. Counts that
    come in clusters widen it: by the dispersion of days within weekdays or of whole weeks,
    whichever is larger, never below Poisson's; where it had to be estimated, by Student's t.
    Everything asked of a week is judged together in families (the market, neighborhoods, venues,
    conversion) with Benjamini-Yekutieli, which holds whatever depends on what, at 5 % over all
    families. *News* survives that and changed by a fifth or more. Its score is the product of
    surprise (-log10 of the adjusted p, full at 6), size (|log2 of the ratio|, full at 2, four times
    as many), reach (how much of the market it is about) and freshness (a half where the week before
    told the same already). A week without news is quiet; one with fewer than 4 comparable days of
    7 was watched too little to say.
Unit: score, a number without one; ratio to what is usual.
Range: score 0 to 1.
Empty case: None where no day can be compared or nothing is usual; such a question is not asked.
Example: twice as many tables as in each of eight even weeks.
    >>> weeks = np.array([[20] * 56 + [40] * 7])
    >>> found = against_past_weeks(weeks, np.ones(63))[0]
    >>> found.observed, round(found.expected), round(found.ratio, 2), found.p_value < 1e-9
    (280, 140, 2.0, True)

Source: Benjamini and Yekutieli 2001, Annals of Statistics 29:1165; McCullagh and Nelder 1989, ch. 6
    (dispersion); the rest is a newsroom's rule of thumb.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from metrics.fully_booked import LEAST_EXPOSURE
from metrics.multiple import FALSE_DISCOVERY_RATE, adjusted_p_values
from metrics.survival import Floats

PAST_WEEKS = 8
FEWEST_PAST_DAYS = 4
FEWEST_COMPARABLE_DAYS = 4
FEWEST_EXPECTED = 5.0
"""Who usually brings fewer tables a week is not asked: too little to tell a change by."""
USUAL_WATCHING = 0.95
LEAST_CHANGE = 1.2
FULL_SURPRISE = 6.0
FULL_SIZE = 2.0
TOLD_BEFORE = 0.5
FAMILIES = 5
"""The market, neighborhoods, venues, trends, conversion: each may be wrong a fifth of 5 %."""


class WeekKind(StrEnum):
    """What sort of week it was for a newsroom."""

    NEWS = "news"
    QUIET = "quiet"
    EARLY = "too early"
    THIN = "not watched enough"


@dataclass(frozen=True)
class Departure:
    """Observed tables against what is usual for the days compared.

    ratio: observed over expected, with its 95 % interval. n_days: days of the week that were
    compared. dispersion: the factor that widened the interval.
    """

    observed: int
    expected: float
    ratio: float
    lower: float
    upper: float
    p_value: float
    dispersion: float
    n_days: int


@dataclass(frozen=True)
class Question:
    """Something asked of the week.

    reach: 0 to 1, how much of the market it is about. ratio: to what is usual, None where there is
    no usual. is_told_before: the week before said the same already.
    """

    p_value: float | None
    ratio: float | None
    reach: float = 1.0
    is_told_before: bool = False


@dataclass(frozen=True)
class Newsworthiness:
    """The answer: the p-value adjusted for everything asked, whether it is news, and the score."""

    adjusted_p: float | None
    is_news: bool
    surprise: float
    size: float
    freshness: float
    score: float


def comparable_days(exposure: ArrayLike) -> NDArray[np.bool_]:
    """Which days were watched about as much as is usual there, shape (days,).

    >>> comparable_days([1.0, 0.6, 1.0, 0.97, 0.0]).tolist()
    [True, False, True, True, False]
    """
    shares = np.asarray(exposure, dtype=np.float64)
    watched = shares[shares > 0]
    usual = float(np.median(watched)) if watched.size else 1.0
    result: NDArray[np.bool_] = shares >= max(USUAL_WATCHING * usual, LEAST_EXPOSURE)
    return result


def against_past_weeks(
    daily_counts: ArrayLike, exposure: ArrayLike, days: Sequence[int] = range(7)
) -> list[Departure | None]:
    """The last week of each row against the weeks before it.

    daily_counts: shape (subjects, 7 * weeks), from a Monday on, the week in question last.
    exposure: the observed share of each day, shape (7 * weeks,).
    days: which days of the week to compare, 0 is Monday.
    """
    counts = np.asarray(daily_counts, dtype=np.float64)
    shares = np.asarray(exposure, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[1] != shares.size or shares.size % 7:
        raise ValueError("one exposure a day is needed, of whole weeks")
    is_usable = comparable_days(shares).reshape(-1, 7)
    weeks = shares.size // 7
    count = counts.reshape(-1, weeks, 7)
    share = np.where(is_usable, shares.reshape(weeks, 7), 0.0)
    is_past = is_usable[:-1]
    enough = is_past.sum(axis=0) >= FEWEST_PAST_DAYS
    chosen = [day for day in days if is_usable[-1, day] and enough[day]]
    if not chosen:
        return [None] * len(counts)
    past_share = share[:-1]
    past = np.where(past_share > 0, count[:, :-1], 0.0)
    total_share = np.maximum(past_share.sum(axis=0), LEAST_EXPOSURE)
    rate = past.sum(axis=1) / total_share
    # Dispersion is one of the subject: days that are not asked about tell of it too.
    dispersion, freedom = _dispersions(past[:, :, enough], past_share[:, enough], rate[:, enough])
    rate, this_share, total_share = rate[:, chosen], share[-1][chosen], total_share[chosen]
    expected = (rate * this_share).sum(axis=1)
    # The past is a sample too: its own noise adds to the week's.
    widening = (rate * (this_share + this_share**2 / total_share)).sum(axis=1)
    this = count[:, -1][:, chosen]
    observed = this.sum(axis=1)
    found: list[Departure | None] = []
    for row in range(len(counts)):
        if expected[row] <= 0:
            found.append(None)
            continue
        found.append(
            _departure(
                float(observed[row]),
                float(expected[row]),
                float(widening[row] / expected[row]),
                float(dispersion[row]),
                float(freedom[row]),
                len(chosen),
            )
        )
    return found


def _dispersions(past: Floats, share: Floats, rate: Floats) -> tuple[Floats, Floats]:
    """(dispersion, degrees of freedom) of each row: of days or of weeks, whichever is larger.

    past: shape (subjects, weeks, days). share: (weeks, days). rate: (subjects, days).
    """
    mean = rate[:, np.newaxis] * share
    residual = past - mean
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.where(mean > 0, residual**2 / mean, 0.0).sum(axis=(1, 2))
    free_days = np.where(rate > 0, (share > 0).sum(axis=0) - 1, 0).sum(axis=1)
    by_day = squares / np.maximum(free_days, 1)
    weekly = mean.sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_week = np.where(weekly > 0, residual.sum(axis=2) ** 2 / weekly, 0.0)
    free_weeks = np.maximum((weekly > 0).sum(axis=1) - 1, 1)
    by_week = of_week.sum(axis=1) / free_weeks
    dispersion = np.maximum(np.maximum(by_day, by_week), 1.0)
    freedom = np.where(by_week > by_day, free_weeks, np.maximum(free_days, 1)).astype(np.float64)
    return dispersion, np.where(dispersion > 1, freedom, math.inf)


def _departure(
    observed: float,
    expected: float,
    widening: float,
    dispersion: float,
    freedom: float,
    n_days: int,
) -> Departure:
    scale = math.sqrt(dispersion * widening)
    score = (observed - expected) / (math.sqrt(expected) * scale)
    root = 2 * (math.sqrt(observed + 0.375) - math.sqrt(expected + 0.375)) / scale
    z = min(abs(score), abs(root))
    reach = float(special.stdtrit(freedom, 0.975)) * scale / 2
    # The interval of a square root, squared: it stays above zero and widens with the count.
    middle = math.sqrt(observed + 0.375)
    low, high = max(middle - reach, 0.0) ** 2, (middle + reach) ** 2
    return Departure(
        observed=round(observed),
        expected=expected,
        ratio=observed / expected,
        lower=min(max(low - 0.375, 0.0), observed) / expected,
        upper=max(high - 0.375, observed) / expected,
        p_value=2 * float(special.stdtr(freedom, -z)),
        dispersion=dispersion,
        n_days=n_days,
    )


def newsworthiness(
    families: Mapping[str, Sequence[Question]],
) -> dict[str, list[Newsworthiness]]:
    """Every question's answer, in the order asked, judged together.

    >>> found = newsworthiness({"market": [Question(1e-9, 2.0), Question(0.3, 0.9)]})["market"]
    >>> [answer.is_news for answer in found], round(found[0].score, 2)
    ([True, False], 0.5)
    """
    answers = {}
    for family, questions in families.items():
        adjusted = adjusted_p_values([question.p_value for question in questions], method="by")
        answers[family] = [
            _answer(question, None if p is None else min(p * FAMILIES, 1.0))
            for question, p in zip(questions, adjusted, strict=True)
        ]
    return answers


def _answer(question: Question, adjusted_p: float | None) -> Newsworthiness:
    ratio = question.ratio
    surprise = 0.0 if adjusted_p is None else -math.log10(max(adjusted_p, 1e-300)) / FULL_SURPRISE
    surprise = min(surprise, 1.0)
    size = 1.0 if ratio == 0 else 0.0 if ratio is None else abs(math.log2(ratio)) / FULL_SIZE
    size = min(size, 1.0)
    freshness = TOLD_BEFORE if question.is_told_before else 1.0
    is_large = ratio is not None and (ratio >= LEAST_CHANGE or ratio * LEAST_CHANGE <= 1)
    return Newsworthiness(
        adjusted_p=adjusted_p,
        is_news=adjusted_p is not None and adjusted_p <= FALSE_DISCOVERY_RATE and is_large,
        surprise=surprise,
        size=size,
        freshness=freshness,
        score=surprise * size * question.reach * freshness,
    )


def week_kind(n_comparable_days: int, n_answered: int, *, has_news: bool) -> WeekKind:
    """What sort of week: by its days that can be compared, what could be asked, and the answers.

    >>> str(week_kind(7, 12, has_news=False)), str(week_kind(3, 12, has_news=False))
    ('quiet', 'not watched enough')
    """
    if n_comparable_days < FEWEST_COMPARABLE_DAYS:
        return WeekKind.THIN
    if n_answered == 0:
        return WeekKind.EARLY
    return WeekKind.NEWS if has_news else WeekKind.QUIET

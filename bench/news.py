"""False news on flat worlds: weeks in which nothing happened, asked what every edition asks.

`python -m bench.news` draws 400 worlds from fixed seeds and prints how many printed items were
called news, and how often a planted story leads; it exits 1 above 5 % false news. Worlds are drawn
at the level of the formulas (daily counts in clusters, days with outages), as in bench/truth.py; no
database is involved.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.truth import clustered_counts
from db.insights.week_questions import NEIGHBORHOOD_REACH, VENUE_REACH
from metrics.newsworthiness import (
    FEWEST_EXPECTED,
    Question,
    against_past_weeks,
    newsworthiness,
)
from metrics.survival import Floats
from metrics.trend import trend_labels, weekly_trends

WORLDS = 400
SEED = 20261121
WEEKS = 9
VENUES = 60
NEIGHBORHOODS = 8
TREND_WEEKS = 26
ITEMS = 5
"""An edition prints at least so many items; news comes on top only beyond them."""
ALLOWED = 0.05


@dataclass(frozen=True)
class FlatEditions:
    """Printed items of so many editions, how many were news, and of how many editions."""

    worlds: int
    items: int
    false_news: int
    editions_with_news: int
    naive_news: int


def flat_editions(worlds: int, seed: int) -> FlatEditions:
    """Editions of weeks in which every venue keeps its own rate. Naive: each question at 5 %."""
    rng = np.random.default_rng(seed)
    items, news, with_news, naive = 0, 0, 0, 0
    for _ in range(worlds):
        families = _questions(rng)
        answers = newsworthiness(families)
        found = sum(answer.is_news for rows in answers.values() for answer in rows)
        naive += sum(
            question.p_value is not None and question.p_value <= ALLOWED
            for rows in families.values()
            for question in rows
        )
        items += max(ITEMS, found)
        news += found
        with_news += found > 0
    return FlatEditions(worlds, items, news, with_news, naive)


def stories_that_lead(worlds: int, seed: int, *, where: str) -> float:
    """The share of worlds in which a planted story has the highest score of all that is news.

    where: "market", every venue at twice its rate from Friday on; or "venue", one of at least three
    tables a day at three times its rate all week.
    """
    rng = np.random.default_rng(seed)
    leads = 0
    for _ in range(worlds):
        families = _questions(rng, planted=where)
        answers = newsworthiness(families)
        news = [
            (answer.score, family, at)
            for family, rows in answers.items()
            for at, answer in enumerate(rows)
            if answer.is_news
        ]
        _, family, at = max(news, default=(0.0, "", 0))
        leads += family == "market" if where == "market" else (family, at) == ("venues", 0)
    return leads / worlds


def _questions(
    rng: np.random.Generator, planted: str | None = None
) -> Mapping[str, Sequence[Question]]:
    exposure = _exposure(rng)
    rate = np.exp(rng.uniform(np.log(0.2), np.log(12), VENUES))
    weekday = rng.dirichlet(np.full(7, 20.0)) * 7
    mean = rate[:, np.newaxis] * np.tile(weekday, WEEKS) * exposure
    # A market-wide factor a day: what clusters in one venue clusters in all of them.
    mean = mean * rng.gamma(60, 1 / 60, 7 * WEEKS)
    if planted == "market":
        mean[:, -3:] *= 2
    elif planted == "venue":
        mean[0] = rng.uniform(3, 10) * exposure
        mean[0, -7:] *= 3
    counts = clustered_counts(rng, mean, rng.uniform(1.0, 3.0))
    places = np.array([counts[at::NEIGHBORHOODS].sum(axis=0) for at in range(NEIGHBORHOODS)])
    parts = rng.multinomial(counts.sum(axis=0).astype(np.int64), [0.4, 0.35, 0.25]).T
    whole = counts.sum(axis=0)[np.newaxis]
    prime = rng.binomial(whole.astype(np.int64), 0.4)
    market = [
        *_asked(np.vstack([whole, prime, parts]), exposure),
        *(one for day in range(7) for one in _asked(whole, exposure, [day])),
    ]
    return {
        "market": market,
        "neighborhoods": _asked(places, exposure, reach=NEIGHBORHOOD_REACH),
        "venues": _asked(counts, exposure, reach=VENUE_REACH),
        "trends": _trends(rng, rate),
    }


def _asked(
    counts: Floats, exposure: Floats, days: Sequence[int] = range(7), *, reach: float = 1.0
) -> list[Question]:
    return [
        Question(found.p_value, found.ratio, reach)
        for found in against_past_weeks(counts, exposure, days)
        if found is not None and found.expected >= FEWEST_EXPECTED
    ]


def _trends(rng: np.random.Generator, rate: Floats) -> list[Question]:
    days = np.full(TREND_WEEKS, 7.0)
    counts = clustered_counts(rng, rate[:, np.newaxis] * days, rng.uniform(1.0, 3.0))
    found = weekly_trends(counts, days)
    labels = trend_labels(found)
    return [
        Question(trend.p_value, (1 + trend.change_per_week) ** trend.weeks if label else 1.0)
        for trend, label in zip(found, labels, strict=True)
        if trend is not None
    ]


def _exposure(rng: np.random.Generator) -> Floats:
    """Most days whole, one in twelve partly or not watched."""
    kinds = rng.choice(3, size=7 * WEEKS, p=[0.92, 0.05, 0.03])
    partly = rng.uniform(0.3, 0.99, kinds.size)
    exposure: Floats = np.choose(kinds, [np.ones(kinds.size), partly, np.zeros(kinds.size)])
    return exposure


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the shares; 1 if too much was false."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    found = flat_editions(options.worlds, options.seed)
    share = found.false_news / found.items
    print(
        f"{found.worlds} flat worlds, {found.items} printed items: {found.false_news} false news "
        f"({share:.1%}; at most {ALLOWED:.0%}), in {found.editions_with_news} editions "
        f"({found.editions_with_news / found.worlds:.1%}); each question asked alone at 5 %: "
        f"{found.naive_news / found.worlds:.1f} an edition"
    )
    leads = {
        where: stories_that_lead(options.worlds, options.seed, where=where)
        for where in ("market", "venue")
    }
    print(
        f"planted stories that lead: {leads['market']:.1%} of spikes of the market, "
        f"{leads['venue']:.1%} of venues at three times their rate"
    )
    return 0 if share <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())

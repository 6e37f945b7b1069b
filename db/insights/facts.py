"""Facts: what may be printed about a venue or a market, the same for pages, API and digest.

Assembled from stored windows and the rollup, worded and judged by `metrics/facts.py`. Each carries
the window and coverage it rests on and the link to where it can be seen.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any
from urllib.parse import urlencode

import pandas as pd
from numpy.typing import NDArray

from db.engine import Engine
from db.insights.durations import open_duration
from db.insights.market import latest_as_of, markets_asked_for
from db.insights.ranks import rolling_rows, with_ranks
from db.insights.supply import week_over_week
from db.insights.timing import CLOCK_DAYS, release_clock
from db.insights.trends import trend_of, trends
from db.insights.venues import VenueFacts, venue
from db.insights.watched import watched_market
from db.market_days import SPIKE_WEEKS, WEEK, against_weekday, daily_drops, last_hours, supply_hours
from db.watching import Market, dates_between
from metrics.catchable import CatchableRate, catchable_rates
from metrics.coverage import Coverage
from metrics.facts import (
    Fact,
    FactContext,
    catchable_fact,
    fully_booked_fact,
    rank_fact,
    release_clock_fact,
    spike_fact,
    tier_fact,
    tightness_fact,
    trend_fact,
    typical_open_time_fact,
    week_over_week_fact,
)
from metrics.fully_booked import fully_booked_share
from metrics.ranks import RankBand
from metrics.survival_ranges import none_if_nan
from metrics.tiers import tier_of
from metrics.trend import Direction

FACT_DAYS = 28
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Beside:
    """Where a market's ranking (of a market, a day, a window's days) and its trends (of a market, a
    day) come from: each of its venues is judged beside all the others."""

    ranking: Callable[[str, date, int], pd.DataFrame]
    trends: Callable[[str, date], pd.DataFrame]


def read_once(engine: Engine) -> Beside:
    """Of the database; once for several venues of a market."""

    def ranking(market_id: str, as_of: date, window_days: int) -> pd.DataFrame:
        return with_ranks(rolling_rows(engine, {market_id: as_of}, window_days))

    return Beside(cache(ranking), cache(partial(trends, engine)))


def venue_facts(
    engine: Engine,
    venue_id: str,
    as_of: date,
    *,
    now: datetime,
    window_days: int = FACT_DAYS,
    beside: Beside | None = None,
) -> list[Fact]:
    """What may be said of a venue over the window that ends on `as_of`, or the last scored day
    before: typical open time, catchable tables, tier, rank, fully booked, trend, the last week
    against the one before, release clock.

    beside: for whoever has read the market's ranking and trends already. Empty before the market's
    first scoring. Raises `UnknownVenueError`.
    """
    beside = beside or read_once(engine)
    facts = venue(engine, venue_id)
    end = latest_as_of(engine, facts.market_id, window_days, not_after=as_of)
    with engine.connect() as connection:
        market = watched_market(connection, facts.market_id, now)
        if market is None or end is None:
            return []
        about = About(engine, market, f"/venue?{_query(venue=venue_id, to=end, over=window_days)}")
        first = end - (window_days - 1) * DAY
        exposure = market.exposure(connection, first, end)
    context = about.context(first, end)
    curve = open_duration(engine, venue_id=venue_id, first=first, last=end, now=now)
    ranked = beside.ranking(facts.market_id, end, window_days)
    moving = beside.trends(facts.market_id, end)
    return [
        typical_open_time_fact(facts.name, curve, context),
        *_window_facts(facts, ranked, window_days, exposure, context),
        _trend_fact(facts, moving, about, context),
        _week_fact(engine, f"at {facts.name}", {"venue_id": venue_id}, end, about),
        release_clock_fact(
            facts.name,
            release_clock(engine, venue_id, end),
            about.context(end - (CLOCK_DAYS - 1) * DAY, end),
        ),
    ]


def market_facts(engine: Engine, market_id: str, as_of: date, *, now: datetime) -> list[Fact]:
    """What may be said of a market as of a day: tightness at its last full hour, how the last
    complete day compares and which of the last seven stood out, the last week against the one
    before.

    Empty before the market's first scoring. Raises `UnknownMarketError`.
    """
    name = str(markets_asked_for(engine, market_id)["name"].iloc[0])
    with engine.connect() as connection:
        market = watched_market(connection, market_id, now)
        if market is None:
            return []
        about = About(engine, market, f"/market?{_query(market=market_id, weeks_to=as_of)}")
        last = min(as_of, market.complete_through())
        drops = daily_drops(connection, market, last - 6 * DAY - SPIKE_WEEKS * WEEK, last)
        days = {day: against_weekday(drops, day) for day in dates_between(last - 6 * DAY, last)}
        hours = last_hours(supply_hours(connection, market, as_of, as_of))
    hour = hours.get(as_of)
    return [
        tightness_fact(
            name,
            None if hour is None else hour.tightness,
            None if hour is None else hour.hour,
            about.context(as_of, as_of),
        ),
        *(
            spike_fact(name, day, found, about.context(day, day))
            for day, found in days.items()
            if day == last or (found is not None and found.is_spike)
        ),
        _week_fact(engine, f"in {name}", {"market_id": market_id}, as_of, about),
    ]


def trend_facts(
    engine: Engine, market_id: str, as_of: date, venue_ids: Sequence[str], *, now: datetime
) -> list[Fact]:
    """Whether venues of a market get harder or easier, in the order asked for; as in `venue_facts`,
    but of several at once. Venues with too little to tell a trend from have none."""
    found = trends(engine, market_id, as_of).set_index("venue_id")
    asked = [venue_id for venue_id in venue_ids if venue_id in found.index]
    with engine.connect() as connection:
        market = watched_market(connection, market_id, now)
    if market is None or not asked:
        return []
    facts = []
    contexts: dict[int, FactContext] = {}
    for row in found.loc[asked].reset_index().to_dict("records"):
        sunday = row["as_of_date"]
        if row["weeks"] not in contexts:
            first = sunday - row["weeks"] * WEEK + DAY
            contexts[row["weeks"]] = About(engine, market, "").context(first, sunday)
        link = f"/venue?{_query(venue=row['venue_id'], to=as_of, over=FACT_DAYS)}"
        facts.append(
            trend_fact(
                row["name"],
                trend_of(row),
                None if row["label"] is None else Direction(row["label"]),
                replace(contexts[row["weeks"]], permalink=link),
            )
        )
    return facts


def fact_as_json(fact: Fact) -> dict[str, Any]:
    """The fact as JSON can hold it; an open end of an interval is None."""
    coverage = fact.context.coverage
    return {
        "kind": fact.kind,
        "verdict": str(fact.verdict),
        "printable": fact.printable,
        "sentence": fact.sentence,
        "hedged_sentence": fact.hedged_sentence,
        "reason": fact.reason,
        "number": _finite(fact.number),
        "unit": fact.unit,
        "n": fact.n,
        "interval": None if fact.interval is None else [_finite(end) for end in fact.interval],
        "first_date": fact.context.first_date,
        "last_date": fact.context.last_date,
        "coverage_rate": None if coverage is None else coverage.share,
        "is_coverage_assumed": coverage is not None and coverage.is_assumed,
        "source_line": fact.source_line,
        "permalink": fact.context.permalink,
        "method_version": fact.method_version,
    }


class About:
    """A subject's link and its market's watching: contexts of any window."""

    def __init__(self, engine: Engine, market: Market, permalink: str) -> None:
        self.engine = engine
        self.market = market
        self.permalink = permalink

    def context(self, first: date, last: date) -> FactContext:
        """The window with its coverage; days before the market's first event do not count."""
        first = min(max(first, self.market.first_date), last)
        with self.engine.connect() as connection:
            exposure = self.market.exposure(connection, first, last)
        share = min(float(exposure.mean()), 1.0)
        is_assumed = bool(self.market.assumed_days(first, last).any())
        coverage = Coverage(share, is_assumed=is_assumed)
        return FactContext(first, last, coverage, self.permalink)


def _window_facts(
    facts: VenueFacts,
    ranked: pd.DataFrame,
    window_days: int,
    exposure: NDArray[Any],
    context: FactContext,
) -> list[Fact]:
    """What the venue's row of the ranking says; it has none without a drop in 90 days."""
    found = ranked[ranked["venue_id"] == facts.venue_id].to_dict("records")
    row = found[0] if found else None
    rate = None if row is None else _rate(row)
    band = tier_of(*((None, None) if rate is None else (rate.lower, rate.upper)))
    rank, level_with = None, []
    if row is not None and none_if_nan(row["rank"]) is not None:
        rank = RankBand(
            *(int(row[name]) for name in ("rank", "rank_lower", "rank_upper", "rank_tied"))
        )
        level = ranked[(ranked["rank"] == row["rank"]) & (ranked["venue_id"] != facts.venue_id)]
        level_with = level["name"].tolist()
    daily = [0] * window_days if row is None else row["daily_prime_drops"]
    return [
        catchable_fact(facts.name, rate, context),
        tier_fact(facts.name, rate, band, context),
        rank_fact(
            facts.name, rank, int(ranked["rank"].notna().sum()), context, level_with=level_with
        ),
        fully_booked_fact(facts.name, fully_booked_share(daily, exposure), context),
    ]


def _rate(row: dict[Any, Any]) -> CatchableRate | None:
    """The catchable rate whose sums the row holds; None if nobody watched."""
    if none_if_nan(row["catchable_per_week"]) is None:
        return None
    rates = catchable_rates(
        row["catchable_drops"],
        row["observed_days"],
        row["catchable_squares"],
        row["watched_days"],
        row["lasting_rate"],
        row["lasting_log_variance"],
    )
    return CatchableRate(
        per_week=row["catchable_per_week"],
        lower=row["catchable_lower"],
        upper=row["catchable_upper"],
        n_prime_drops=int(row["catchable_drops"]),
        observed_days=row["observed_days"],
        dispersion=float(rates.dispersion),
        survival=none_if_nan(row["lasting_rate"]),
    )


def _trend_fact(
    facts: VenueFacts, moving: pd.DataFrame, about: About, context: FactContext
) -> Fact:
    rows = moving[moving["venue_id"] == facts.venue_id].to_dict("records")
    if not rows:
        return trend_fact(facts.name, None, None, context)
    row = rows[0]
    label = None if row["label"] is None else Direction(row["label"])
    sunday = row["as_of_date"]
    window = about.context(sunday - row["weeks"] * WEEK + DAY, sunday)
    return trend_fact(facts.name, trend_of(row), label, window)


def _week_fact(
    engine: Engine, name: str, subject: dict[str, str], as_of: date, about: About
) -> Fact:
    found = week_over_week(engine, **subject, as_of=as_of, now=about.market.now)
    assert found is not None  # the market has been scored
    context = about.context(found.last_date - 13 * DAY, found.last_date)
    return week_over_week_fact(name, found.last_count, found.previous_count, found.ratio, context)


def _query(**parts: object) -> str:
    return urlencode({name: str(value) for name, value in parts.items()})


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value

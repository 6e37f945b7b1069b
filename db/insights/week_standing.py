"""What stands in every edition: the hardest ten and how they moved, patterns, extremes of the week.

None of it claims to be news; each is a fact with its interval, window and link like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from db.engine import Engine
from db.insights.days import market_days, weekday_sides
from db.insights.facts import About, read_once, venue_facts
from db.insights.frames import frame
from db.insights.market import latest_as_of
from db.insights.patterns import prime_pattern
from db.insights.ranks import open_time_refusal, rolling_rows, with_ranks
from db.insights.timing import weekday_hours
from db.insights.week_extremes import extremes
from db.watching import Market
from metrics.extreme_facts import extremes_caption
from metrics.facts import Fact, FactContext
from metrics.proportions import proportion
from metrics.survival_ranges import none_if_nan
from metrics.week_facts import (
    busiest_hour_fact,
    first_seen_fact,
    level_fact,
    new_entries_fact,
    none_caught_fact,
    prime_share_fact,
)
from metrics.weekday_facts import weekday_pattern_fact, weekdays_caption
from metrics.weekday_pattern import weekday_intervals
from metrics.wording import hour_range_words

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
RANKED_DAYS = 28
RANKED = 10
NAMED_FIRST_SEEN = 5
LEAST_HISTORY = 8 * WEEK  # before that, everything is seen for the first time
# Named, so that what readers of pages get on top makes no other edition.
WEEKDAY_COLUMNS = [
    "weekday", "prime", "off_peak", "prime_time_drops", "off_peak_drops", "observed_days",
    "prime_interval", "off_peak_interval",
]  # fmt: skip
VENUE_KINDS = ("rank", "catchable", "typical_open_time", "release_clock", "fully_booked")


@dataclass(frozen=True)
class Standing:
    """hardest: up to ten rows, hardest first, with the rank of the Sunday before (None: not ranked
    then). weekdays: columns WEEKDAY_COLUMNS, `weekdays_about` beneath them. pattern, prime,
    tightest, loosest, new_entries, first_seen: None where there is nothing to tell;
    extremes_about: why an extreme that was compared is not told. facts: (key, fact) to choose
    from."""

    ranked_date: date | None
    ranked_venues: int
    hardest: Sequence[dict[str, Any]]
    weekdays: Sequence[dict[str, Any]]
    weekdays_about: str
    pattern: Fact
    prime: Fact
    tightest: Fact | None
    loosest: Fact | None
    extremes_about: str | None
    new_entries: Fact | None
    first_seen: Fact | None
    facts: Sequence[tuple[str, Fact]]


def standing(
    engine: Engine,
    market: Market,
    about: About,
    place: str,
    first: date,
    last: date,
    end_at: datetime,
) -> Standing:
    """The week's standing parts; `about` makes contexts of windows."""
    market_id = str(market.row.market_id)
    week = about.context(first, last)
    ranked_date, ranked, hardest = _hardest(engine, market_id, last)
    hardest_link = f"/hardest?market={market_id}&window={RANKED_DAYS}&as_of={ranked_date or last}"
    month = about.context(last - (RANKED_DAYS - 1) * DAY, last)
    ranked_context = replace(month, permalink=hardest_link)
    days = market_days(engine, market_id, month.first_date, last, now=end_at)
    weekdays = _weekdays(days)
    timing_link = f"/timing?market={market_id}&days=28&days_to={last}"
    pattern = weekday_pattern_fact(
        place, prime_pattern(days), replace(month, permalink=timing_link)
    )
    in_week = days[days["window_date"] >= first]
    prime_words = hour_range_words(market.row.prime_start_hour, market.row.prime_end_hour - 1)
    week_link = f"/market?market={market_id}&weeks=4&weeks_to={last}"
    prime = prime_share_fact(
        place,
        proportion(int(in_week["prime_time_drops"].sum()), int(in_week["drops"].sum())),
        prime_words,
        replace(week, permalink=week_link),
    )
    tightest, loosest = extremes(engine, about, place, days, first, week_link, end_at)
    newcomers = [row for row in hardest if row["previous_rank"] is None or row["is_new"]]
    had_ranking = any(row["previous_rank"] is not None for row in hardest)
    hours = weekday_hours(engine, market_id, first, last, "opened_hour", now=end_at)
    busiest = busiest_hour_fact(
        place,
        hours.new_drops.sum(axis=0).tolist(),
        replace(week, permalink=f"/timing?market={market_id}&days=7&days_to={last}"),
    )
    of_venues = _venue_facts(engine, hardest, last, end_at)
    if len(level := ranked[ranked["rank"] == 1]) > 1:
        of_venues = _told_together(level, len(ranked), of_venues, ranked_context)
    facts = [*of_venues[:2], ("busiest_hour", busiest), *of_venues[2:]]
    return Standing(
        ranked_date=ranked_date,
        ranked_venues=len(ranked),
        hardest=hardest,
        weekdays=weekdays[WEEKDAY_COLUMNS].to_dict("records"),
        weekdays_about=weekdays_caption(pattern, _unusual(days), last, len(days)),
        pattern=pattern,
        prime=prime,
        tightest=tightest,
        loosest=loosest,
        extremes_about=extremes_caption(tightest, loosest),
        new_entries=(
            new_entries_fact(
                [row["name"] for row in newcomers],
                sum(row["previous_rank"] is not None and not row["has_moved"] for row in newcomers),
                len(ranked),
                ranked_context,
            )
            if newcomers and had_ranking
            else None
        ),
        first_seen=_first_seen(engine, market, first, last, replace(week, permalink=week_link)),
        facts=facts,
    )


def venue_link(venue_id: str, last: date, over: int) -> str:
    """The venue's page over the days that end on a day."""
    return f"/venue?{urlencode({'venue': venue_id, 'to': str(last), 'over': over})}"


def _hardest(
    engine: Engine, market_id: str, last: date
) -> tuple[date | None, pd.DataFrame, list[dict[str, Any]]]:
    """(day of the ranking, the ranking, the hardest of it)."""
    as_of = latest_as_of(engine, market_id, RANKED_DAYS, not_after=last)
    if as_of is None or as_of <= last - WEEK:
        return None, pd.DataFrame(columns=["rank"]), []
    ranked = with_ranks(rolling_rows(engine, {market_id: as_of}, RANKED_DAYS))
    ranked = ranked[ranked["rank"].notna()]
    earlier_date = latest_as_of(engine, market_id, RANKED_DAYS, not_after=last - WEEK)
    earlier = {}
    if earlier_date is not None:
        rows = with_ranks(rolling_rows(engine, {market_id: earlier_date}, RANKED_DAYS))
        rows = rows[rows["rank"].notna()]
        columns = ["rank", "rank_lower", "rank_upper", "rank_tied"]
        earlier = rows.set_index("venue_id")[columns].to_dict("index")
    return (
        as_of,
        ranked,
        [
            {**_row(row, earlier), "typical_open_refusal": open_time_refusal(pd.Series(row))}
            for row in ranked.head(RANKED).to_dict("records")
        ],
    )


def _row(row: dict[Any, Any], earlier: dict[Any, dict[str, float]]) -> dict[str, Any]:
    before = earlier.get(row["venue_id"])
    return {
        "venue_id": row["venue_id"],
        "name": row["name"],
        "neighborhood": row["neighborhood"],
        "catchable_per_week": row["catchable_per_week"],
        "catchable_lower": row["catchable_lower"],
        "catchable_upper": row["catchable_upper"],
        "scarcity_score": row["scarcity_score"],
        "typical_open_seconds": none_if_nan(row["typical_open_seconds"]),
        "new_drop_count": int(row["new_drop_count"]),
        "rank": int(row["rank"]),
        "rank_lower": int(row["rank_lower"]),
        "rank_upper": int(row["rank_upper"]),
        "rank_tied": int(row["rank_tied"]),
        "previous_rank": None if before is None else int(before["rank"]),
        "previous_rank_tied": None if before is None else int(before["rank_tied"]),
        # Bands that do not overlap: the move is more than the noise of two rankings.
        "has_moved": before is not None
        and (before["rank_lower"] > row["rank_upper"] or before["rank_upper"] < row["rank_lower"]),
        "is_new": before is None or before["rank"] > RANKED,
    }


def _weekdays(days: pd.DataFrame) -> pd.DataFrame:
    """`weekday_sides` with the interval of each rate; days: consecutive rows of `market_days`."""
    found = weekday_sides(days)
    for side in ("prime", "off_peak"):
        intervals = weekday_intervals(
            days[f"{side}_time_drops" if side == "prime" else f"{side}_drops"],
            days["coverage_rate"],
            first_weekday=days["window_date"].iloc[0].weekday(),
        )
        found[f"{side}_interval"] = [
            None if (ends := intervals[weekday]) is None else list(ends)
            for weekday in found["weekday"]
        ]
    return found


def _unusual(days: pd.DataFrame) -> list[tuple[date, date]]:
    """Stretches of days that stood out, as (first, last)."""
    found: list[tuple[date, date]] = []
    for day in days.loc[days["is_spike"].astype(bool), "window_date"]:
        if found and found[-1][1] + DAY == day:
            found[-1] = found[-1][0], day
        else:
            found.append((day, day))
    return found


def _venue_facts(
    engine: Engine, hardest: Sequence[dict[str, Any]], last: date, end_at: datetime
) -> list[tuple[str, Fact]]:
    """Of the three hardest venues, one kind after the other, so that several come to be told of."""
    found: dict[tuple[str, int], Fact] = {}
    beside = read_once(engine)
    for place, row in enumerate(hardest[:3]):
        for fact in venue_facts(engine, row["venue_id"], last, now=end_at, beside=beside):
            found[fact.kind, place] = fact
    keys = [(kind, place) for place in range(3) for kind in VENUE_KINDS]
    # The hardest's rank first, then how long its tables last, then the others' clocks.
    keys.sort(key=lambda key: (VENUE_KINDS.index(key[0]) + key[1] * 2, key[1]))
    return [
        (f"{kind}:{hardest[place]['venue_id']}", found[kind, place])
        for kind, place in keys
        if (kind, place) in found
    ]


def _told_together(
    level: pd.DataFrame,
    ranked: int,
    facts: Sequence[tuple[str, Fact]],
    context: FactContext,
) -> list[tuple[str, Fact]]:
    """The facts with one for all venues that are level at the top in place of one for each: which
    of them comes first is the alphabet's doing."""
    names = level["name"].tolist()
    band = int(level["rank_lower"].min()), int(level["rank_upper"].max())
    together = [("rank:level", level_fact(names, ranked, band, context))]
    if (level["catchable_per_week"] == 0).all():
        none_caught = none_caught_fact(
            names,
            float(level["observed_days"].max()),
            int(level["catchable_drops"].sum()),
            float(level["catchable_upper"].max()),
            context,
        )
        together.append(("catchable:level", none_caught))
    told = {
        f"{key.partition(':')[0]}:{venue_id}"
        for key, _ in together
        for venue_id in level["venue_id"]
    }
    return [*together, *(one for one in facts if one[0] not in told)]


def _first_seen(
    engine: Engine, market: Market, first: date, last: date, context: FactContext
) -> Fact | None:
    names = first_seen_names(engine, market, first, last)
    if not names:
        return None
    return first_seen_fact(names[:NAMED_FIRST_SEEN], len(names), context)


def first_seen_names(engine: Engine, market: Market, first: date, last: date) -> list[str]:
    """Venues whose first table ever seen opened on these days; none where the market is young."""
    if first - market.first_date < LEAST_HISTORY:
        return []
    found: list[str] = frame(
        engine,
        "insight_first_seen",
        market_id=str(market.row.market_id),
        start_date=first,
        end_date=last,
    )["name"].tolist()
    return found

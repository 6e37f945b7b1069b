"""A market's week as an edition needs it: what may be said, and how newsworthy it is.

Everything is of the week and the weeks before it, as of the instant at which the week was over: no
clock and nothing later is asked, so the same data always give the same report.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pandas as pd

from db.engine import Engine
from db.insights.days import market_days
from db.insights.facts import About
from db.insights.market import markets_asked_for
from db.insights.watched import watched_market
from db.insights.week_questions import WEEKS_READ, Questions, without_echoes
from db.insights.week_standing import Standing, standing
from db.market_days import daily_drops
from metrics.calendar import IsoWeek, iso_week_bounds, iso_week_end, iso_week_of
from metrics.coverage import Coverage
from metrics.facts import Fact
from metrics.newsworthiness import (
    FEWEST_COMPARABLE_DAYS,
    Newsworthiness,
    WeekKind,
    comparable_days,
    newsworthiness,
    week_kind,
)

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
DRAWN_DAYS = 28
DAY_COLUMNS = [
    "window_date", "drops", "prime_time_drops", "off_peak_drops", "coverage_rate",
    "is_coverage_assumed", "usual", "lowest", "highest", "is_spike",
]  # fmt: skip


class NothingToTellError(Exception):
    """There is no edition of this week; the text says why."""


@dataclass(frozen=True)
class Candidate:
    """A fact that may be printed. answer: None for what stands in every edition.

    key: names it within its edition, alike in every build. headline: what stands above the edition
    if this leads it; None where the sentence itself does. trend_adjusted_p: of a trend, the p-value
    behind its sentence (adjusted across venues); `answer` has that of being news. has_been_told: of
    a trend, that the week before said the same, which is why it is no news.
    """

    key: str
    fact: Fact
    answer: Newsworthiness | None
    headline: str | None = None
    trend_adjusted_p: float | None = None
    has_been_told: bool = False


@dataclass(frozen=True)
class WeekReport:
    """Everything an edition is made of.

    number: counts the market's weeks from its first. is_comparable: of each day from Monday on,
    whether it was watched about as much as was usual in the weeks it is held against. asked: the
    questions judged. days: DAY_COLUMNS of `market_days`, the 28 days to the week's last.
    standing: the ranking, patterns and extremes.
    """

    market_id: str
    name: str
    timezone: str
    is_simulated: bool
    week: IsoWeek
    first_date: date
    last_date: date
    end_at: datetime
    data_through: datetime
    number: int
    coverage: Coverage
    kind: WeekKind
    is_comparable: Sequence[bool]
    asked: int
    candidates: Sequence[Candidate]
    days: pd.DataFrame
    standing: Standing

    @property
    def comparable_days(self) -> int:
        """How many of the week's seven days can be compared."""
        return sum(self.is_comparable)


def market_week(engine: Engine, market_id: str, week: IsoWeek) -> WeekReport:
    """The report of a week, whether or not it is over.

    Raises `UnknownMarketError`, and `NothingToTellError` where no drop of that week is known.
    """
    asked = markets_asked_for(engine, market_id).iloc[0]
    name = str(asked["name"])
    first, last = iso_week_bounds(week)
    end_at = iso_week_end(week, asked["timezone"])
    with engine.connect() as connection:
        market = watched_market(connection, market_id, end_at)
        if market is None:
            raise NothingToTellError(f"{name} has no scored drops. Load some, then run a tick.")
        drops = daily_drops(connection, market, first - (WEEKS_READ - 1) * WEEK, last)
    if not drops.new_drops[-7:].any():
        raise NothingToTellError(f"No drop of {name} in {week} is known.")
    about = About(engine, market, "")
    place = name.replace(" (simulated)", "")
    reader = Questions(engine, market, place, first, last, drops.exposure)
    stands = standing(engine, market, about, place, first, last, end_at)
    families = {
        "market": [*reader.totals(drops.new_drops, drops.prime), *reader.dayparts()],
        "neighborhoods": reader.neighborhoods(),
        "venues": reader.venues({row["venue_id"] for row in stands.hardest}),
        "trends": reader.trends(),
    }
    answers = newsworthiness(
        {family: [one.question for one in rows] for family, rows in families.items()}
    )
    # The days that `Questions` compares, by the same past.
    is_comparable = comparable_days(drops.exposure[7:])[-7:].tolist()
    is_enough = sum(is_comparable) >= FEWEST_COMPARABLE_DAYS
    told = [
        (one, replace(answer, is_news=answer.is_news and is_enough))
        for family, rows in families.items()
        for one, answer in zip(rows, answers[family], strict=True)
    ]
    candidates = [
        Candidate(
            one.key,
            one.fact,
            replace(answer, is_news=answer.is_news and not one.has_been_told),
            one.headline,
            one.trend_adjusted_p,
            one.has_been_told,
        )
        for one, answer in reader.joined(without_echoes(told), drops.new_drops)
    ]
    asked_count = sum(one.question.p_value is not None for one, _ in told)
    return WeekReport(
        market_id=market_id,
        name=name,
        timezone=market.row.timezone,
        is_simulated=bool(asked["is_simulated"]),
        week=week,
        first_date=first,
        last_date=last,
        end_at=end_at,
        data_through=min(market.seen_until, end_at),
        number=(first - iso_week_bounds(iso_week_of(market.first_date))[0]) // WEEK + 1,
        coverage=Coverage(
            min(float(drops.exposure[-7:].mean()), 1.0),
            is_assumed=bool(drops.is_assumed[-7:].any()),
        ),
        kind=week_kind(
            sum(is_comparable),
            asked_count,
            has_news=any(
                one.answer is not None and one.answer.is_news and one.fact.printable
                for one in candidates
            ),
        ),
        is_comparable=is_comparable,
        asked=asked_count,
        candidates=[
            *candidates,
            *(Candidate(key, fact, None) for key, fact in stands.facts),
        ],
        days=market_days(engine, market_id, last - (DRAWN_DAYS - 1) * DAY, last, now=end_at)[
            DAY_COLUMNS
        ],
        standing=stands,
    )

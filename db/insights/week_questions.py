"""What is asked of a week: the market, its days and dayparts, neighborhoods, venues, trends, each
against the eight weeks before."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from db.engine import Engine
from db.insights.days import neighborhood_days
from db.insights.facts import About
from db.insights.frames import frame
from db.insights.trends import trend_of, trends
from db.insights.week_standing import venue_link
from db.watching import Market
from metrics.coverage import Coverage
from metrics.facts import Fact, FactContext, trend_fact
from metrics.newsworthiness import (
    FEWEST_EXPECTED,
    PAST_WEEKS,
    Departure,
    Newsworthiness,
    Question,
    against_past_weeks,
)
from metrics.trend import Direction
from metrics.week_facts import tables_fact, tables_headline
from metrics.wording import WEEKDAYS, date_words, number_of, window_words

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
WEEKS_READ = PAST_WEEKS + 2  # the week, its past, and one more so that the week before has its own
DAYPARTS = (("before noon", 0, 12), ("from noon to 5 pm", 12, 17), ("after 5 pm", 17, 24))
NEIGHBORHOOD_REACH, VENUE_REACH, HARD_VENUE_REACH = 0.7, 0.5, 0.75


@dataclass(frozen=True)
class Asked:
    """A question with the fact that answers it and what the week before said.

    trend_adjusted_p: of a trend, the p-value that gave it its label, adjusted across venues.
    """

    key: str
    fact: Fact
    question: Question
    found: Departure | None = None
    headline: str | None = None
    day: date | None = None
    has_been_told: bool = False
    trend_adjusted_p: float | None = None


class Questions:
    """Asks the questions of one week."""

    def __init__(
        self,
        engine: Engine,
        market: Market,
        place: str,
        first: date,
        last: date,
        exposure: NDArray[np.float64],
    ) -> None:
        self.engine, self.market, self.place = engine, market, place
        self.first, self.last, self.exposure = first, last, exposure
        self.start = first - (WEEKS_READ - 1) * WEEK
        self.market_id = str(market.row.market_id)
        self.week_link = f"/market?market={self.market_id}&weeks=4&weeks_to={last}"

    def totals(
        self,
        drops: NDArray[np.int64],
        prime: NDArray[np.int64],
        days: Sequence[int] = range(7),
    ) -> list[Asked]:
        """The week or some days of it, the prime tables of these, and each day of the week."""
        where = f"in {self.place}"
        rows = [
            self._asked("market_week", "", where, drops, days=days),
            self._asked("market_prime", "", where, prime, noun="prime table", days=days),
        ]
        for number in range(7):
            day = self.first + number * DAY
            where = f"in {self.place} on {date_words(day)}"
            one = self._asked("market_day", str(day), where, drops, days=[number])
            rows.append(replace(one, day=day))
        return rows

    def joined(
        self, told: Sequence[tuple[Asked, Newsworthiness]], drops: NDArray[np.int64]
    ) -> Iterator[tuple[Asked, Newsworthiness]]:
        """The same, with days that follow one another and make the same news as one candidate."""
        run: list[tuple[Asked, Newsworthiness]] = []
        for one, answer in told:
            if one.day is None or not answer.is_news:
                yield from self._as_one(run, drops)
                run = []
                yield one, answer
            elif run and not _is_same_way(run[-1][0], one):
                yield from self._as_one(run, drops)
                run = [(one, answer)]
            else:
                run.append((one, answer))
        yield from self._as_one(run, drops)

    def _as_one(
        self, run: Sequence[tuple[Asked, Newsworthiness]], drops: NDArray[np.int64]
    ) -> Iterator[tuple[Asked, Newsworthiness]]:
        if len(run) < 2:
            yield from run
            return
        days = [one.day for one, _ in run if one.day is not None]
        where = f"in {self.place} from {window_words(days[0], days[-1])}"
        numbers = [(day - self.first).days for day in days]
        whole = self._asked("market_days", f"{days[0]}..{days[-1]}", where, drops, days=numbers)
        yield whole, max((answer for _, answer in run), key=lambda answer: answer.score)

    def dayparts(self, days: Sequence[int] = range(7)) -> list[Asked]:
        """When in the day tables opened, on these days."""
        hours = frame(
            self.engine,
            "insight_market_metrics",
            market_ids=[self.market_id],
            start_dates=[self.start],
            end_dates=[self.last],
            metric_types=["by_hour"],
        )
        counts = np.zeros((24, WEEKS_READ * 7), dtype=np.int64)
        for row in hours.itertuples():
            for cell in row.value.get("opened_hour", ()):
                counts[cell["hour"], (row.window_date - self.start).days] = cell["new_drops"]
        return [
            self._asked(
                "daypart",
                words,
                f"in {self.place} {words}",
                counts[begin:end].sum(axis=0),
                NEIGHBORHOOD_REACH,
                days=days,
            )
            for words, begin, end in DAYPARTS
        ]

    def neighborhoods(self, days: Sequence[int] = range(7)) -> list[Asked]:
        """Each neighborhood's week, or these days of it."""
        found = neighborhood_days(self.engine, self.market_id, self.start, self.last)
        return [
            self._asked(
                "neighborhood",
                str(name),
                f"in {name}",
                self._daily(
                    [(day - self.start).days for day in own["window_date"]], own["drops"].tolist()
                ),
                NEIGHBORHOOD_REACH,
                days=days,
            )
            for name, own in found.groupby("neighborhood")
        ]

    def venues(self, hardest: set[str]) -> list[Asked]:
        """Each venue's week, of those that usually open enough tables to tell a change by."""
        rows = frame(
            self.engine,
            "insight_venue_days",
            market_id=self.market_id,
            start_date=self.start,
            end_date=self.last,
        )
        if rows.empty:
            return []
        counts = np.array([self._daily(row.day_numbers, row.drops) for row in rows.itertuples()])
        this = against_past_weeks(counts[:, 7:], self.exposure[7:])
        before = against_past_weeks(counts[:, :-7], self.exposure[:-7])
        asked = []
        for row, found, earlier in zip(rows.itertuples(), this, before, strict=True):
            if found is None or found.expected < FEWEST_EXPECTED:
                continue
            reach = HARD_VENUE_REACH if row.venue_id in hardest else VENUE_REACH
            context = self._context(venue_link(row.venue_id, self.last, 7))
            where = f"at {row.name}{_partly(found, 7)}"
            asked.append(
                _answered(
                    f"venue_week:{row.venue_id}",
                    "venue_week",
                    "table",
                    where,
                    found,
                    earlier,
                    reach,
                    context,
                )
            )
        return asked

    def trends(self) -> list[Asked]:
        """Venues that get harder or easier; news in the week in which that could first be said."""
        found = trends(self.engine, self.market_id, self.last)
        earlier = trends(self.engine, self.market_id, self.last - WEEK)
        known = dict(zip(earlier["venue_id"], earlier["label"], strict=True))
        asked = []
        for row in found[found["as_of_date"] == self.last].to_dict("records"):
            label = None if row["label"] is None else Direction(row["label"])
            link = venue_link(row["venue_id"], self.last, 28)
            about = About(self.engine, self.market, link)
            context = (
                self._context(link)
                if label is None
                else about.context(self.last - row["weeks"] * WEEK + DAY, self.last)
            )
            asked.append(
                Asked(
                    key=f"trend:{row['venue_id']}",
                    fact=trend_fact(row["name"], trend_of(row), label, context),
                    question=Question(
                        p_value=row["p_value"],
                        ratio=(1 + row["change_per_week"]) ** row["weeks"],
                        reach=VENUE_REACH,
                    ),
                    has_been_told=known.get(row["venue_id"]) == row["label"],
                    trend_adjusted_p=row["adjusted_p"],
                )
            )
        return asked

    def _daily(self, numbers: Sequence[int], counts: Sequence[int]) -> NDArray[np.int64]:
        daily = np.zeros(WEEKS_READ * 7, dtype=np.int64)
        daily[list(numbers)] = counts
        return daily

    def _asked(
        self,
        kind: str,
        subject: str,
        where: str,
        daily: NDArray[np.int64],
        reach: float = 1.0,
        *,
        noun: str = "table",
        days: Sequence[int] = range(7),
    ) -> Asked:
        """A question about daily tables, answered for the days of the week it is about."""
        (found,) = against_past_weeks(daily[np.newaxis, 7:], self.exposure[7:], days)
        (earlier,) = against_past_weeks(daily[np.newaxis, :-7], self.exposure[:-7], days)
        key = f"{kind}:{subject}" if subject else kind
        context = self._context(self._compared_link(days), days)
        where += _partly(found, len(days))
        return _answered(key, kind, noun, where, found, earlier, reach, context)

    def _compared_link(self, days: Sequence[int]) -> str:
        """The market's page, on which these days are compared with the same weekdays before."""
        chosen = "".join(f"&compared={WEEKDAYS[day]}" for day in days) if len(days) < 7 else ""
        return f"{self.week_link}{chosen}"

    def _context(self, link: str, days: Sequence[int] = range(7)) -> FactContext:
        """The week's days from the first to the last of these, and how they were watched."""
        first, last = min(days), max(days)
        watched = self.exposure[-7:][first : last + 1]
        start, end = self.first + first * DAY, self.first + last * DAY
        is_assumed = bool(self.market.assumed_days(start, end).any())
        return FactContext(
            start, end, Coverage(min(float(watched.mean()), 1.0), is_assumed=is_assumed), link
        )


def _partly(found: Departure | None, asked: int) -> str:
    """Which days a count is of where not all could be compared."""
    if found is None or found.n_days == asked:
        return ""
    return f" on the {number_of(found.n_days, 'day')} that were watched whole"


def _answered(
    key: str,
    kind: str,
    noun: str,
    where: str,
    found: Departure | None,
    earlier: Departure | None,
    reach: float,
    context: FactContext,
) -> Asked:
    is_asked = found is not None and found.expected >= FEWEST_EXPECTED
    variant = crc32(f"{context.first_date} {key}".encode())
    return Asked(
        key=key,
        fact=tables_fact(kind, noun, where, found, context, variant=variant),
        question=Question(
            p_value=found.p_value if found is not None and is_asked else None,
            ratio=None if found is None else found.ratio,
            reach=reach,
            is_told_before=_is_same_news(found, earlier),
        ),
        found=found,
        headline=None if found is None else tables_headline(noun, where, found),
    )


def _is_same_way(first: Asked, second: Asked) -> bool:
    assert first.found is not None
    assert second.found is not None
    return (first.found.ratio > 1) == (second.found.ratio > 1)


def _is_same_news(found: Departure | None, earlier: Departure | None) -> bool:
    """Whether the week before would have told the same: clearly off, and to the same side."""
    if found is None or earlier is None:
        return False
    return (earlier.lower > 1 and found.ratio > 1) or (earlier.upper < 1 and found.ratio < 1)


def without_echoes(
    told: Sequence[tuple[Asked, Newsworthiness]],
) -> list[tuple[Asked, Newsworthiness]]:
    """What is news of a part only because it is news of the whole is no news of its own."""
    whole = next((one for one, answer in told if one.key == "market_week" and answer.is_news), None)
    if whole is None or whole.found is None:
        return list(told)
    ratio = whole.found.ratio
    return [
        (one, replace(answer, is_news=False))
        if answer.is_news
        and one.found is not None
        and one.key.startswith(("neighborhood:", "venue_week:", "daypart:", "market_prime"))
        and one.found.lower <= ratio <= one.found.upper
        else (one, answer)
        for one, answer in told
    ]

"""The pictures of an edition, drawn from its frozen facts: the days, and the hardest ten."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from charts.figure import Figure
from charts.gaps import measured_coverage
from charts.look import Caption, Look, source_line
from charts.market_days import market_days_figure, stretches
from charts.ranking import ranking_figure
from metrics.wording import date_words, list_words, number_of, window_words

Draw = Callable[[Look, Caption | None], Figure]


@dataclass(frozen=True)
class EditionFigure:
    """A picture: its short name, the words around it, and how to draw it in a look."""

    name: str
    caption: Caption
    draw: Draw

    @property
    def alt(self) -> str:
        """The picture in words."""
        return self.caption.in_words


def edition_figures(facts: Mapping[str, Any]) -> Sequence[EditionFigure]:
    """The edition's pictures, the most telling first; those without data are left out."""
    last = date.fromisoformat(facts["last_date"])
    source = source_line(date_words(last, with_year=True), is_simulated=facts["is_simulated"])
    found = []
    if facts["days"]:
        found.append(_days(facts, source))
    if facts["hardest"]:
        found.append(_hardest(facts, source))
    return found


def _days(facts: Mapping[str, Any], source: str) -> EditionFigure:
    days = pd.DataFrame(facts["days"])
    days["window_date"] = [date.fromisoformat(day) for day in days["window_date"]]
    days["is_spike"] = days["is_spike"].astype(bool)
    days["coverage_rate"] = measured_coverage(days)
    window = window_words(days["window_date"].iloc[0], days["window_date"].iloc[-1])
    before = days[
        days["is_spike"] & (days["window_date"] < date.fromisoformat(facts["first_date"]))
    ]
    caption = Caption(
        title=facts["headline"],
        subtitle=(
            "Tables that opened each day, in the band of what is usual for the weekday, the week "
            f"shaded; {window}; n = {int(days['drops'].sum()):,}.{_older_words(before)}"
        ),
        source=source,
    )
    last = days["window_date"].iloc[-1]
    # The headline is about this week, the picture also about the weeks before.
    week = pd.DataFrame(
        {"first_date": [last - timedelta(days=6)], "last_date": [last], "text": ["the week"]}
    )
    return EditionFigure(
        "days",
        caption,
        lambda look, words: market_days_figure(days, look, words, annotations=week),
    )


def _older_words(before: pd.DataFrame) -> str:
    """That the picture's highest days are not the week's, which its title is about."""
    if before.empty:
        return ""
    days = [
        window_words(run["window_date"].iloc[0], run["window_date"].iloc[-1])
        for run in stretches(before)
    ]
    return f" What stands out on {list_words(days)} is older than the week."


def _hardest(facts: Mapping[str, Any], source: str) -> EditionFigure:
    rows = pd.DataFrame(facts["hardest"])
    end = date.fromisoformat(facts["ranked_date"])
    tables = f"hardest tables of {facts['market']['name']}"
    # Where several come out level the alphabet names none of them.
    is_alone = int(rows["rank_tied"].iloc[0]) == 1
    caption = Caption(
        title=f"{rows['name'].iloc[0]} and the other {tables}" if is_alone else f"The {tables}",
        subtitle=(
            "Prime tables for two a week that alerts can catch, with 95 % intervals; the 28 days "
            f"to {date_words(end)}; {number_of(len(rows), 'venue')} of {facts['ranked_venues']:,}."
        ),
        source=source,
    )
    return EditionFigure("hardest", caption, lambda look, words: ranking_figure(rows, look, words))

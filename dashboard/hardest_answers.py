"""What the page Hardest tables answers: ranking, finding, picture and table of a question, each
made once for all readers."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa

from charts.look import Caption
from charts.ranking import CATCHABLE, ranking_figure
from dashboard import data, findings, formats, hardest_table, lists, parts, shapes
from dashboard.parts import remembered
from dashboard.pictures import Picture
from db import insights
from db.insights import Version
from metrics.trend import Direction
from metrics.wording import date_words, list_words, number_of

DRAWN, MOST_DRAWN = 20, 100  # venues in the picture, and where more are asked for
NEW_AMONG = 10  # venues, as many as the digest lists
ROWS = 200  # of the table, unless all are asked for
HARDEST, EASIEST = "hardest", "easiest of the hard"
MODES = (HARDEST, EASIEST, str(Direction.HARDER), str(Direction.EASIER))
PRIME, ALL_TABLES = "prime, for two", "all tables"


@dataclass(frozen=True)
class Question:
    """What is asked of the ranking, as the filters and the URL say it, and of which data."""

    mode: str
    counted: str
    market_id: str
    market_name: str
    is_simulated: bool
    version: Version
    source: str
    window_days: int
    as_of: date
    neighborhood: str | None
    cuisine: str | None
    on_list: str | None

    @property
    def counts_all(self) -> bool:
        """Whether all tables count, or prime ones that can be caught."""
        return self.mode == HARDEST and self.counted == ALL_TABLES

    @property
    def is_of_trends(self) -> bool:
        """Whether it is about who gets harder or easier."""
        return self.mode not in (HARDEST, EASIEST)

    @property
    def where(self) -> str:
        """The place the answer is about: West Village, or the whole market."""
        return self.neighborhood or self.market_name

    @property
    def is_filtered(self) -> bool:
        """Whether the answer is about less than the whole market."""
        return any((self.neighborhood, self.cuisine, self.on_list))

    @property
    def scope(self) -> str:
        """Every filter in words."""
        parts = [self.where, self.cuisine, self.on_list and f"on “{self.on_list}”"]
        return ", ".join(part for part in parts if part)

    @property
    def window(self) -> str:
        """The window in words."""
        return formats.window_ending(self.as_of, self.window_days)

    @property
    def link(self) -> dict[str, str]:
        """The parameters that bring back exactly this, tomorrow as well."""
        said = {
            "market": self.market_id,
            "mode": self.mode,
            "tables": self.counted,
            "window": str(self.window_days),
            "as_of": self.as_of.isoformat(),
            "neighborhood": self.neighborhood,
            "cuisine": self.cuisine,
            "list": self.on_list,
        }
        return {name: value for name, value in said.items() if value is not None}

    def file_stem(self, *words: str) -> str:
        """A file's name: what, where, when."""
        filters = [part for part in (self.neighborhood, self.cuisine, self.on_list) if part]
        what, *rest = words or (
            {HARDEST: "hardest-tables", EASIEST: "easiest-of-the-hard"}.get(self.mode, self.mode),
        )
        if self.counts_all:
            rest.append("all")
        return parts.file_stem(
            what,
            self.market_id,
            *rest,
            *filters,
            self.as_of,
            f"{self.window_days}d",
            is_simulated=self.is_simulated,
        )


@dataclass(frozen=True)
class Ranking:
    """The rows asked about, hardest (or easiest) first; `ranked` are those that have a rank.

    fitting: how many venues fit the filters.
    """

    rows: pd.DataFrame
    ranked: pd.DataFrame
    fitting: int


@remembered
def ranking(question: Question) -> Ranking:
    """The market's ranking, narrowed by the filters."""
    asked = (question.market_id, question.as_of, question.window_days, question.version)
    whole = data.openings_ranking(*asked) if question.counts_all else data.whole_ranking(*asked)
    fitting = insights.narrowed(
        whole,
        neighborhood=question.neighborhood,
        cuisine=question.cuisine,
        on_list=question.on_list,
    )
    rows = shapes.easiest_of_the_hard(fitting) if question.mode == EASIEST else fitting
    return Ranking(rows, rows[rows["rank"].notna()], len(fitting))


@remembered
def finding(question: Question) -> str:
    """What the page finds, in a sentence or two."""
    rows = ranking(question).rows
    if question.counts_all:
        return findings.openings_finding(rows, question.where)
    if question.mode == EASIEST:
        return findings.easiest_finding(rows, question.window_days)
    return formats.hardest_finding(rows, question.where, question.window_days)


@remembered
def picture(question: Question, *, shows_all: bool) -> Picture:
    """The first ranked venues with their intervals."""
    ranked = ranking(question).ranked
    drawn = ranked.head(MOST_DRAWN if shows_all else DRAWN)
    venues = number_of(len(ranked), "venue")
    first = "easiest" if question.mode == EASIEST else "hardest"
    which = f"the {len(drawn)} {first} of {venues}" if len(drawn) < len(ranked) else venues
    if question.counts_all:
        which = which.replace(f" {first}", " with the fewest")
    what = (
        "All tables that opened a week, with 95 % interval, log scale. "
        if question.counts_all
        else "Catchable prime tables a week for two, with 95 % interval, log scale; open dots "
        "where the interval crosses a border. "
    )
    caption = Caption(
        title=_title(ranked, question),
        subtitle=(
            f"{what}{question.window}; {question.scope}; {which}; ranks are those in all of "
            f"{question.market_name}."
        ),
        source=question.source,
    )
    unit = "tables that opened a week" if question.counts_all else CATCHABLE
    return Picture(
        lambda look, said: ranking_figure(drawn, look, said, unit=unit),
        caption,
        key="ranking",
        alt=f"{caption.in_words} The table below holds the same numbers.",
        file_name=question.file_stem(),
        measure="catchable",
    )


def _title(ranked: pd.DataFrame, question: Question) -> str:
    if question.counts_all:
        return findings.openings_title(ranked, question.scope)
    if question.mode == EASIEST:
        return findings.easiest_title(ranked, question.scope)
    return formats.hardest_title(ranked, question.scope, is_filtered=question.is_filtered)


@remembered
def newcomers(question: Question, day: date) -> str:
    """Who is among the hardest and was not as of an earlier day."""
    asked = (question.market_id, day, question.window_days, question.version)
    rows = ranking(question).rows
    names = insights.new_among_hardest(rows, data.whole_ranking(*asked), NEW_AMONG)
    who = list_words([formats.as_markdown(name) for name in names]) if names else "nobody"
    count = f" ({number_of(len(names), 'venue')})" if names else ""
    listed = rows[rows["rank"].notna()].head(NEW_AMONG)
    is_sure = bool((listed["rank_upper"] <= NEW_AMONG).all())
    hedge = "" if is_sure or not names else "; as far as bands of ranks tell, it could be chance"
    return f"New among the {NEW_AMONG} hardest since {date_words(day)}: {who}{count}{hedge}."


@remembered
def listed(question: Question, *, shows_all: bool) -> pd.DataFrame:
    """The rows of the table."""
    rows = ranking(question).rows
    return rows if shows_all else rows.head(ROWS)


@remembered
def table(question: Question, *, shows_all: bool) -> pa.Table:
    """The table's cells."""
    rows = listed(question, shows_all=shows_all)
    return parts.sendable(hardest_table.shown(rows).reset_index(drop=True))


def export(question: Question, *, shows_all: bool) -> pd.DataFrame:
    """The table's rows as numbers, to be saved."""
    rows = listed(question, shows_all=shows_all)
    return hardest_table.export(rows, counts_all=question.counts_all).assign(
        market=question.market_id,
        window_days=question.window_days,
        window_ends_on=question.as_of,
        source=question.source,
    )


@remembered
def list_comparison(
    market_id: str, as_of: date, window_days: int, version: Version
) -> lists.Comparison:
    """Editors' lists held against the market's ranking."""
    whole = data.whole_ranking(market_id, as_of, window_days, version)
    return lists.compare(whole[whole["rank"].notna()])

"""Page: which tables are hardest to get, which of these the easiest, which get harder or easier,
how sure all that is, and how editors' lists compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
import streamlit as st

from charts.look import Caption
from charts.ranking import CATCHABLE
from dashboard import choices, data, findings, formats, hardest_table, lists, moving, parts, shapes
from dashboard.choices import Place
from dashboard.figures import ranking_figure
from db import insights
from db.insights import WINDOW_DAYS
from metrics.trend import Direction
from metrics.wording import count_words, date_words, list_words, number_of

DRAWN, MOST_DRAWN = 20, 100  # venues in the picture, and where more are asked for
NEW_AMONG = 10  # venues, as many as the digest lists
ROWS = 200  # of the table, unless all are asked for
HARDEST, EASIEST = "hardest", "easiest of the hard"
MODES = (HARDEST, EASIEST, str(Direction.HARDER), str(Direction.EASIER))
PRIME, ALL_TABLES = "prime, for two", "all tables"
FACETS = (
    ("neighborhood", "Neighborhood", "All neighborhoods"),
    ("cuisine", "Cuisine", "All cuisines"),
    ("list", "List", "Any list"),
)


@dataclass(frozen=True)
class Question:
    """What is asked of the ranking, as the filters and the URL say it."""

    mode: str
    counted: str
    market: Place
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
    def where(self) -> str:
        """The place the answer is about: West Village, or the whole market."""
        return self.neighborhood or self.market.name

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
            "market": self.market.market_id,
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
        return self.market.file_stem(what, *rest, *filters, self.as_of, f"{self.window_days}d")


def page() -> None:
    """Header, finding, filters, picture, table, lists."""
    _restore_filters()
    place = choices.header("Hardest tables")
    if place is None:
        return
    finding = parts.finding()
    question = _filters(place)
    if question is None:
        st.info(choices.NOT_SCORED)
        return
    whole = data.whole_ranking(place.market_id, question.as_of, question.window_days, place.version)
    if question.counts_all:
        whole = data.openings_ranking(
            place.market_id, question.as_of, question.window_days, place.version
        )
    ranking = insights.narrowed(
        whole,
        neighborhood=question.neighborhood,
        cuisine=question.cuisine,
        on_list=question.on_list,
    )
    if ranking.empty:
        st.info(
            f"No venue fits these filters ({question.scope}), or none of those that do opened a "
            "table in the 90 days before. Take one of the filters back."
        )
        return
    if question.mode in (HARDEST, EASIEST):
        _ranking(ranking, question, finding)
    else:
        moving.show(
            ranking,
            place,
            label=question.mode,
            scope=question.scope,
            as_of=question.as_of,
            stem=question.file_stem(),
            link=question.link,
            finding=finding,
            open_selected=lambda rows: _open_selected(rows, question),
        )
    if not question.counts_all:
        lists.show(
            whole,
            question.on_list,
            window=question.window,
            source=place.source,
            stem=question.file_stem("lists"),
        )


def _filters(place: Place) -> Question | None:
    facets = data.facets(place.market_id, place.version)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mode = st.segmented_control(
            "Show", MODES, default=HARDEST, required=True, key="mode", bind="query-params"
        )
        counted = st.segmented_control(
            "Count",
            (PRIME, ALL_TABLES),
            default=PRIME,
            required=True,
            key="tables",
            bind="query-params",
            disabled=mode != HARDEST,
            help="Prime tables for two that could be caught, by which a venue is hard; or all "
            "tables that open, at any hour and for any party, however long they last.",
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = [
            _facet(key, label, everything, facets[key], place) for key, label, everything in FACETS
        ]
        window_days = st.segmented_control(
            "Window, days",
            WINDOW_DAYS,
            default=parts.USUAL_WINDOW,
            required=True,
            key="window",
            bind="query-params",
        )
        usual = data.usual_date(place.market_id, window_days)
        latest = data.scored_date(place.market_id, window_days, None)
        if usual is None or latest is None:
            return None
        asked = st.date_input(
            "Window ends on",
            value=usual,
            max_value=latest,
            key="as_of",
            bind="query-params",
            format="MM/DD/YYYY",
            width=140,
        )
    as_of = _scored(place, window_days, asked, usual)
    return Question(mode, counted, place, window_days, as_of, *chosen)


def _facet(
    key: str, label: str, everything: str, values: Sequence[str], place: Place
) -> str | None:
    """One filter's value; None for everything."""
    options = [everything, *values]
    choices.say_unknown(key, options, f"{label.lower()} in {place.name}")
    value = st.selectbox(label, options, key=key, bind="query-params", width=165)
    return None if value == everything else value


def _scored(place: Place, window_days: int, asked: date, usual: date) -> date:
    """The scored day that answers for the one asked for, and a word where it is another."""
    as_of = data.scored_date(place.market_id, window_days, asked)
    if as_of is None:
        st.warning(
            f"No window of {window_days} days was scored up to {date_words(asked)}; the one to "
            f"{date_words(usual, with_year=True)} is shown."
        )
        return usual
    if as_of != asked:
        st.caption(
            f"Nothing was scored for {date_words(asked)}: the window that ends on "
            f"{date_words(as_of, with_year=True)}, the last before, is shown."
        )
    return as_of


def _ranking(ranking: pd.DataFrame, question: Question, finding: parts.Finding) -> None:
    """Finding, picture and table of the hardest, or of the easiest of them."""
    if question.counts_all:
        said = findings.openings_finding(ranking, question.where)
    elif question.mode == EASIEST:
        ranking = shapes.easiest_of_the_hard(ranking)
        said = findings.easiest_finding(ranking, question.window_days)
    else:
        said = formats.hardest_finding(ranking, question.where, question.window_days)
    finding.markdown(said)
    shows_all = _picture(ranking, question)
    if question.mode == HARDEST and not question.counts_all and not question.is_filtered:
        _newcomers(ranking, question)
    if len(ranking):
        _table(ranking if shows_all else ranking.head(ROWS), len(ranking), question)


def _newcomers(ranking: pd.DataFrame, question: Question) -> None:
    """Who is new among the hardest, against the ranking a week before."""
    market, week_before = question.market, question.as_of - timedelta(days=7)
    day = data.scored_date(market.market_id, question.window_days, week_before)
    if day is None:
        return
    earlier = data.whole_ranking(market.market_id, day, question.window_days, market.version)
    names = insights.new_among_hardest(ranking, earlier, NEW_AMONG)
    who = list_words([formats.as_markdown(name) for name in names]) if names else "nobody"
    count = f" ({number_of(len(names), 'venue')})" if names else ""
    st.caption(f"New among the {NEW_AMONG} hardest since {date_words(day)}: {who}{count}.")


def _picture(ranking: pd.DataFrame, question: Question) -> bool:
    """The picture; whether more of it, and all rows of the table, are asked for."""
    ranked = ranking[ranking["rank"].notna()]
    drawn, shows_all, picture = ranked, False, st.container()
    if len(ranked) > DRAWN:
        more = min(len(ranked), MOST_DRAWN)
        shows_all = st.toggle(
            f"Draw {'all ' if more == len(ranked) else ''}{count_words(more)} venues"
            + (f", list all {count_words(len(ranking))}" if len(ranking) > ROWS else ""),
            key="all",
            bind="query-params",
        )
        drawn = ranked.head(more if shows_all else DRAWN)
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
            f"{question.market.name}."
        ),
        source=question.market.source,
    )
    unit = "tables that opened a week" if question.counts_all else CATCHABLE
    with picture:
        parts.figure(
            lambda look, said: ranking_figure(drawn, look, said, unit=unit),
            caption,
            key="ranking",
            alt=f"{caption.title}. {caption.subtitle} The table below holds the same numbers.",
            file_name=question.file_stem(),
            measure="catchable",
        )
    return shows_all


def _title(ranked: pd.DataFrame, question: Question) -> str:
    if question.counts_all:
        return findings.openings_title(ranked, question.scope)
    if question.mode == EASIEST:
        return findings.easiest_title(ranked, question.scope)
    return formats.hardest_title(ranked, question.scope, is_filtered=question.is_filtered)


def _table(ranking: pd.DataFrame, venues: int, question: Question) -> None:
    """The rows, and how many there are in all where some are left out."""
    note = "Select a row to open its venue."
    unranked = int(ranking["rank"].isna().sum())
    if len(ranking) < venues:
        note += f" The first {count_words(len(ranking))} of {count_words(venues)} venues."
    elif unranked:
        note += (
            f" {number_of(unranked, 'venue').capitalize()} at the end not watched enough to rank."
        )
    st.caption(note)
    st.dataframe(
        hardest_table.shown(ranking),
        hide_index=True,
        height="auto",
        key="venues",
        on_select=parts.note_selection,
        selection_mode="single-row",
        column_config=hardest_table.columns(counts_all=question.counts_all),
        placeholder=formats.UNKNOWN,
        alt=f"Ranking of {question.scope}, {question.mode} first",
    )
    source = question.market.source
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(source)
        parts.csv_download(
            hardest_table.export(ranking, counts_all=question.counts_all).assign(
                market=question.market.market_id,
                window_days=question.window_days,
                window_ends_on=question.as_of,
                source=source,
            ),
            file_name=question.file_stem(),
            key="ranking-csv",
        )
        parts.exact_link("hardest", question.link)
    _open_selected(ranking, question)


def _open_selected(rows: pd.DataFrame, question: Question) -> None:
    """Goes to the venue of a row that was just selected."""
    row = st.session_state.pop("selected_row", None)
    if row is not None:
        st.session_state["ranking_url"] = st.query_params.to_dict()
        asked = {"venue": str(rows["venue_id"].iloc[row])}
        # A default in the URL would be taken out again there: one more step to go back through.
        if question.as_of != data.usual_date(question.market.market_id, parts.USUAL_WINDOW):
            asked["to"] = question.as_of.isoformat()
        st.switch_page("venue.py", query_params=asked)


def _restore_filters() -> None:
    """A reader who goes back from a venue lands on this page with the venue's URL, because
    Streamlit changes the URL before it changes the page: the filters left behind are put back."""
    if "venue" in st.query_params:
        st.query_params.from_dict(st.session_state.get("ranking_url", {}))


page()

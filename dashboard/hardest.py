"""Page: which tables are hardest to get, which of these the easiest, which get harder or easier,
and how sure all that is."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from charts.look import Caption
from charts.ranking import ranking_figure
from charts.slopes import slopes_figure
from dashboard import data, findings, formats, parts, shapes
from db.insights import WINDOW_DAYS, Progress
from metrics.trend import Direction
from metrics.wording import count_words, date_words, number_of

DRAWN = 20  # venues in the picture unless all are asked for
HARDEST, EASIEST = "hardest", "easiest of the hard"
MODES = (HARDEST, EASIEST, str(Direction.HARDER), str(Direction.EASIER))
EVERYWHERE, EVERY_CUISINE, ANY_LIST = "All neighborhoods", "All cuisines", "Any list"

HELP = {
    "score": "Scarcity score, 0 to 100: 100 / (1 + catchable tables a week). 50 is one catchable "
    "prime table a week, 10 is nine. An index, not a probability.",
    "catchable": "How many prime-time tables for two a diner with alerts could have caught in a "
    "week: tables that opened, times the share still there after the time it takes to react.",
    "tier": "Truly impossible: below one table in two weeks. Tough but doable: up to five a week. "
    "Gettable: more. Where the interval crosses a border, both are named.",
    "open": "Half of the tables that opened were gone within this time (Kaplan–Meier median). "
    "Never finer than how often we look.",
    "prime": "Share of the tables that opened which were for prime time.",
    "change": "Prime tables that opened in the last 7 whole days, as a multiple of the 7 before. "
    "Where the interval beside it holds 1, no change can be told.",
    "rank": "1 is hardest. The venue could also have any of the ranks beside it: all these bands "
    "together hold with 95 % confidence.",
    "daily": "Prime tables that opened, day by day over the window.",
    "opened": "All tables that were seen to open in the window.",
    "chance": "How likely so strong a trend, in one venue or another, would be by chance, having "
    "asked about every venue (Benjamini–Hochberg). Below 5 % it is called a trend.",
    "weekly": "How many more or fewer prime tables could be caught each week than the week before.",
    "watched": "Share of the window in which we were looking; assumed where no scans tell.",
}


@dataclass(frozen=True)
class Question:
    """What is asked of the ranking, as the filters and the URL say it."""

    mode: str
    market_id: str
    place: str
    is_simulated: bool
    reach: Progress
    window_days: int
    as_of: date
    neighborhood: str | None
    cuisine: str | None
    on_list: str | None

    @property
    def where(self) -> str:
        """The place the answer is about: West Village, or the whole market."""
        return self.neighborhood or self.place

    @property
    def is_filtered(self) -> bool:
        """Whether the answer is about less than the whole market."""
        return any((self.neighborhood, self.cuisine, self.on_list))

    @property
    def scope(self) -> str:
        """Every filter in words."""
        parts = [self.where, self.cuisine, self.on_list and f"on “{self.on_list}”"]
        return ", ".join(part for part in parts if part)


def page() -> None:
    """Header, finding, filters, picture, table."""
    _restore_filters()
    markets = data.markets()
    with_data = markets[markets["latest_date"].notna()]
    if with_data.empty:
        parts.page_header("Hardest tables", is_simulated=False)
        st.info(
            "No drop events yet. Load some with `python -m pipeline ingest FILE`, or send them to "
            "`POST /events`; the ranking appears with the next tick."
        )
        return
    market_id = _market(with_data)
    market = with_data.set_index("market_id").loc[market_id]
    is_simulated = bool(market["is_simulated"])
    parts.page_header("Hardest tables", is_simulated=is_simulated)
    finding = st.empty()
    question = _filters(market_id, parts.place_words(market["name"]), is_simulated)
    if question is None:
        st.info("These data have not been scored yet. The next tick does that.")
        return
    ranking = data.ranking(
        question.market_id,
        question.as_of,
        question.window_days,
        question.neighborhood,
        question.cuisine,
        question.on_list,
        question.reach,
    )
    if ranking.empty:
        st.info(
            f"No venue fits these filters ({question.scope}), or none of those that do opened a "
            "table in the 90 days before. Take one of the filters back."
        )
        return
    if question.mode not in (HARDEST, EASIEST):
        finding.markdown(_moving(ranking, question))
        return
    if question.mode == EASIEST:
        ranking = shapes.easiest_of_the_hard(ranking)
        finding.markdown(findings.easiest_finding(ranking, question.window_days))
    else:
        finding.markdown(formats.hardest_finding(ranking, question.where, question.window_days))
    _picture(ranking, question)
    if len(ranking):
        _table(ranking, question)


def _market(markets: pd.DataFrame) -> str:
    """The market asked for, by its id in the URL; a choice only where there is one to make."""
    ids = markets["market_id"].tolist()
    if len(ids) == 1:
        return str(ids[0])
    chosen = st.sidebar.selectbox(
        "Market",
        ids,
        index=ids.index(data.default_market()),
        key="market",
        bind="query-params",
    )
    return str(chosen)


def _filters(market_id: str, place: str, is_simulated: bool) -> Question | None:
    reach = data.progress(market_id)
    facets = data.facets(market_id, reach)
    mode = st.segmented_control(
        "Show", MODES, default=HARDEST, required=True, key="mode", bind="query-params"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = {
            key: st.selectbox(
                label, [everything, *facets[key]], key=key, bind="query-params", width=165
            )
            for key, label, everything in (
                ("neighborhood", "Neighborhood", EVERYWHERE),
                ("cuisine", "Cuisine", EVERY_CUISINE),
                ("list", "List", ANY_LIST),
            )
        }
        window_days = st.segmented_control(
            "Window, days",
            WINDOW_DAYS,
            default=parts.USUAL_WINDOW,
            required=True,
            key="window",
            bind="query-params",
        )
        usual = data.usual_date(market_id, window_days)
        latest = data.scored_date(market_id, window_days, None)
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
    as_of = data.scored_date(market_id, window_days, asked)
    if as_of is None:
        st.warning(
            f"No window of {window_days} days was scored up to {date_words(asked)}; the one to "
            f"{date_words(usual, with_year=True)} is shown."
        )
        as_of = usual
    elif as_of != asked:
        st.caption(
            f"Nothing was scored for {date_words(asked)}: the window that ends on "
            f"{date_words(as_of, with_year=True)}, the last before, is shown."
        )
    everything = (EVERYWHERE, EVERY_CUISINE, ANY_LIST)
    neighborhood, cuisine, on_list = (
        None if value in everything else value for value in chosen.values()
    )
    return Question(
        mode,
        market_id,
        place,
        is_simulated,
        reach,
        window_days,
        as_of,
        neighborhood,
        cuisine,
        on_list,
    )


def _picture(ranking: pd.DataFrame, question: Question) -> None:
    ranked = ranking[ranking["rank"].notna()]
    drawn, picture = ranked, st.container()
    if len(ranked) > DRAWN:
        shows_all = st.toggle(
            f"Draw all {count_words(len(ranked))} venues", key="all", bind="query-params"
        )
        drawn = ranked if shows_all else ranked.head(DRAWN)
    venues = number_of(len(ranked), "venue")
    first = "easiest" if question.mode == EASIEST else "hardest"
    which = f"the {len(drawn)} {first} of {venues}" if len(drawn) < len(ranked) else venues
    caption = Caption(
        title=(
            findings.easiest_title(ranked, question.scope)
            if question.mode == EASIEST
            else formats.hardest_title(ranked, question.scope, is_filtered=question.is_filtered)
        ),
        subtitle=(
            "Catchable prime tables a week for two, with 95 % interval, log scale; open dots where "
            "the interval crosses a border. "
            f"{formats.window_ending(question.as_of, question.window_days)}; {question.scope}; "
            f"{which}; ranks are those in all of {question.place}."
        ),
        source=parts.source(question.reach, is_simulated=question.is_simulated),
    )
    with picture:
        parts.figure(
            lambda look, said: ranking_figure(drawn, look, said),
            caption,
            key="ranking",
            alt=f"{caption.title}. {caption.subtitle} The table below holds the same numbers.",
            file_name=_file_name(question),
        )


def _table(ranking: pd.DataFrame, question: Question) -> None:
    unranked = int(ranking["rank"].isna().sum())
    note = "Select a row to open its venue."
    if unranked:
        note += (
            f" {number_of(unranked, 'venue').capitalize()} at the end not watched enough to rank."
        )
    st.caption(note)
    st.dataframe(
        _styled(ranking),
        hide_index=True,
        height="auto",
        key="venues",
        on_select=_note_selection,
        selection_mode="single-row",
        column_config=_columns(),
        alt=f"Ranking of {question.scope}, {question.mode} first",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(parts.source(question.reach, is_simulated=question.is_simulated))
        parts.csv_download(
            _export(ranking, question), file_name=_file_name(question), key="ranking-csv"
        )
    _open_selected(ranking, question)


def _open_selected(rows: pd.DataFrame, question: Question) -> None:
    """Goes to the venue of a row that was just selected."""
    row = st.session_state.pop("selected_row", None)
    if row is not None:
        st.session_state["ranking_url"] = st.query_params.to_dict()
        asked = {"venue": str(rows["venue_id"].iloc[row])}
        # A default in the URL would be taken out again there: one more step to go back through.
        if question.as_of != data.usual_date(question.market_id, parts.USUAL_WINDOW):
            asked["to"] = question.as_of.isoformat()
        st.switch_page("venue.py", query_params=asked)


def _moving(ranking: pd.DataFrame, question: Question) -> str:
    """Picture and table of the venues that get harder, or easier; returns the finding."""
    everything = data.trends(question.market_id, question.as_of, question.reach)
    trends = everything[everything["venue_id"].isin(ranking["venue_id"])].reset_index(drop=True)
    weeks = int(trends["weeks"].max()) if len(trends) else 0
    span = "at least 8 whole weeks are needed"
    if weeks:
        span = f"{weeks} whole weeks to {date_words(trends['as_of_date'].iloc[0], with_year=True)}"
    caption = Caption(
        title=findings.moving_title(trends, question.mode, question.scope),
        subtitle=(
            "Prime tables for two that can be caught, week by week, as a multiple of the start; "
            "named are trends that survive having asked about every venue (false discoveries held "
            f"at 5 %). {span}; {question.scope}; {number_of(len(trends), 'venue')}."
        ),
        source=parts.source(question.reach, is_simulated=question.is_simulated),
    )
    parts.figure(
        lambda look, said: slopes_figure(trends, look, said, weeks=weeks),
        caption,
        key="movers",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=_file_name(question),
    )
    way = trends[shapes.is_moving(trends, question.mode)]
    way = way.sort_values("adjusted_p", kind="stable").reset_index(drop=True)
    if len(way):
        _moving_table(way, question)
    return findings.moving_finding(trends, question.mode, question.scope)


def _moving_table(way: pd.DataFrame, question: Question) -> None:
    st.caption("Select a row to open its venue. The surest first.")
    rows = list(way.itertuples())
    column = st.column_config
    st.dataframe(
        pd.DataFrame(
            {
                "Venue": way["name"],
                "Verdict": [row.label or "no certain trend" for row in rows],
                "Change a week": [formats.change_words(row.change_per_week) for row in rows],
                "95 % interval": [
                    f"{formats.change_words(row.lower)} to {formats.change_words(row.upper)}"
                    for row in rows
                ],
                "By chance": [formats.share_words(row.adjusted_p) for row in rows],
                "Tables": way["tables"],
                "Weeks": way["weeks"],
                "Neighborhood": way["neighborhood"],
            }
        ),
        hide_index=True,
        height="auto",
        key="venues",
        on_select=_note_selection,
        selection_mode="single-row",
        column_config={
            "Change a week": column.TextColumn(help=HELP["weekly"]),
            "By chance": column.TextColumn(help=HELP["chance"]),
        },
        alt=f"Venues of {question.scope} that are {question.mode}, the surest first",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        source = parts.source(question.reach, is_simulated=question.is_simulated)
        st.caption(source)
        parts.csv_download(
            way.assign(source=source), file_name=_file_name(question), key="ranking-csv"
        )
    _open_selected(way, question)


def _restore_filters() -> None:
    """A reader who goes back from a venue lands on this page with the venue's URL, because
    Streamlit changes the URL before it changes the page: the filters left behind are put back."""
    if "venue" in st.query_params:
        st.query_params.from_dict(st.session_state.get("ranking_url", {}))


def _note_selection() -> None:
    """Remembers a new selection only: the old one is still there when a reader comes back."""
    rows = st.session_state["venues"].selection.rows
    st.session_state["selected_row"] = rows[0] if rows else None


def _styled(ranking: pd.DataFrame) -> Styler:
    """The table's cells: numbers that read as words and still sort as numbers."""
    rows = list(ranking.itertuples())
    shown = pd.DataFrame(
        {
            "rank": ranking["rank"],
            "ranks": [formats.rank_interval_words(row.rank_lower, row.rank_upper) for row in rows],
            "name": ranking["name"],
            "score": ranking["scarcity_score"],
            "catchable": ranking["catchable_per_week"],
            "catchable_interval": [
                formats.interval_words(row.catchable_lower, row.catchable_upper) for row in rows
            ],
            "tier": ranking["tier"],
            "open": ranking["typical_open_seconds"],
            "open_interval": [
                formats.open_interval_words(
                    row.typical_open_lower, row.typical_open_upper, row.resolution_seconds
                )
                for row in rows
            ],
            "prime": ranking["prime_time_drops"] / ranking["new_drop_count"].where(lambda n: n > 0),
            "daily": ranking["daily_prime_drops"],
            "change": ranking["change_ratio"],
            "change_interval": [
                formats.interval_words(row.change_lower, row.change_upper) for row in rows
            ],
            "neighborhood": ranking["neighborhood"],
            "cuisine": ranking["cuisine"],
            "opened": ranking["new_drop_count"],
            "watched": [
                formats.coverage_words(row.coverage_rate, is_assumed=row.is_coverage_assumed)
                for row in rows
            ],
        }
    )
    styler: Styler = shown.style.format(
        {
            "rank": "{:.0f}",
            "score": formats.score_words,
            "catchable": formats.quantity_words,
            "open": formats.open_time_words,
            "prime": formats.share_words,
            "change": formats.ratio_text,
            "opened": "{:,}",
        },
        na_rep=formats.UNKNOWN,
    )
    return styler


def _columns() -> dict[str, Any]:
    column = st.column_config
    return {
        "rank": column.NumberColumn("Rank", help=HELP["rank"], width=60),
        "ranks": column.TextColumn("could be", help=HELP["rank"], width=80),
        "name": column.TextColumn("Venue", pinned=True, width=160),
        "score": column.NumberColumn("Score", help=HELP["score"], width=60),
        "catchable": column.NumberColumn("Catchable a week", help=HELP["catchable"], width=130),
        "catchable_interval": column.TextColumn("95 % interval", width=100),
        "tier": column.TextColumn("Tier", help=HELP["tier"], width=200),
        "open": column.NumberColumn("Typically open", help=HELP["open"], width=110),
        "open_interval": column.TextColumn("95 % interval", width=110),
        "prime": column.NumberColumn("Prime share", help=HELP["prime"], width=90),
        "daily": column.LineChartColumn("Prime a day", help=HELP["daily"], y_min=0, width=120),
        "change": column.NumberColumn("This week to last", help=HELP["change"], width=120),
        "change_interval": column.TextColumn("95 % interval", width=100),
        "neighborhood": column.TextColumn("Neighborhood"),
        "cuisine": column.TextColumn("Cuisine"),
        "opened": column.NumberColumn("Opened", help=HELP["opened"], width=80),
        "watched": column.TextColumn("Watched", help=HELP["watched"], width=80),
    }


def _export(ranking: pd.DataFrame, question: Question) -> pd.DataFrame:
    """The rows that are shown, as numbers, with units in the header and the source in each row."""
    exported = pd.DataFrame(
        {
            "rank": ranking["rank"].astype("Int64"),
            "rank_band_from": ranking["rank_lower"].astype("Int64"),
            "rank_band_to": ranking["rank_upper"].astype("Int64"),
            "venue_id": ranking["venue_id"],
            "venue": ranking["name"],
            "neighborhood": ranking["neighborhood"],
            "cuisine": ranking["cuisine"],
            "scarcity_score_0_to_100": ranking["scarcity_score"],
            "catchable_prime_tables_per_week": ranking["catchable_per_week"],
            "catchable_lower_95": ranking["catchable_lower"],
            "catchable_upper_95": ranking["catchable_upper"],
            "tier": ranking["tier"],
            "typical_open_seconds": ranking["typical_open_seconds"],
            "typical_open_lower_95_seconds": ranking["typical_open_lower"],
            "typical_open_upper_95_seconds": ranking["typical_open_upper"],
            "resolution_seconds": ranking["resolution_seconds"],
            "tables_opened": ranking["new_drop_count"],
            "prime_tables_opened": ranking["prime_time_drops"],
            "prime_last_7_days_over_7_before": ranking["change_ratio"],
            "change_lower_95": ranking["change_lower"],
            "change_upper_95": ranking["change_upper"],
            "prime_tables_each_day_oldest_first": [
                " ".join(map(str, days)) for days in ranking["daily_prime_drops"]
            ],
            "observed_days": ranking["observed_days"],
            "coverage_share": ranking["coverage_rate"],
            "is_coverage_assumed": ranking["is_coverage_assumed"],
        }
    )
    return exported.assign(
        market=question.market_id,
        window_days=question.window_days,
        window_ends_on=question.as_of,
        formula_version=ranking["formula_version"],
        source=parts.source(question.reach, is_simulated=question.is_simulated),
    )


def _file_name(question: Question) -> str:
    filters = [part for part in (question.neighborhood, question.cuisine, question.on_list) if part]
    return parts.file_stem(
        {HARDEST: "hardest-tables", EASIEST: "easiest-of-the-hard"}.get(
            question.mode, question.mode
        ),
        question.market_id,
        *filters,
        question.as_of,
        f"{question.window_days}d",
        is_simulated=question.is_simulated,
    )


page()

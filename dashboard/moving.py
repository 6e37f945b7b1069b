"""The page Hardest tables, asked who gets harder or easier: and is it certain enough to print?"""

from collections.abc import Callable, Mapping
from datetime import date

import pandas as pd
import streamlit as st

from charts.look import Caption
from charts.slopes import drawn_words, lines_words, slopes_figure
from dashboard import data, explain, findings, formats, parts, pictures, printable, shapes
from dashboard.choices import Place
from metrics.wording import date_words

FACTS = 8  # of the surest venues, to be printed or not
CHANCE = (
    "How likely so strong a trend, in one venue or another, would be by chance, having asked about "
    "every venue (Benjamini–Hochberg). Below 5 % it is called a trend."
)


def show(
    ranking: pd.DataFrame,
    place: Place,
    *,
    label: str,
    scope: str,
    as_of: date,
    stem: str,
    link: Mapping[str, str],
    finding: parts.Finding,
    open_selected: Callable[[pd.DataFrame], None],
) -> None:
    """Finding, picture, table and statements of the venues that move in one direction.

    ranking: the venues asked about. label: as in `metrics.trend.Direction`.
    """
    everything = data.trends(place.market_id, as_of, place.version)
    trends = everything[everything["venue_id"].isin(ranking["venue_id"])].reset_index(drop=True)
    finding.markdown(findings.moving_finding(trends, label, scope, asked=len(ranking)))
    weeks = int(trends["weeks"].max()) if len(trends) else 0
    span = "at least 8 whole weeks are needed"
    if weeks:
        span = f"{weeks} whole weeks to {date_words(trends['as_of_date'].iloc[0], with_year=True)}"
    caption = Caption(
        title=findings.moving_title(trends, label, scope),
        subtitle=(
            f"Prime tables for two that can be caught: {lines_words(trends)} {span}; {scope}; "
            f"{drawn_words(trends)}."
        ),
        source=place.source,
    )
    pictures.figure(
        lambda look, said: slopes_figure(trends, look, said, weeks=weeks),
        caption,
        key="movers",
        file_name=stem,
        measure="trend",
    )
    way = trends[shapes.is_moving(trends, label)]
    way = way.sort_values(["adjusted_p", "p_value"], kind="stable").reset_index(drop=True)
    if way.empty:
        return
    _table(way, place, label=label, scope=scope, stem=stem, link=link)
    open_selected(way)
    asked = tuple(way["venue_id"].head(FACTS))
    printable.show(
        data.trend_facts(place.market_id, as_of, asked, place.version),
        source=place.source,
        is_simulated=place.is_simulated,
        file_name=f"statements-{stem}",
        key="trend-facts",
        title="Certain enough to print?",
    )


def _table(
    way: pd.DataFrame, place: Place, *, label: str, scope: str, stem: str, link: Mapping[str, str]
) -> None:
    st.caption(f"{parts.SELECT_ROW} The surest first.")
    rows = list(way.itertuples())
    column = st.column_config
    st.dataframe(
        pd.DataFrame(
            {
                "Venue": way["name"],
                "Verdict": [row.label or "no certain trend" for row in rows],
                "Tables to catch, each week": [
                    formats.change_words(row.change_per_week) for row in rows
                ],
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
        on_select=parts.note_selection,
        selection_mode="single-row",
        column_config={
            "Tables to catch, each week": column.TextColumn(help=explain.measure("trend")),
            "By chance": column.TextColumn(help=CHANCE),
            "Tables": column.NumberColumn(format="localized"),
        },
        placeholder="",
        alt=f"Venues of {scope} that are {label}, the surest first",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(place.source)
        parts.csv_download(way.assign(source=place.source), file_name=stem, key="ranking-csv")
        parts.exact_link("hardest", link)

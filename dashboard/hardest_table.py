"""The ranking as a table: what is shown, how it is explained, and the same rows to be saved."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import explain, formats
from db import insights
from metrics.facts import OPEN_TIME_NEEDS

HELP = {
    "prime": "Share of the tables that opened which were for prime time.",
    "daily": "Prime tables that opened, day by day over the window.",
    "opened": "All tables that were seen to open in the window.",
    "open": "Minutes after which half of the tables that opened were gone (Kaplan–Meier median), "
    f"with its 95 % interval. Never finer than how often we look; {OPEN_TIME_NEEDS}.",
}


def shown(ranking: pd.DataFrame) -> pd.DataFrame:
    """The table's cells: numbers with the digits they carry, which sort as numbers.

    ranking: rows of `insights.ranking`.
    """
    rows = list(ranking.itertuples())
    return pd.DataFrame(
        {
            "rank": ranking["rank"].astype("Int64"),
            "ranks": [formats.rank_interval_words(row.rank_lower, row.rank_upper) for row in rows],
            "name": ranking["name"],
            "catchable": formats.significant(ranking["catchable_per_week"]),
            "catchable_interval": [
                formats.interval_words(row.catchable_lower, row.catchable_upper) for row in rows
            ],
            "tier": ranking["tier"],
            "score": ranking["scarcity_score"].astype("Float64").round(0),
            "open": formats.significant(
                (ranking["typical_open_seconds"] / 60).where(
                    [insights.open_time_refusal(row) is None for row in rows]
                )
            ),
            "open_interval": [
                formats.UNKNOWN
                if insights.open_time_refusal(row) is not None
                else formats.open_interval_words(
                    row.typical_open_lower, row.typical_open_upper, row.resolution_seconds
                )
                for row in rows
            ],
            "change": formats.significant(ranking["change_ratio"]),
            "change_interval": [
                formats.interval_words(row.change_lower, row.change_upper) for row in rows
            ],
            "opened": ranking["new_drop_count"],
            "prime": (
                ranking["prime_time_drops"]
                / ranking["new_drop_count"].where(ranking["new_drop_count"] > 0)
            ).round(2),
            "daily": ranking["daily_prime_drops"],
            "neighborhood": ranking["neighborhood"],
            "cuisine": ranking["cuisine"],
            "watched": [
                formats.coverage_words(row.coverage_rate, is_assumed=row.is_coverage_assumed)
                for row in rows
            ],
        }
    )


def columns(*, counts_all: bool) -> dict[str, Any]:
    """How the table's columns are titled and explained; None hides one.

    counts_all: all tables are counted, so the rate is of openings and tiers do not apply.
    """
    column = st.column_config
    rate = "Opened a week" if counts_all else "Catchable a week"
    return {
        "rank": column.NumberColumn("Rank", help=explain.measure("ranks"), width=50),
        "ranks": column.TextColumn("could be", help=explain.measure("ranks"), width=66),
        "name": column.TextColumn("Venue", pinned=True, width=152),
        "catchable": column.NumberColumn(rate, help=explain.measure("catchable"), width=114),
        "catchable_interval": column.TextColumn("95 % interval", width=86),
        "tier": None
        if counts_all
        else column.TextColumn("Tier", help=explain.measure("tiers"), width=222),
        "score": None
        if counts_all
        else column.NumberColumn("Score", help=explain.measure("scarcity"), width=55),
        "open": column.NumberColumn("Half gone, min", help=HELP["open"], width=105),
        "open_interval": column.TextColumn("95 % interval", width=110),
        "change": column.NumberColumn(
            "Last 7 days, × the 7 before", help=explain.measure("rates"), width=170
        ),
        "change_interval": column.TextColumn("95 % interval", width=92),
        "opened": column.NumberColumn("Opened", help=HELP["opened"], width=75, format="localized"),
        "prime": column.NumberColumn("Prime share", help=HELP["prime"], width=90, format="percent"),
        "daily": column.LineChartColumn("Prime a day", help=HELP["daily"], y_min=0, width=120),
        "neighborhood": column.TextColumn("Neighborhood"),
        "cuisine": column.TextColumn("Cuisine"),
        "watched": column.TextColumn("Watched", help=explain.measure("coverage"), width=80),
    }


def export(ranking: pd.DataFrame, *, counts_all: bool) -> pd.DataFrame:
    """The rows that are shown, as numbers, with units in the header."""
    rate = "all_tables_opened" if counts_all else "catchable_prime_tables"
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
            f"{rate}_per_week": ranking["catchable_per_week"],
            f"{'opened' if counts_all else 'catchable'}_lower_95": ranking["catchable_lower"],
            f"{'opened' if counts_all else 'catchable'}_upper_95": ranking["catchable_upper"],
            "tier": ranking["tier"],
            "typical_open_seconds": ranking["typical_open_seconds"],
            "typical_open_lower_95_seconds": ranking["typical_open_lower"],
            "typical_open_upper_95_seconds": ranking["typical_open_upper"],
            "typical_open_not_printed_because": [
                insights.open_time_refusal(row) for row in ranking.itertuples()
            ],
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
            "formula_version": ranking["formula_version"],
        }
    )
    hidden = ["scarcity_score_0_to_100", "tier"] if counts_all else []
    return exported.drop(columns=hidden)

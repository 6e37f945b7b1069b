"""A market's week against the eight before it: the figures that an edition's sentences stand on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard import data, formats, parts
from dashboard.choices import Place
from dashboard.parts import remembered
from db.insights import WeekCompared
from metrics.calendar import IsoWeek, iso_week_bounds, last_whole_week
from metrics.wording import WEEKDAYS, count_words, date_words, list_words, window_words


def show(place: Place, last: date) -> None:
    """The last whole week up to a day; which of its days are compared is in the URL."""
    week = last_whole_week(last)
    _, sunday = iso_week_bounds(week)
    st.subheader(f"The week to {date_words(sunday)} against the eight before it", anchor=False)
    chosen = st.segmented_control(
        "Days compared",
        WEEKDAYS,
        selection_mode="multi",
        default=WEEKDAYS,
        key="compared",
        bind="query-params",
    )
    days = tuple(number for number, name in enumerate(WEEKDAYS) if name in (chosen or WEEKDAYS))
    shown = _compared(place, week, days)
    if shown is None:
        st.caption("Nothing is known of this week yet.")
        return
    st.caption(shown.caption)
    st.table(shown.parts, hide_index=False)
    st.table(shown.days, hide_index=False)
    parts.footnote(shown.footnote)
    parts.csv_download(
        shown.export, file_name=place.file_stem("week-compared", sunday), key="week-compared-csv"
    )


@dataclass(frozen=True)
class Shown:
    """A week against the eight before it: in parts, by day, in words, and as it is saved."""

    caption: str
    parts: pa.Table
    days: pa.Table
    footnote: str
    export: Callable[[], pd.DataFrame]


@remembered
def _compared(place: Place, week: IsoWeek, days: tuple[int, ...]) -> Shown | None:
    """These days of the week; None where nothing is known of it."""
    found = data.week_compared(place.market_id, week, days, place.version)
    if found is None or found.parts.empty:
        return None
    by_day = _table(found.days, [date_words(day) for day in found.days["local_date"]], "Day")
    by_day["To be had, against the same hours before"] = [
        formats.signed_change_words(row.supply_change, row.supply_lower, row.supply_upper)
        for row in found.days.itertuples()
    ]
    return Shown(
        caption=(
            f"{window_words(found.first_date, found.last_date)}; only days that were watched about "
            "as much as is usual count. Usual is the mean of the same weekdays of the eight weeks "
            "before, days that stood out included. The band in the picture above goes by their "
            "median, so the two differ after a burst. Brackets hold 95 % intervals. The weekly "
            "digest goes by these figures."
        ),
        parts=parts.sendable(
            _table(found.parts, found.parts["what"].tolist(), "Tables that opened")
        ),
        days=parts.sendable(by_day),
        footnote=_footnote(found),
        export=lambda: pd.concat([found.parts, found.days], ignore_index=True).assign(
            market=place.market_id, week=str(week), source=place.source
        ),
    )


def _footnote(found: WeekCompared) -> str:
    said = []
    if found.prime is not None:
        share = found.prime
        said.append(
            f"{formats.share_words(share.share)} of the week's {count_words(share.trials)} tables "
            f"were for prime time ({formats.share_words(share.lower)} to "
            f"{formats.share_words(share.upper)})."
        )
    if found.first_seen:
        names = [formats.as_markdown(name) for name in found.first_seen]
        said.append(f"Seen for the first time ({len(names)}): {list_words(names)}.")
    return " ".join(said)


def _table(figures: pd.DataFrame, names: list[str], title: str) -> pd.DataFrame:
    rows = list(figures.itertuples())
    return pd.DataFrame(
        {
            "Tables": [formats.count_or_unknown(row.tables) for row in rows],
            "Usual": [formats.quantity_words(row.usual) for row in rows],
            "Against usual": [
                formats.times_usual_words(row.ratio, row.lower, row.upper) for row in rows
            ],
        },
        index=pd.Index(names, name=title),
    )

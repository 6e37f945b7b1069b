"""Page: cohorts. Is conversion changing, and how fast are alerts acted on?"""

from datetime import date

import pandas as pd
import streamlit as st

from charts.annotations import annotation_texts, annotation_words
from charts.cohorts import cohorts_figure
from charts.look import Caption
from charts.reactions import reactions_figure
from dashboard import conversion, data, formats, pictures
from dashboard import conversion_findings as findings
from dashboard.conversion import Asked
from db.insights import FunnelRow, TimeToAct
from metrics.small_cells import SMALLEST_CELL
from metrics.wording import count_words, date_words, duration_short


def page() -> None:
    """Weeks of sending, then times to act."""
    asked = conversion.header("Cohorts")
    if asked is None:
        return
    found = conversion.funnel(asked, "week")
    _weeks(asked, found.rows, found.total)
    _times(asked, found.total)


def _weeks(asked: Asked, rows: tuple[FunnelRow, ...], total: FunnelRow) -> None:
    _, users = conversion.users(asked, "week")
    weeks = pd.DataFrame(
        [
            {
                "week": row.key,
                "week_date": date.fromisoformat(f"{row.key}-1"),
                **conversion.row_numbers(row, users[row.key]),
                "is_settled": row.unsettled == 0,
            }
            for row in rows
            if row.key is not None
        ]
    )
    if weeks.empty:
        st.info("No alert was sent in this window.")
        return
    notes = data.annotations(asked.market_id)
    shown = conversion.exported(weeks, kept=["week", "week_date", "is_settled"])
    drawn = weeks[~shown["is_suppressed"]]
    caption = Caption(
        title=findings.cohorts_title(drawn),
        subtitle=(
            f"Share of settled alerts booked {asked.window_words}, by the week they were sent in, "
            "with 95 % interval, users as the unit; weeks in which some have not settled are open "
            f"dots, and the first and last may not be whole. {conversion.n_words(asked, total)}"
            + annotation_words(notes, weeks["week_date"].iloc[0], asked.last)
        ),
        source=asked.source,
    )
    pictures.figure(
        lambda look, printed: cohorts_figure(drawn, look, printed, annotations=notes),
        caption,
        key="cohorts",
        file_name=asked.file_stem("cohorts"),
        table=asked.signed(
            shown.assign(annotation=annotation_texts(notes, shown["week_date"], unit_days=7))
        ),
    )
    conversion.table(
        pd.DataFrame(
            {
                "Week of": [date_words(day) for day in shown["week_date"]],
                "Settled": [conversion.count_text(count) for count in shown["sent"]],
                "Users": [conversion.count_text(count) for count in shown["users"]],
                "Booked": [conversion.count_text(count) for count in shown["booked"]],
                "Of all settled": [
                    conversion.rate_text(
                        row.booked_rate, row.lower, row.upper, is_held_back=row.is_suppressed
                    )
                    for row in shown.itertuples()
                ],
                "Not settled": [conversion.count_text(count) for count in shown["unsettled"]],
            }
        ),
        key="cohort-rows",
        alt="Conversion by week of sending",
    )
    if shown["unsettled"].isna().any():
        st.caption(conversion.HELD_BACK_WORDS)


def _times(asked: Asked, total: FunnelRow) -> None:
    curves = conversion.reactions(asked)
    (whole,) = conversion.time_to_act(asked)
    steps = {"opened": whole.to_open, "tapped": whole.to_tap, "booked": whole.to_book}
    medians = {step: times.median_seconds for step, times in steps.items()}
    caption = Caption(
        title=findings.act_title(medians),
        subtitle=(
            "Share of settled alerts that were opened, tapped and booked by so long after they "
            "were sent, as each step was seen; a dot where half of those who took the step had. "
            f"{conversion.n_words(asked, total)}"
        ),
        source=asked.source,
    )
    table = curves.acted.assign(settled=curves.settled)
    if curves.settled < SMALLEST_CELL:
        table = table[["seconds"]].assign(is_suppressed=True)
    pictures.figure(
        lambda look, printed: reactions_figure(
            curves.acted, look, printed, settled=curves.settled, medians=medians
        ),
        caption,
        key="reactions",
        file_name=asked.file_stem("time-to-act"),
        table=asked.signed(table),
    )
    st.table(_times_table(whole))


def _times_table(whole: TimeToAct) -> pd.DataFrame:
    steps = {"opened": whole.to_open, "tapped": whole.to_tap, "booked": whole.to_book}
    return pd.DataFrame(
        {
            "Seen": [count_words(times.count) for times in steps.values()],
            "Median": [_seconds(times.median_seconds) for times in steps.values()],
            "9 in 10 within": [_seconds(times.p90_seconds) for times in steps.values()],
        },
        index=list(steps),
    )


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return formats.UNKNOWN
    return "at once" if seconds < 1 else duration_short(seconds)


page()

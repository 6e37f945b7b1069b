"""Page: how far alerts lead. The funnel, its losses, and the same by venue, channel, hour …"""

import pandas as pd
import streamlit as st

from charts.funnel import CAUSE_WORDS
from charts.look import Caption
from dashboard import conversion, parts
from dashboard import conversion_findings as findings
from dashboard.conversion import BREAKDOWNS, STEP_WORDS, Asked
from dashboard.figures import funnel_figure, shares_figure
from db.insights import FunnelRow
from metrics.conversion import CAUSES
from metrics.wording import count_words

MOST_ROWS = 30
IN_ORDER = ("weekday", "hour", "tier", "daypart")


def page() -> None:
    """Window, funnel, its table, breakdown."""
    asked = conversion.header("Funnel")
    if asked is None:
        return
    total = conversion.funnel(asked).total
    _whole(asked, total)
    _broken_down(asked, total)


def _whole(asked: Asked, total: FunnelRow) -> None:
    steps = pd.DataFrame(
        [
            {
                "step": STEP_WORDS[step.step],
                "count": step.count,
                "step_rate": None if step.rate is None else step.rate.share,
                "step_lower": None if step.rate is None else step.rate.lower,
                "step_upper": None if step.rate is None else step.rate.upper,
                "overall_rate": None if step.overall is None else step.overall.share,
                "overall_lower": None if step.overall is None else step.overall.lower,
                "overall_upper": None if step.overall is None else step.overall.upper,
            }
            for step in total.steps
        ]
    )
    lost = conversion.reactions(asked).lost
    caption = Caption(
        title=findings.funnel_title(total),
        subtitle=(
            f"Settled alerts that reached each step {asked.window_words} of being sent, with the "
            "share that went on, and what became of those that did not, step by step: “gone”, the "
            "table was taken too early for them. A later step counts for the earlier ones. "
            f"{conversion.n_words(asked, total)}"
        ),
        source=asked.source,
    )
    parts.figure(
        lambda look, printed: funnel_figure(steps, lost, look, printed, unsettled=total.unsettled),
        caption,
        key="funnel",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=asked.file_stem("funnel"),
        table=asked.signed(
            conversion.exported(
                steps.assign(sent=total.sent, unsettled=total.unsettled), kept=["step"]
            )
        ),
    )
    shown = conversion.exported(
        steps.assign(sent=total.sent, unsettled=total.unsettled), kept=["step"]
    )
    conversion.table(
        pd.DataFrame(
            {
                "Step": shown["step"],
                "Alerts": [conversion.count_text(count) for count in shown["count"]],
                "Of the step before": [
                    "all"
                    if row.step == "sent"
                    else conversion.rate_text(
                        row.step_rate,
                        row.step_lower,
                        row.step_upper,
                        is_held_back=row.is_suppressed,
                    )
                    for row in shown.itertuples()
                ],
                "Of all sent": [
                    "all"
                    if row.step == "sent"
                    else conversion.rate_text(
                        row.overall_rate,
                        row.overall_lower,
                        row.overall_upper,
                        is_held_back=row.is_suppressed,
                    )
                    for row in shown.itertuples()
                ],
            }
        ),
        key="funnel-steps",
        alt="Steps with counts and rates",
    )
    st.caption(
        f"Not settled, so in no rate: {count_words(total.unsettled)}. Brackets hold 95 % "
        "intervals. The picture counts losses by the step that was not reached; [Why alerts "
        "fail](./losses) and the columns below count them by cause, whatever the step."
    )


def _broken_down(asked: Asked, total: FunnelRow) -> None:
    # In the URL stands what the reader sees.
    names_of = {words: name for name, words in BREAKDOWNS.items()}
    asked_by = st.selectbox(
        "Break down by", list(names_of), key="by", bind="query-params", width=220
    )
    by = names_of[asked_by]
    found = conversion.funnel(asked, by)
    names = (
        {venue.venue_id: venue.name for venue in conversion.venues(asked)} if by == "venue" else {}
    )
    rows = conversion.rows_of(found, by, names)
    if rows.empty:
        return
    shown = conversion.exported(rows, kept=["name"])
    if by not in IN_ORDER:
        rows = rows.sort_values(["sent", "name"], ascending=[False, True])
        shown = shown.loc[rows.index]
    open_rows = rows[~shown["is_suppressed"]]
    drawn = open_rows[open_rows["booked_rate"].notna()].head(MOST_ROWS)
    overall = total.steps[-1].overall
    caption = Caption(
        title=(
            findings.venues_title(conversion.shown_venues(asked))
            if by == "venue"
            else findings.breakdown_title(open_rows, BREAKDOWNS[by])
        ),
        subtitle=(
            f"Share of settled alerts booked {asked.window_words}, by {BREAKDOWNS[by]}, with 95 % "
            f"interval and n; {'in order' if by in IN_ORDER else 'most alerts first'}"
            + (f", the first {MOST_ROWS}" if len(rows) > MOST_ROWS else "")
            + f". {conversion.n_words(asked, total)}"
        ),
        source=asked.source,
    )
    parts.figure(
        lambda look, printed: shares_figure(
            drawn.assign(trials=drawn["sent"], share=drawn["booked_rate"]).assign(
                note=[f"n = {count_words(int(sent))}" for sent in drawn["sent"]]
            ),
            look,
            printed,
            overall=None if overall is None else overall.share,
            unit="of alerts booked",
        ),
        caption,
        key="funnel-by",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=asked.file_stem(f"by-{by.replace('_', '-')}"),
        table=asked.signed(shown),
    )
    conversion.table(
        pd.DataFrame(
            {
                BREAKDOWNS[by].capitalize(): shown["name"],
                "Sent": [conversion.count_text(count) for count in shown["sent"]],
                "Opened": [conversion.count_text(count) for count in shown["opened"]],
                "Tapped": [conversion.count_text(count) for count in shown["tapped"]],
                "Booked": [conversion.count_text(count) for count in shown["booked"]],
                "Of all sent": [
                    conversion.rate_text(
                        row.booked_rate, row.lower, row.upper, is_held_back=row.is_suppressed
                    )
                    for row in shown.itertuples()
                ],
                "Not settled": [conversion.count_text(count) for count in shown["unsettled"]],
                **{
                    CAUSE_WORDS[cause].capitalize(): [
                        conversion.count_text(count) for count in shown[cause]
                    ]
                    for cause in CAUSES
                },
            }
        ),
        key="funnel-rows",
        alt=f"The funnel by {BREAKDOWNS[by]}",
    )
    if shown["unsettled"].isna().any():
        st.caption(conversion.HELD_BACK_WORDS)


page()

"""Page: how far alerts lead. The funnel, its losses, and the same by venue, channel, hour …"""

import pandas as pd
import streamlit as st

from charts.funnel import CAUSE_WORDS, FATE_WORDS, funnel_figure
from charts.look import Caption
from charts.shares import shares_figure
from dashboard import choices, conversion, parts, pictures
from dashboard import conversion_findings as findings
from dashboard.conversion import BREAKDOWNS, STEP_WORDS, Asked
from db.insights import FunnelRow
from metrics.conversion import CAUSES
from metrics.wording import count_words, number_of

MOST_ROWS = 30
IN_ORDER = ("weekday", "hour", "tier", "daypart", "time_to_open")


def page() -> None:
    """Window, funnel, its table, breakdown."""
    asked = conversion.header("Funnel")
    if asked is None:
        return
    total = conversion.funnel(asked).total
    _whole(asked, total)
    _broken_down(asked, total)


def _whole(asked: Asked, total: FunnelRow) -> None:
    users, _ = conversion.users(asked)
    steps = pd.DataFrame(
        [
            {
                "step": STEP_WORDS[step.step],
                "count": step.count,
                **conversion.share_columns(rate, "step_rate", "step_"),
                **conversion.share_columns(overall, "overall_rate", "overall_"),
            }
            for step, rate, overall in zip(total.steps, users.rates, users.overall, strict=True)
        ]
    )
    lost = conversion.reactions(asked).lost
    by_fate = lost.pivot_table("alerts", "step", "fate", "sum").reindex(steps["step"])
    numbers = steps.assign(
        **{f"lost_{fate}": by_fate[fate].tolist() for fate in FATE_WORDS},
        sent=total.sent,
        users=users.users,
        unsettled=total.unsettled,
    )
    shown = conversion.exported(numbers, kept=["step"])
    caption = Caption(
        title=findings.funnel_title(total, users),
        subtitle=(
            f"Settled alerts that reached each step {asked.window_words} of being sent, with the "
            "share that went on, and what became of the tables of those that did not, step by "
            "step: “gone”, somebody took it. A later step counts for the earlier ones. "
            f"{conversion.n_words(asked, total)}"
        ),
        source=asked.source,
    )
    pictures.figure(
        lambda look, printed: funnel_figure(steps, lost, look, printed, unsettled=total.unsettled),
        caption,
        key="funnel",
        file_name=asked.file_stem("funnel"),
        table=asked.signed(shown),
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
                **{
                    f"Lost before, {words}": [
                        "" if step == "sent" else conversion.count_text(count)
                        for step, count in zip(shown["step"], shown[f"lost_{fate}"], strict=True)
                    ]
                    for fate, words in FATE_WORDS.items()
                },
            }
        ),
        key="funnel-steps",
        alt="Steps with counts and rates",
    )
    st.caption(
        f"Not settled, so in no rate: {count_words(total.unsettled)}. Brackets hold 95 % "
        f"intervals with users as the unit: these alerts went to {number_of(users.users, 'user')}, "
        "and one user's alerts share a fate. The picture counts losses by the step that was not "
        "reached; [Why alerts fail](./losses) and the columns below count them by cause, whatever "
        "the step."
    )
    parts.footnote(conversion.unsent_words(conversion.unsent_alerts(asked.market_id)))


def _broken_down(asked: Asked, total: FunnelRow) -> None:
    # In the URL stands what the reader sees.
    names_of = {words: name for name, words in BREAKDOWNS.items()}
    choices.say_not_offered("by", list(names_of), "breakdowns")
    asked_by = st.selectbox(
        "Break down by", list(names_of), key="by", bind="query-params", width=220
    )
    by = names_of[asked_by]
    names = (
        {venue.venue_id: venue.name for venue in conversion.venues(asked)} if by == "venue" else {}
    )
    rows = conversion.rows_of(asked, by, names)
    if rows.empty:
        return
    shown = conversion.exported(rows, kept=["name"])
    if by not in IN_ORDER:
        rows = rows.sort_values(["sent", "name"], ascending=[False, True])
        shown = shown.loc[rows.index]
    open_rows = rows[~shown["is_suppressed"]]
    drawn = conversion.drawn_shares(open_rows).head(MOST_ROWS)
    overall = total.steps[-1].overall
    caption = Caption(
        title=(
            findings.venues_title(conversion.shown_venues(asked))
            if by == "venue"
            else findings.breakdown_title(open_rows, BREAKDOWNS[by])
        ),
        subtitle=(
            f"Share of settled alerts booked {asked.window_words}, by {BREAKDOWNS[by]}, with 95 % "
            "interval, users as the unit, and n; not compared like with like; "
            f"{'in order' if by in IN_ORDER else 'most alerts first'}"
            + (f", the first {MOST_ROWS}" if len(rows) > MOST_ROWS else "")
            + f". {conversion.n_words(asked, total)}"
        ),
        source=asked.source,
    )
    pictures.figure(
        lambda look, printed: shares_figure(
            drawn,
            look,
            printed,
            overall=None if overall is None else overall.share,
            unit="of alerts booked",
            empty=conversion.nothing_drawn(rows),
        ),
        caption,
        key="funnel-by",
        file_name=asked.file_stem(f"by-{by.replace('_', '-')}"),
        table=asked.signed(shown),
    )
    conversion.table(
        pd.DataFrame(
            {
                BREAKDOWNS[by].capitalize(): shown["name"],
                "Sent": [conversion.count_text(count) for count in shown["sent"]],
                "Users": [conversion.count_text(count) for count in shown["users"]],
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

"""Page: why alerts fail. Every loss has one cause, and the causes add up to the losses."""

import pandas as pd
import streamlit as st

from charts.funnel import CAUSE_WORDS
from charts.look import Caption
from dashboard import conversion, parts
from dashboard import conversion_findings as findings
from dashboard.conversion import Asked
from dashboard.figures import causes_figure, faster_figure
from db.insights import FunnelRow
from metrics.conversion import CAUSES
from metrics.small_cells import SMALLEST_CELL
from metrics.wording import count_words, number_of, percent_words

FASTER_SECONDS = 30

MEANING = {
    "gone_before_opened": "the table was taken before the alert was opened, or it never was",
    "gone_before_tap": "opened in time, but the table was taken before the tap",
    "gone_before_confirm": "tapped in time, but the table was taken before the confirmation",
    "still_there": "nobody took the table within the window, and the user did not book it",
    "unknown": "the alert names no drop, or what became of it was not seen",
}


def page() -> None:
    """Causes, their table, what being faster would have saved."""
    asked = conversion.header("Why alerts fail")
    if asked is None:
        return
    total = conversion.funnel(asked).total
    _causes(asked, total)
    _faster(asked, total)


def _causes(asked: Asked, total: FunnelRow) -> None:
    losses = sum(total.losses.values())
    causes = pd.DataFrame({"cause": CAUSES, "alerts": [total.losses[cause] for cause in CAUSES]})
    caption = Caption(
        title=findings.losses_title(total.losses),
        subtitle=(
            f"{number_of(losses, 'settled alert')} not booked {asked.window_words}, each with one "
            "cause, whatever the step at which it was lost; the causes add up to them. "
            f"{conversion.n_words(asked, total)}"
        ),
        source=asked.source,
    )
    table = causes.assign(
        share_of_losses=causes["alerts"] / losses if losses else None,
        losses=losses,
        sent=total.sent,
        booked=total.booked,
    )
    if total.sent < SMALLEST_CELL:
        table = table[["cause"]].assign(is_suppressed=True)
    parts.figure(
        lambda look, printed: causes_figure(causes, look, printed),
        caption,
        key="causes",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=asked.file_stem("losses"),
        table=asked.signed(table),
    )
    st.table(
        pd.DataFrame(
            {
                "Alerts": [count_words(count) for count in causes["alerts"]],
                "Of all losses": [
                    percent_words(count / losses) if losses else "none"
                    for count in causes["alerts"]
                ],
                "What it means": [MEANING[cause] for cause in CAUSES],
            },
            index=[CAUSE_WORDS[cause] for cause in CAUSES],
        )
    )
    st.caption(
        f"{count_words(total.sent)} settled, {count_words(total.booked)} booked, "
        f"{count_words(losses)} lost. [Funnel](./funnel) counts the same losses step by step: an "
        "alert that was opened after its table had gone is here *gone before opened*, and there "
        "*not tapped, gone*."
    )


def _faster(asked: Asked, total: FunnelRow) -> None:
    saved = conversion.reactions(asked).saved
    losses = sum(total.losses.values())
    caption = Caption(
        title=findings.faster_title(saved, FASTER_SECONDS),
        subtitle=(
            "Lost alerts whose next step came so many seconds or fewer after the table was taken: "
            "what being that much faster would have saved; none of those whose table was gone when "
            "they were sent. "
            f"{conversion.n_words(asked, total)}"
        ),
        source=asked.source,
    )
    table = saved if total.sent >= SMALLEST_CELL else saved[["seconds"]].assign(is_suppressed=True)
    parts.figure(
        lambda look, printed: faster_figure(saved, look, printed, marked_seconds=FASTER_SECONDS),
        caption,
        key="faster",
        alt=f"{caption.title}. {caption.subtitle}",
        file_name=asked.file_stem("faster"),
        table=asked.signed(table),
    )
    st.table(
        pd.DataFrame(
            {
                "Alerts saved": [count_words(int(count)) for count in saved["saved"]],
                "Of all losses": [
                    percent_words(count / losses, (0.0, 0.001)) if losses else "none"
                    for count in saved["saved"]
                ],
            },
            index=[f"{seconds} s faster" for seconds in saved["seconds"]],
        ).iloc[1:]
    )


page()

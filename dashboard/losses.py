"""Page: why alerts fail. Every loss is of one kind, and the kinds add up to the losses."""

import pandas as pd
import streamlit as st

from charts.causes import KIND_WORDS, causes_figure
from charts.faster import faster_figure
from charts.look import Caption
from dashboard import conversion, pictures
from dashboard import conversion_findings as findings
from dashboard.conversion import Asked
from db.insights import FunnelRow
from metrics.conversion import LOSS_KINDS
from metrics.small_cells import SMALLEST_CELL
from metrics.wording import count_words, number_of, percent_words

FASTER_SECONDS = 30

MEANING = {
    "never_opened": "not opened within the window; its table was taken meanwhile",
    "opened_too_late": "opened, but after the table was taken",
    "never_tapped": "opened in time, not tapped within the window; the table was taken meanwhile",
    "tapped_too_late": "opened in time, but tapped after the table was taken",
    "never_confirmed": "tapped in time, but no booking followed; the table was taken meanwhile",
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
    lost = conversion.reactions(asked).lost.groupby("kind")["alerts"].sum()
    kinds = pd.DataFrame(
        {"kind": list(LOSS_KINDS), "alerts": [int(lost[kind]) for kind in LOSS_KINDS]}
    )
    caption = Caption(
        title=findings.losses_title(dict(zip(kinds["kind"], kinds["alerts"], strict=True)), total),
        subtitle=(
            f"{number_of(losses, 'settled alert')} not booked {asked.window_words}, each of one "
            "kind; the kinds add up to them. “Gone”: somebody took the table within that time. "
            f"{conversion.n_words(asked, total)}"
        ),
        source=asked.source,
    )
    table = kinds.assign(
        cause=kinds["kind"].map(LOSS_KINDS),
        share_of_losses=kinds["alerts"] / losses if losses else None,
        losses=losses,
        sent=total.sent,
        booked=total.booked,
    )
    if total.sent < SMALLEST_CELL:
        table = table[["kind", "cause"]].assign(is_suppressed=True)
    pictures.figure(
        lambda look, printed: causes_figure(
            kinds, look, printed, empty=f"{findings.nothing_lost(total)}."
        ),
        caption,
        key="causes",
        file_name=asked.file_stem("losses"),
        table=asked.signed(table),
    )
    st.table(
        pd.DataFrame(
            {
                "Alerts": [count_words(count) for count in kinds["alerts"]],
                "Of all losses": [
                    percent_words(count / losses) if losses else "none" for count in kinds["alerts"]
                ],
                "What it means": [MEANING[kind] for kind in kinds["kind"]],
            },
            index=[KIND_WORDS[kind] for kind in kinds["kind"]],
        )
    )
    st.caption(
        f"{count_words(total.sent)} settled, {count_words(total.booked)} booked, "
        f"{count_words(losses)} lost. A longer window moves losses from *still there* to *gone*: "
        "given more time, more tables are taken by somebody. The API and the columns of the "
        "[Funnel](./funnel) add *never* and *too late* up to *gone before opened*, *gone before "
        "tap* and *gone before confirm*; the Funnel's picture counts the same losses by the step "
        "that was not reached."
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
    pictures.figure(
        lambda look, printed: faster_figure(saved, look, printed, marked_seconds=FASTER_SECONDS),
        caption,
        key="faster",
        file_name=asked.file_stem("faster"),
        table=asked.signed(table),
    )
    st.table(
        pd.DataFrame(
            {
                "Alerts in time": [count_words(int(count)) for count in saved["saved"]],
                "Of all losses": [
                    percent_words(count / losses, (0.0, 0.001)) if losses else "none"
                    for count in saved["saved"]
                ],
            },
            index=[f"{seconds} s faster" for seconds in saved["seconds"]],
        ).iloc[1:]
    )


page()

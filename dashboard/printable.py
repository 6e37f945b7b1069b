"""Facts on a page: sentences to copy with what backs them; what must not be printed, and why."""

import math
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import copyable, explain, formats, parts
from metrics.facts import Fact, Verdict
from metrics.wording import duration_range_short, list_words, number_of, number_words, percent_words

TITLE = "What may be printed"


def show(
    facts: Sequence[Fact],
    *,
    source: str,
    is_simulated: bool,
    file_name: str,
    key: str,
    title: str = TITLE,
) -> None:
    """The facts with their verdicts, printable ones first; a button saves all (`{key}-csv`).

    source: the source line of what is saved. is_simulated: copies carry the label.
    """
    st.subheader(title, anchor=False, help=explain.measure("facts"))
    sayable = [fact for fact in facts if fact.printable is not None]
    refused = [fact for fact in facts if fact.printable is None]
    st.caption(summary(facts))
    if sayable:
        copyable.sentences(
            [
                (sentence_to_copy(fact, is_simulated=is_simulated), evidence(fact))
                for fact in sayable
            ],
            key=f"{key}-facts",
        )
    if refused:
        st.markdown(
            "\n".join(
                f"- **Do not print:** {formats.as_markdown(fact.sentence)}. "
                f"{formats.as_markdown(evidence(fact))}"
                for fact in refused
            )
        )
    if facts:
        parts.csv_download(
            lambda: facts_table(facts).assign(source=source), file_name=file_name, key=key
        )


def summary(facts: Sequence[Fact]) -> str:
    """How many of the facts may be printed, and how to copy one."""
    if not facts:
        return "Nothing yet: these data have not been scored."
    counts = [
        (sum(fact.verdict is verdict for fact in facts), words)
        for verdict, words in (
            (Verdict.PRINT, "to be printed as worded"),
            (Verdict.HEDGE, "hedged, to be printed in the softer words given"),
            (Verdict.DO_NOT_PRINT, "not to be printed, with the reason"),
        )
    ]
    said = list_words([f"{count} {words}" for count, words in counts if count])
    copy = ""
    if any(fact.printable is not None for fact in facts):
        copy = " The button at a sentence's right copies it with its source."
    return f"{number_of(len(facts), 'statement').capitalize()}: {said}.{copy}"


def sentence_to_copy(fact: Fact, *, is_simulated: bool) -> str:
    """A fact's sentence with what it rests on, so that a copy does not lose it."""
    label = "; simulated data, fictional venues" if is_simulated else ""
    return f"{fact.printable}. (Table Stakes, {fact.source_line}{label})"


def evidence(fact: Fact) -> str:
    """Verdict, reason, interval and count in a line.

    The interval is in the fact's own unit; where it has none, nothing is said of it.
    """
    verdict = {Verdict.PRINT: "Print.", Verdict.HEDGE: "Hedged", Verdict.DO_NOT_PRINT: "Reason"}
    said = verdict[fact.verdict] + (f": {fact.reason}." if fact.reason else "")
    interval = interval_text(fact)
    return f"{said} {f'95 % interval {interval}; ' if interval else ''}n = {fact.n:,}."


def interval_text(fact: Fact) -> str:
    """A fact's 95 % interval in its unit; empty where there is none."""
    if fact.interval is None or any(math.isnan(end) for end in fact.interval):
        return ""
    low, high = fact.interval
    if fact.unit == "seconds":
        return duration_range_short((low, high))
    if fact.unit == "rank":
        return f"{formats.rank_interval_words(low, high)} of {fact.n:,}"
    if math.isinf(high):
        return f"{number_words(low)} or more"
    if fact.unit == "share a week":
        return f"{formats.change_words(low)} to {formats.change_words(high)}, each week"
    if fact.unit.startswith("share"):
        return f"{percent_words(low)} to {percent_words(high)}"
    unit = {"ratio": "times"}.get(fact.unit, fact.unit)
    return f"{number_words(low, (low, high))}–{number_words(high, (low, high))} {unit}"


def facts_table(facts: Sequence[Fact]) -> pd.DataFrame:
    """The facts as rows, for saving; what must not be printed has no sentence."""
    return pd.DataFrame(
        [
            {
                "kind": fact.kind,
                "verdict": str(fact.verdict),
                "sentence": fact.printable,
                "reason": fact.reason,
                "number": fact.number,
                "lower_95": None if fact.interval is None else fact.interval[0],
                "upper_95": None if fact.interval is None else fact.interval[1],
                "unit": fact.unit,
                "n": fact.n,
                "first_date": fact.context.first_date,
                "last_date": fact.context.last_date,
                "link": fact.context.permalink,
                "method_version": fact.method_version,
            }
            for fact in facts
        ]
    )

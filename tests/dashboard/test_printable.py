"""Statements on a page: what may be said, how sure it is, and what must not be printed."""

import math
from dataclasses import replace
from datetime import date

from dashboard import printable
from metrics.coverage import Coverage
from metrics.facts import Fact, FactContext, Verdict

CONTEXT = FactContext(date(2026, 10, 26), date(2026, 11, 22), Coverage(0.97), "/venue?venue=luna")
PRINTED = Fact(
    "catchable", "About 3 a week", 3.0, "tables a week", 20, (2.0, 4.0), CONTEXT, Verdict.PRINT
)
HEDGED = replace(
    PRINTED,
    verdict=Verdict.HEDGE,
    hedged_sentence="Between 2 and 4 a week",
    reason="few drops",
)
REFUSED = replace(PRINTED, verdict=Verdict.DO_NOT_PRINT, reason="any tier fits")


def test_the_summary_counts_every_verdict() -> None:
    said = printable.summary([PRINTED, HEDGED, REFUSED])
    assert said.startswith("Three statements: 1 to be printed as worded, 1 hedged")
    assert "1 not to be printed, with the reason." in said
    assert "copies it" not in printable.summary([REFUSED])
    assert printable.summary([]) == "Nothing yet: these data have not been scored."


def test_every_statement_comes_with_its_interval_in_its_own_unit() -> None:
    assert printable.evidence(PRINTED) == "Print. 95 % interval 2–4 tables a week; n = 20."
    assert printable.evidence(HEDGED).startswith("Hedged: few drops.")
    assert printable.evidence(REFUSED).startswith("Reason: any tier fits.")
    for unit, interval, words in (
        ("seconds", (60.0, 240.0), "1–4 min"),
        ("rank", (2.0, 7.0), "2–7 of 20"),
        ("ratio", (0.8, 1.2), "0.8–1.2 times"),
        ("ratio", (0.8, math.inf), "0.8 or more"),
        ("share of days", (0.53, 0.85), "53 % to 85 %"),
        ("share a week", (-0.15, 0.09), "15 % fewer to 9 % more, each week"),
    ):
        assert printable.interval_text(replace(PRINTED, unit=unit, interval=interval)) == words
    assert printable.interval_text(replace(PRINTED, interval=None)) == ""


def test_what_must_not_be_printed_has_no_sentence_to_copy() -> None:
    rows = printable.facts_table([PRINTED, REFUSED])
    assert rows["sentence"].isna().tolist() == [False, True]
    assert rows["verdict"].tolist() == ["print", "do not print"]

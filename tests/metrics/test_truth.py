"""Twenty simulated worlds: the formulas' intervals hold the truth, the naive ones do not.

The committed report, docs/truth.md, comes from a thousand (`python -m bench.truth`).
"""

from pathlib import Path

import pytest

from bench.truth import Finding, run
from metrics.version import FORMULA_VERSION

REPORT = Path(__file__).parents[2] / "docs" / "truth.md"
INTERVALS = (
    "Median open duration",
    "Catchable tables a week",
    "Trend, change a week",
    "Joint rank bands hold all true ranks, 28 days",
    "Joint rank bands hold all true ranks, 90 days",
    "Conversion ratio, like with like",
)


@pytest.fixture(scope="module")
def findings() -> list[Finding]:
    return run(20)


def test_intervals_hold_the_truth_in_at_least_15_of_20_worlds(findings: list[Finding]) -> None:
    """A 95 % interval misses more often than that in one run of some 3,000."""
    shares = {finding.name: finding.share for finding in findings}
    assert {name: shares[name] for name in INTERVALS if shares[name] < 15 / 20} == {}


def test_labels_are_right_where_they_are_given(findings: list[Finding]) -> None:
    shares = {finding.name: finding.share for finding in findings}
    assert shares['"Getting harder" on flat worlds'] <= 0.05
    assert shares["Spike at twice the weekday's level found"] >= 0.8


def test_the_naive_ways_lose_the_truth(findings: list[Finding]) -> None:
    shares = {finding.name: finding.share for finding in findings}
    assert shares["… naive: closed drops only"] < 0.8
    assert shares["… naive: crude ratio"] < 0.2


def test_the_committed_report_is_of_this_formula_version_and_breaks_no_promise() -> None:
    text = REPORT.read_text(encoding="utf-8")
    assert f"Formula version {FORMULA_VERSION}, " in text
    assert "**no**" not in text
    assert "| Median open duration |" in text


def test_a_broken_promise_is_seen() -> None:
    assert not Finding("coverage", 0.90, 200, (0.91, 0.99)).passes
    assert not Finding("coverage", 1.0, 200, (0.91, 0.99)).passes
    assert Finding("shown only", 0.1, 200, None).passes

"""Words: examples as written, and findings that say no more than the intervals do."""

import doctest
from typing import Any

import numpy as np
import pandas as pd

from dashboard import formats, parts
from metrics.tiers import tier_of


def ranked(*venues: tuple[str, float, float, float, int, int, int]) -> pd.DataFrame:
    """A ranking of (name, rate, lower, upper, rank, its lower and upper end)."""
    rows = [
        {
            "name": name,
            "catchable_per_week": rate,
            "catchable_lower": low,
            "catchable_upper": high,
            "rank": rank,
            "rank_lower": best,
            "rank_upper": worst,
            "observed_days": 28.0,
            "tier": tier_of(low, high).label,
        }
        for name, rate, low, high, rank, best, worst in venues
    ]
    return pd.DataFrame(rows)


def window(**values: Any) -> pd.Series:
    """A venue's window: 20 tables, 8 of them prime, three minutes, two a week."""
    return pd.Series(
        {
            "new_drop_count": 20,
            "prime_time_drops": 8,
            "typical_open_seconds": 180.0,
            "typical_open_lower": 120.0,
            "typical_open_upper": 240.0,
            "resolution_seconds": 60,
            "closed_count": 18,
            "seen_closed_count": 18,
            "catchable_per_week": 2.0,
            "catchable_lower": 1.1,
            "catchable_upper": 3.6,
            "scarcity_score": 33.3,
            "observed_days": 27.5,
            **values,
        }
    )


def test_an_open_time_of_too_few_closings_is_left_out_with_the_reason_at_the_foot() -> None:
    enough, few = window(), window(seen_closed_count=9)
    assert [formats.typical_open_words(row) for row in (enough, few)] == [
        "3 min",
        "not enough data",
    ]
    assert formats.open_time_footnote([enough]) == ""
    assert "from 10 closings on" in formats.open_time_footnote([enough, few])
    assert "Half are gone" not in formats.venue_finding("Luna", few, 28)


def test_examples_come_out_as_written() -> None:
    for module in (formats, parts):
        assert doctest.testmod(module).failed == 0


def test_a_certain_leader_is_named_without_hedging() -> None:
    rows = ranked(("Luna", 0.8, 0.6, 1.1, 1, 1, 1), ("Sole", 9, 6, 13, 2, 2, 2))
    assert formats.hardest_title(rows, "New York", is_filtered=False) == (
        "Luna is the hardest table in New York"
    )
    assert formats.hardest_finding(rows, "New York", 28) == (
        "Luna is the hardest of the 2 in New York: about 0.8 prime tables a week to catch "
        "(0.6–1.1)."
    )


def test_a_leader_who_could_be_another_is_hedged() -> None:
    rows = ranked(("Luna", 0.8, 0.6, 2, 1, 1, 2), ("Sole", 1.5, 0.9, 3, 2, 1, 2))
    assert formats.hardest_title(rows, "New York", is_filtered=False) == (
        "Luna or Sole is the hardest table in New York"
    )
    assert "the 2nd place" in formats.hardest_finding(rows, "New York", 28)


def test_within_a_filter_the_markets_rank_bands_prove_a_lead_or_leave_it_open() -> None:
    sure = ranked(("Luna", 0.8, 0.6, 1, 4, 2, 6), ("Sole", 9, 6, 13, 30, 20, 40))
    open_ = ranked(("Luna", 0.8, 0.6, 1, 4, 2, 26), ("Sole", 9, 6, 13, 30, 20, 40))
    assert "is the hardest" in formats.hardest_title(sure, "SoHo", is_filtered=True)
    assert "not for certain" in formats.hardest_title(open_, "SoHo", is_filtered=True)


def test_nothing_caught_is_said_with_what_it_still_allows_for() -> None:
    rows = ranked(("Luna", 0, 0, 0.75, 1, 1, 2), ("Sole", 1.5, 0.9, 3, 2, 1, 2))
    assert formats.hardest_finding(rows, "New York", 28) == (
        "At Luna not one prime table for two could have been caught in 28 days, even with alerts "
        "on. In the long run that still allows for up to 0.8 a week."
    )
    assert formats.interval_words(0, 0.75) == "0–0.8"  # the brackets beside it round alike


def test_truly_impossible_is_said_only_of_whole_intervals() -> None:
    rows = ranked(("Luna", 0.1, 0.02, 0.4, 1, 1, 2), ("Sole", 0.3, 0.1, 0.9, 2, 1, 2))
    finding = formats.hardest_finding(rows, "New York", 90)
    assert finding.startswith("Luna is truly impossible")
    assert "Sole" not in finding


def test_what_was_not_watched_enough_has_no_finding() -> None:
    rows = ranked(("Luna", 0.8, 0.6, 1, 1, 1, 1)).assign(rank=np.nan)
    assert "has been watched enough" in formats.hardest_finding(rows, "SoHo", 7)
    assert formats.hardest_title(rows, "SoHo", is_filtered=True) == (
        "SoHo: not watched enough to rank"
    )


def test_a_venue_in_a_sentence() -> None:
    assert formats.venue_finding("Luna", window(), 28) == (
        "20 tables opened in 28 days, 8 of them in prime time. Half are gone within 3 minutes "
        "(2–4 min). With alerts on, about 2 prime tables a week could have been caught (1.1–3.6)."
    )


def test_open_times_are_never_said_finer_than_we_look() -> None:
    said = formats.venue_finding(
        "Luna", window(typical_open_seconds=60.0, typical_open_lower=60.0), 28
    )
    assert "gone before we look again, 1 minute later" in said
    assert "within" not in said


def test_an_open_ended_interval_gives_no_typical_time() -> None:
    said = formats.venue_finding("Luna", window(typical_open_upper=np.inf), 28)
    assert "Half" not in said


def test_a_venue_not_watched_enough_says_how_much_it_was() -> None:
    said = formats.venue_finding("Luna", window(scarcity_score=np.nan, observed_days=4.2), 14)
    assert said.endswith("Not watched enough to rank (4.2 of 14 days).")


def test_a_venue_without_a_drop_is_not_called_impossible() -> None:
    for quiet in (None, window(new_drop_count=0)):
        assert formats.venue_finding("Luna", quiet, 28) == (
            "No table at Luna was seen to open in these 28 days."
        )

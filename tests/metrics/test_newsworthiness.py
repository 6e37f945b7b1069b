"""What is news and what is not: weeks whose truth is known, and what a single number may do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.news import flat_editions
from metrics.newsworthiness import (
    Question,
    WeekKind,
    against_past_weeks,
    comparable_days,
    newsworthiness,
    week_kind,
)

WEEKS = 9
WATCHED = np.ones(7 * WEEKS)


def even_weeks(per_day: int = 20, last: int | None = None) -> np.ndarray:
    counts = np.full((1, 7 * WEEKS), per_day)
    if last is not None:
        counts[0, -7:] = last
    return counts


def test_a_week_like_those_before_departs_by_nothing():
    (found,) = against_past_weeks(even_weeks(), WATCHED)
    assert (found.observed, found.expected, found.ratio, found.n_days) == (140, 140, 1, 7)
    assert found.p_value == pytest.approx(1)
    assert found.lower < 1 < found.upper


def test_a_day_nobody_watched_is_left_out_on_both_sides():
    counts, exposure = even_weeks(), WATCHED.copy()
    counts[0, -6], exposure[-6] = 0, 0.3
    (found,) = against_past_weeks(counts, exposure)
    assert (found.observed, found.expected, found.n_days) == (120, 120, 6)


def test_half_a_day_of_watching_is_no_evidence_of_half_the_tables():
    counts, exposure = even_weeks(), WATCHED.copy()
    counts[0, -7:], exposure[-7:] = 7, 0.5
    assert against_past_weeks(counts, exposure) == [None]


def test_watching_that_is_always_partial_is_what_is_usual():
    assert comparable_days([0.8] * 20 + [0.4, 0.0]).tolist() == [True] * 20 + [False] * 2
    (found,) = against_past_weeks(even_weeks(), np.full(63, 0.8))
    assert found.n_days == 7


def test_counts_in_clusters_are_less_surprising_than_even_ones():
    rng = np.random.default_rng(1)
    clustered = rng.poisson(rng.gamma(2, 10, 63))[np.newaxis]
    clustered[0, -7:] = 30
    (found,) = against_past_weeks(clustered, WATCHED)
    (even,) = against_past_weeks(even_weeks(20, 30), WATCHED)
    assert found.dispersion > 5
    assert found.p_value > 100 * even.p_value


def test_too_short_a_past_asks_nothing():
    assert against_past_weeks(even_weeks()[:, :28], WATCHED[:28]) == [None]
    assert week_kind(7, 0, has_news=False) is WeekKind.EARLY


def test_weeks_in_pieces_are_refused():
    with pytest.raises(ValueError, match="whole weeks"):
        against_past_weeks(np.ones((1, 10)), np.ones(10))


def test_many_questions_make_each_answer_less_certain():
    alone = newsworthiness({"venues": [Question(1e-4, 3.0)]})["venues"][0]
    among = newsworthiness({"venues": [Question(1e-4, 3.0), *[Question(0.5, 1.0)] * 400]})
    assert alone.is_news
    assert not among["venues"][0].is_news


def test_a_certain_but_small_change_is_no_news():
    assert not newsworthiness({"market": [Question(1e-12, 1.1)]})["market"][0].is_news
    assert not newsworthiness({"market": [Question(1e-12, 0.9)]})["market"][0].is_news
    assert newsworthiness({"market": [Question(1e-12, 0.8)]})["market"][0].is_news


def test_what_was_told_before_leads_less():
    fresh, stale = newsworthiness(
        {"market": [Question(1e-9, 2.0), Question(1e-9, 2.0, is_told_before=True)]}
    )["market"]
    assert stale.score == fresh.score / 2
    assert stale.is_news


@given(
    st.lists(st.integers(0, 60), min_size=63, max_size=63),
    st.lists(st.sampled_from([0.0, 0.4, 0.96, 1.0]), min_size=63, max_size=63),
)
def test_every_departure_is_a_probability_with_its_ratio_inside_its_interval(counts, exposure):
    for found in against_past_weeks([counts], exposure):
        if found is None:
            continue
        assert 0 <= found.p_value <= 1
        assert 0 <= found.lower <= found.ratio <= found.upper
        assert found.dispersion >= 1


def test_rows_come_out_as_they_would_alone():
    rng = np.random.default_rng(2)
    counts = rng.poisson(rng.uniform(1, 40, (20, 1)), (20, 63))
    together = against_past_weeks(counts, WATCHED)
    alone = [against_past_weeks(row[np.newaxis], WATCHED)[0] for row in counts]
    assert [found.observed for found in together] == [found.observed for found in alone]
    assert [found.p_value for found in together] == pytest.approx(
        [found.p_value for found in alone], rel=1e-12
    )


def test_flat_worlds_make_no_news():
    """A few of the worlds that `python -m bench.news` draws by the hundred."""
    found = flat_editions(worlds=6, seed=20261120)
    assert found.items >= 6 * 5
    assert found.false_news <= 0.05 * found.items

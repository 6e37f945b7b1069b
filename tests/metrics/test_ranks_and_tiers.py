"""Rank bands and tiers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.ranks import RankBand, joint_confidence, rank_bands
from metrics.tiers import Tier, tier_of


def by_definition(low: list[float], high: list[float]) -> list[tuple[int, int]]:
    """Klein, Wright and Wieczorek's bands by counting every pair."""
    n = len(low)
    return [
        (
            1 + sum(high[j] < low[i] for j in range(n)),
            n - sum(low[j] > high[i] for j in range(n)),
        )
        for i in range(n)
    ]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 5), st.integers(0, 5)), max_size=30))
def test_bands_are_those_of_counting_every_pair(venues: list[tuple[int, int, int]]) -> None:
    rates = [float(rate) for rate, _, _ in venues]
    low = [rate - below for rate, (_, below, _) in zip(rates, venues, strict=True)]
    high = [rate + above for rate, (_, _, above) in zip(rates, venues, strict=True)]
    bands = rank_bands(rates, low, high)
    assert [(band.best, band.worst) for band in bands] == by_definition(low, high)
    assert all(band.best <= band.rank <= band.worst for band in bands)


def test_venues_with_the_same_rate_share_their_rank() -> None:
    bands = rank_bands([0, 0, 2, 1], [0, 0, 0, 0], [3, 3, 3, 3])
    assert bands == [
        RankBand(1, 1, 4, tied=2),
        RankBand(1, 1, 4, tied=2),
        RankBand(4, 1, 4),
        RankBand(3, 1, 4),
    ]


def test_a_venue_more_often_catchable_never_ranks_harder() -> None:
    rates = np.array([0.5, 1.0, 4.0])
    before = rank_bands(rates, rates / 2, rates * 2)
    easier = rates * [1, 10, 1]
    after = rank_bands(easier, easier / 2, easier * 2)
    assert after[1].rank > before[1].rank
    assert after[1].best >= before[1].best


def test_no_venues_have_no_bands() -> None:
    assert rank_bands([], [], []) == []


def test_undefined_rates_cannot_be_ranked() -> None:
    with pytest.raises(ValueError, match="defined"):
        rank_bands([np.nan], [0], [1])
    with pytest.raises(ValueError, match="lower and an upper"):
        rank_bands([1.0, 2.0], [0], [1])


def test_each_of_many_intervals_is_taken_at_a_higher_confidence() -> None:
    assert joint_confidence(1) == pytest.approx(0.95)
    assert joint_confidence(5000) ** 5000 == pytest.approx(0.95)
    with pytest.raises(ValueError, match="nothing to rank"):
        joint_confidence(0)


@pytest.mark.parametrize(
    ("lower", "upper", "label"),
    [
        (0.0, 0.49, "truly impossible"),
        (0.5, 5.0, "tough but doable"),
        (5.1, 9.0, "gettable"),
        (0.2, 0.5, "truly impossible or tough but doable"),
        (4.0, 6.0, "tough but doable or gettable"),
        (5.0, 6.0, "tough but doable or gettable"),
        (0.1, 7.0, "anything from truly impossible to gettable"),
        (None, None, "not enough watching"),
    ],
)
def test_a_tier_is_named_by_where_the_interval_lies(
    lower: float | None, upper: float | None, label: str
) -> None:
    assert tier_of(lower, upper).label == label


def test_only_a_single_tier_is_certain() -> None:
    assert tier_of(0.6, 2).is_certain
    assert tier_of(0.6, 2).tiers == (Tier.TOUGH,)
    assert not tier_of(0.2, 2).is_certain
    assert not tier_of(None, None).is_certain
    with pytest.raises(ValueError, match="above its upper"):
        tier_of(2, 1)

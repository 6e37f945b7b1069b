"""Like with like: the Berkeley admissions and statsmodels."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from metrics.proportions import share_ratio
from metrics.strata import Stratum, mantel_haenszel

# Men and women admitted of those who applied, by department (Bickel, Hammel, O'Connell 1975).
BERKELEY = [
    Stratum(512, 825, 89, 108),
    Stratum(353, 560, 17, 25),
    Stratum(120, 325, 202, 593),
    Stratum(138, 417, 131, 375),
    Stratum(53, 191, 94, 393),
    Stratum(22, 373, 24, 341),
]


def test_berkeleys_bias_disappears_within_departments() -> None:
    found = mantel_haenszel(BERKELEY)
    assert found is not None
    assert found.crude_odds_ratio == pytest.approx(1.841, abs=5e-4)
    assert found.odds_ratio == pytest.approx(0.9046968, abs=5e-8)
    assert found.odds_ratio_interval == pytest.approx((0.7719, 1.0603), abs=5e-5)
    assert (found.test, found.p_value) == pytest.approx((1.5246, 0.2169), abs=5e-5)
    assert (found.corrected_test, found.corrected_p_value) == pytest.approx(
        (1.4269, 0.2323), abs=5e-5
    )
    assert found.homogeneity == pytest.approx(18.83, abs=0.005)
    assert found.homogeneity_p_value == pytest.approx(0.0021, abs=5e-5)


stratum = st.tuples(*[st.integers(1, 20)] * 4).map(
    lambda cells: Stratum(cells[0], cells[0] + cells[1], cells[2], cells[2] + cells[3])
)
strata = st.lists(stratum, min_size=2, max_size=6)


@given(strata)
def test_every_number_is_statsmodels(tables: list[Stratum]) -> None:
    found = mantel_haenszel(tables)
    assert found is not None
    expected = StratifiedTable(
        [np.array([[s1, n1 - s1], [s2, n2 - s2]]) for s1, n1, s2, n2 in tables]
    )
    assert found.odds_ratio == pytest.approx(expected.oddsratio_pooled)
    assert found.odds_ratio_interval == pytest.approx(expected.oddsratio_pooled_confint())
    assert found.share_ratio == pytest.approx(expected.riskratio_pooled)
    assert found.test == pytest.approx(expected.test_null_odds(correction=False).statistic)
    assume(abs(found.odds_ratio - 1) > 1e-3)  # where statsmodels divides zero by zero
    homogeneity = expected.test_equal_odds(adjust=True)
    assert found.homogeneity == pytest.approx(homogeneity.statistic, abs=1e-6)
    assert found.homogeneity_p_value == pytest.approx(homogeneity.pvalue, abs=1e-6)


@given(strata)
def test_with_one_stratum_nothing_is_adjusted(tables: list[Stratum]) -> None:
    found = mantel_haenszel(tables[:1])
    assert found is not None
    assert found.share_ratio == pytest.approx(found.crude_share_ratio)
    assert found.odds_ratio == pytest.approx(found.crude_odds_ratio)
    assert found.homogeneity is None


@given(stratum)
def test_one_stratums_interval_of_shares_is_katzs(table: Stratum) -> None:
    found, plain = mantel_haenszel([table]), share_ratio(*table)
    assert found is not None
    assert plain is not None
    assert found.share_ratio_interval == pytest.approx(plain.katz_interval)


@given(strata)
def test_swapping_the_groups_turns_the_ratios_over(tables: list[Stratum]) -> None:
    there, back = (
        mantel_haenszel(tables),
        mantel_haenszel([Stratum(*s[2:], *s[:2]) for s in tables]),
    )
    assert there is not None
    assert back is not None
    assert there.share_ratio == pytest.approx(1 / back.share_ratio)
    assume(there.share_ratio_interval is not None and back.share_ratio_interval is not None)
    assert there.share_ratio_interval == pytest.approx(
        tuple(1 / end for end in reversed(back.share_ratio_interval or ()))
    )


def test_strata_with_one_group_say_nothing() -> None:
    with_empty = mantel_haenszel([*BERKELEY, Stratum(5, 10, 0, 0), Stratum(0, 0, 3, 9)])
    alone = mantel_haenszel(BERKELEY)
    assert with_empty is not None
    assert alone is not None
    assert with_empty.odds_ratio == alone.odds_ratio
    assert with_empty.strata == 6


@pytest.mark.parametrize(
    "tables",
    [[], [Stratum(5, 10, 0, 0)], [Stratum(3, 10, 0, 10)], [Stratum(0, 10, 0, 10)],
     [Stratum(5, 5, 5, 5)]],
)  # fmt: skip
def test_where_nothing_can_be_told_there_is_no_ratio(tables: list[Stratum]) -> None:
    assert mantel_haenszel(tables) is None


def test_a_first_group_that_never_failed_has_a_ratio_of_shares_but_no_odds() -> None:
    found = mantel_haenszel([Stratum(9, 9, 1, 9)])
    assert found is not None
    assert found.share_ratio == 9
    assert (found.odds_ratio, found.odds_ratio_interval) == (None, None)


def test_a_first_group_that_never_succeeded_has_ratio_0_without_an_interval() -> None:
    found = mantel_haenszel([Stratum(0, 10, 3, 10)])
    assert found is not None
    assert (found.share_ratio, found.share_ratio_interval) == (0, None)
    with pytest.raises(ValueError, match="between zero and the trials"):
        mantel_haenszel([Stratum(3, 2, 1, 2)])

"""Words for numbers that must not claim more than the number does."""

from hypothesis import given
from hypothesis import strategies as st

from metrics.wording import percent_range_words, percent_words, signed_percent_words

shares = st.floats(0, 1)


@given(share=shares, width=st.sampled_from([None, (0.0, 0.001), (0.0, 0.5)]))
def test_only_none_is_nought_percent_and_only_all_is_a_hundred(share, width):
    words = percent_words(share, width)
    assert (words in ("0 %", "0.0 %")) == (share < 1e-9)
    assert (words in ("100 %", "100.0 %")) == (share > 1 - 1e-9)


def test_nearly_all_and_nearly_none_are_told_with_the_digits_they_carry():
    assert percent_words(0.9996, (0.9993, 0.9999)) == "more than 99.9 %"
    assert percent_words(0.0002, (0.0001, 0.0005)) == "less than 0.1 %"
    assert percent_range_words((0.0, 0.996)) == "0 % to more than 99 %"


def test_a_sum_of_floats_that_misses_one_by_its_last_bit_is_all():
    assert percent_words(sum([0.1] * 10)) == "100 %"


def test_a_small_change_is_not_called_none():
    assert signed_percent_words(-0.0004) == "−0.04 %"

"""Many questions at once: which findings survive having asked about every venue.

Formula: Benjamini and Hochberg: with p-values in rising order, the adjusted one is the smallest
    p * n / rank from there on. Findings with an adjusted value of 0.05 or less survive; among them
    one in twenty is expected to be false.
Unit: none (adjusted p-value).
Range: 0 to 1, never below the p-value itself.
Empty case: no p-values, none adjusted; an undefined p-value stays None and was not asked.
Example:
    >>> adjusted_p_values([0.01, 0.04, None, 0.5])
    [0.03, 0.06, None, 0.5]

Source: Benjamini and Hochberg 1995, JRSS B 57:289.
"""

from collections.abc import Sequence
from typing import Literal

FALSE_DISCOVERY_RATE = 0.05


def adjusted_p_values(
    p_values: Sequence[float | None], *, method: Literal["bh", "by"] = "bh"
) -> list[float | None]:
    """Adjusted p-values in the order given. Raises ValueError outside 0 to 1.

    method: Benjamini-Hochberg, or Benjamini-Yekutieli, which asks more and holds whatever the
    questions' dependence.
    """
    # Imported where it is used: the whole of scipy.stats is 45 MB, and the pipeline asks for none.
    from scipy.stats import false_discovery_control

    asked = [p for p in p_values if p is not None]
    if not asked:
        return [None] * len(p_values)
    adjusted = iter(false_discovery_control(asked, method=method).tolist())
    return [None if p is None else next(adjusted) for p in p_values]


def survivors(p_values: Sequence[float | None]) -> list[bool]:
    """Which findings survive at a false discovery rate of 5 %."""
    return [q is not None and q <= FALSE_DISCOVERY_RATE for q in adjusted_p_values(p_values)]

"""Tiers: a venue's difficulty in words.

Formula: from the 95 % interval of catchable tables a week: "truly impossible" if it lies wholly
    below 0.5, "tough but doable" if within 0.5 to 5, "gettable" if wholly above 5. Where it
    straddles a border the tiers on both sides are named, easiest last.
Unit: none.
Range: the three tiers, their neighbours joined, or "not enough watching".
Empty case: no rate, or fewer than 7 observed day-equivalents: "not enough watching".
Example:
    >>> tier_of(0.1, 0.4).label
    'truly impossible'
    >>> tier_of(0.3, 1.2).label
    'truly impossible or tough but doable'
    >>> tier_of(None, None).label
    'not enough watching'

Source: this project (docs/decisions).
"""

from dataclasses import dataclass
from enum import StrEnum

IMPOSSIBLE_BELOW = 0.5
GETTABLE_ABOVE = 5.0


class Tier(StrEnum):
    """From hardest to easiest."""

    IMPOSSIBLE = "truly impossible"
    TOUGH = "tough but doable"
    GETTABLE = "gettable"


NOT_ENOUGH_WATCHING = "not enough watching"


@dataclass(frozen=True)
class TierBand:
    """The tiers a venue may belong to, hardest first; none where there was too little watching."""

    tiers: tuple[Tier, ...]

    @property
    def label(self) -> str:
        """The tiers in words."""
        if not self.tiers:
            return NOT_ENOUGH_WATCHING
        if len(self.tiers) == len(Tier):
            return "anything from truly impossible to gettable"
        return " or ".join(self.tiers)

    @property
    def is_certain(self) -> bool:
        """Whether exactly one tier fits."""
        return len(self.tiers) == 1


def tier_of(lower: float | None, upper: float | None) -> TierBand:
    """The tiers that an interval of catchable tables a week touches.

    Raises ValueError if the interval is upside down.
    """
    if lower is None or upper is None:
        return TierBand(())
    if lower > upper:
        raise ValueError("the interval's lower end is above its upper end")
    tiers = []
    if lower < IMPOSSIBLE_BELOW:
        tiers.append(Tier.IMPOSSIBLE)
    if upper >= IMPOSSIBLE_BELOW and lower <= GETTABLE_ABOVE:
        tiers.append(Tier.TOUGH)
    if upper > GETTABLE_ABOVE:
        tiers.append(Tier.GETTABLE)
    return TierBand(tuple(tiers))

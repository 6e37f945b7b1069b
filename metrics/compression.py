"""Supply compression and tightness: is there less to be had than usual at this hour?

Formula: compression = available slots now / median of the same hour of the week in past weeks,
    minus one: -0.4 is 40 % fewer than usual. Tightness = share of those past hours that had more
    slots than now, equals counting half. From 20 comparable hours on it is worded as a percentile
    ("tighter than 83 % of Thursdays at this hour"), before that as a count ("tighter than 6 of the
    last 7"); below the middle it is worded by how much looser it is. Out of the ordinary is what
    lies to one side of the middle with its whole 95 % Wilson interval; the rest is as usual. Hours
    nobody watched are not comparable, and this hour is not one of its own past.
Unit: share.
Range: compression -1 and up; tightness 0 (most slots ever) to 1 (fewest).
Empty case: None without a comparable hour; compression also where the usual hour has no slots.
Example:
    >>> supply_compression(60, [100, 90, 110])
    -0.4
    >>> tightness(60, [100, 90, 50, 110]).share
    0.75

Source: this project.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from metrics.proportions import Interval, wilson_interval

FEWEST_FOR_A_PERCENTILE = 20
FEWEST_FOR_A_WORD = 4


class Level(NamedTuple):
    """The word for a tightness of at least `from_share`."""

    from_share: float
    word: str


LEVELS: tuple[Level, ...] = (
    Level(0.9, "very tight"),
    Level(0.7, "tight"),
    Level(0.3, "about as usual"),
    Level(0.1, "loose"),
    Level(0.0, "very loose"),
)


@dataclass(frozen=True)
class Tightness:
    """Where now stands among comparable hours.

    share: of comparable hours with more slots, equals counting half. tighter_than: those with more
    slots. level: one of `LEVELS`, None with fewer than 4 comparable hours.
    """

    share: float
    tighter_than: int
    comparable_hours: int
    level: str | None

    @property
    def looser_than(self) -> int:
        """Of comparable hours, those with fewer slots."""
        equal = round(2 * (self.share * self.comparable_hours - self.tighter_than))
        return self.comparable_hours - self.tighter_than - equal

    @property
    def interval(self) -> Interval:
        """The 95 % Wilson interval of `share`."""
        found = wilson_interval(self.share * self.comparable_hours, self.comparable_hours)
        assert found is not None  # there is at least one hour
        return found

    @property
    def is_out_of_the_ordinary(self) -> bool:
        """Whether now lies to one side of the middle by more than chance allows."""
        return self.interval[0] > 0.5 or self.interval[1] < 0.5

    @property
    def is_loose(self) -> bool:
        """Whether now is told by how many hours it is looser than."""
        return self.share < 0.5

    @property
    def is_percentile(self) -> bool:
        """Whether there are enough comparable hours to speak of percent."""
        return self.comparable_hours >= FEWEST_FOR_A_PERCENTILE


def _watched(past_slots: Sequence[float | None] | ArrayLike) -> np.ndarray:
    numbers = np.asarray(past_slots, dtype=np.float64).ravel()
    return numbers[~np.isnan(numbers)]


def supply_compression(
    available_slots: float, past_slots: Sequence[float | None] | ArrayLike
) -> float | None:
    """Slots now over the usual, minus one.

    past_slots: available slots at the same hour of the week in past weeks; None (or nan) for an
    hour nobody watched.
    """
    past = _watched(past_slots)
    usual = float(np.median(past)) if past.size else 0.0
    return available_slots / usual - 1 if usual > 0 else None


def tightness(
    available_slots: float, past_slots: Sequence[float | None] | ArrayLike
) -> Tightness | None:
    """Where now stands among the same hours of past weeks; None without any."""
    past = _watched(past_slots)
    if not past.size:
        return None
    more = int((past > available_slots).sum())
    equal = int((past == available_slots).sum())
    share = (more + equal / 2) / past.size
    level = next(level.word for level in LEVELS if share >= level.from_share)
    return Tightness(
        share=share,
        tighter_than=more,
        comparable_hours=past.size,
        level=level if past.size >= FEWEST_FOR_A_WORD else None,
    )


def tightness_words(found: Tightness, hours_noun: str) -> str:
    """Tightness in words; `hours_noun` names the comparable hours ("Thursdays at this hour").

    >>> tightness_words(tightness(60, [100] * 6 + [50]), "Thursdays at this hour")
    'tighter than 6 of the last 7 Thursdays at this hour'
    >>> tightness_words(tightness(60, [100] * 25 + [50] * 5), "Thursdays at this hour")
    'tighter than 83 % of Thursdays at this hour'
    """
    way, hours = "tighter", found.tighter_than
    if found.is_loose:
        way, hours = "looser", found.looser_than
    if not found.is_percentile:
        return f"{way} than {hours} of the last {found.comparable_hours} {hours_noun}"
    # Rounded down, so that the sentence never claims more than was seen.
    return f"{way} than {hours * 100 // found.comparable_hours} % of {hours_noun}"

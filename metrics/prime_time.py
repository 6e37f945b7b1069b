"""Prime time: the evening hours everybody wants.

Formula: a slot is prime if the hour on the clock of its own market at `slot_at` is one of the
    market's prime hours: 18:00 to 20:59 by default, so the hours 18, 19 and 20. Everything else is
    off-peak. What counts is the slot's own time, never when it opened or which poll found it.
Unit: none (yes or no).
Range: hours 0 to 23; an evening may run past midnight (22 to 0).
Empty case: none: every slot has a time.
Example:
    >>> [DEFAULT_PRIME_TIME.includes(hour) for hour in (17, 18, 20, 21)]
    [False, True, True, False]

Source: this project; hours are set per market.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class PrimeTime:
    """Prime hours from `first_hour` through `last_hour`, both included (20 means up to 20:59)."""

    first_hour: int = 18
    last_hour: int = 20

    def __post_init__(self) -> None:
        if not (0 <= self.first_hour <= 23 and 0 <= self.last_hour <= 23):
            raise ValueError("prime hours run from 0 to 23")

    @property
    def hours(self) -> tuple[int, ...]:
        """The prime hours in order of the evening."""
        length = (self.last_hour - self.first_hour) % 24 + 1
        return tuple((self.first_hour + step) % 24 for step in range(length))

    def includes(self, slot_hour: int) -> bool:
        """Whether a slot at this local hour is prime."""
        return slot_hour in self.hours


DEFAULT_PRIME_TIME = PrimeTime()

"""Axes of percent: round steps, written as in the text."""

import math

from metrics.wording import percent_words


def percent_ticks(end: float, most: int = 5) -> tuple[list[float], list[str]]:
    """Ticks from zero to `end` (a share above zero), `most` steps at most.

    >>> percent_ticks(0.22, 4)[1]
    ['0 %', '10 %', '20 %']
    """
    size = 10 ** math.floor(math.log10(end))
    step = next(size * k for k in (0.2, 0.5, 1, 2, 5) if end / (size * k) <= most)
    ticks = [k * step for k in range(math.floor(end / step + 1e-9) + 1)]
    return ticks, [
        percent_words(tick, None if step >= 0.01 or not tick else (tick, tick)) for tick in ticks
    ]

"""Small cells: rows of a breakdown that leave the house without their numbers.

Formula: a row of 1 to 9 alerts is suppressed: so few may all be one user's. What is suppressed must
    not follow from the total: the rows suppressed must be two or more and hold 10 alerts or more
    together, so the next smallest rows are suppressed with them until that is so.
Unit: none (whether a row is suppressed).
Range: true or false.
Empty case: a row of nothing tells nothing of anybody and stays; so does a lone row, which is the
    total itself, unless it is small.
Example: the row of 4 is small, and with the total known, suppressing it alone would not hide it.
    >>> are_suppressed([120, 4, 30, 0])
    [False, True, True, False]

Source: the threshold and complementary suppression of Hundepool et al. 2012, "Statistical
    Disclosure Control", section 4.
"""

from collections.abc import Sequence

SMALLEST_CELL = 10
"""Alerts from which on a row's numbers may leave the house."""


def are_suppressed(sizes: Sequence[int]) -> list[bool]:
    """Of each row, by its number of alerts, whether its numbers are held back. Raises ValueError
    for a negative number."""
    if any(size < 0 for size in sizes):
        raise ValueError("a row has zero alerts or more")
    rising = sorted((size, place) for place, size in enumerate(sizes) if size > 0)
    held_back: list[tuple[int, int]] = [row for row in rising if row[0] < SMALLEST_CELL]
    if held_back:
        for row in rising[len(held_back) :]:
            if len(held_back) > 1 and sum(size for size, _ in held_back) >= SMALLEST_CELL:
                break
            held_back.append(row)
    places = {place for _, place in held_back}
    return [place in places for place in range(len(sizes))]

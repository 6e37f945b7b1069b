"""List agreement: an editors' list of hard tables held against our own ranking.

Formula: a list of k ranked venues is compared with the k hardest of the market. By its rank band a
    venue is surely among these k (its worst rank is k or better), surely not (its best rank is
    beyond k), or could be. A venue that is surely among the k hardest and not on the list is
    missing from it.
Unit: venues.
Range: each count from 0 to k.
Empty case: a list none of whose venues is ranked gives None.
Example: two venues on the list, of four; one of them is surely too easy for it.
    >>> found = list_agreement([True, False, True, False], best=[1, 1, 3, 3], worst=[2, 2, 4, 4])
    >>> found.size, found.surely_in, found.could_be, found.surely_out, found.missing
    (2, 1, 0, 1, 1)

Source: this project; rank bands: Klein, Wright and Wieczorek 2020, JRSS A 183:589.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class ListAgreement:
    """How a list of `size` ranked venues compares with as many of the hardest.

    is_out, is_missing: which venues surely do not belong on it, and which surely are not on it
    though they are hard enough; of the shape that was given.
    """

    size: int
    surely_in: int
    could_be: int
    is_out: NDArray[np.bool_]
    is_missing: NDArray[np.bool_]

    @property
    def surely_out(self) -> int:
        """Venues of the list that surely are not among as many hardest."""
        return int(self.is_out.sum())

    @property
    def missing(self) -> int:
        """Venues not on the list that surely are among as many hardest."""
        return int(self.is_missing.sum())


def list_agreement(
    is_on_list: ArrayLike, best: ArrayLike, worst: ArrayLike
) -> ListAgreement | None:
    """The comparison of one list with a market's ranked venues.

    is_on_list: shape (venues,), ranked venues only. best, worst: the ends of their rank bands, 1 is
    hardest. None if no ranked venue is on the list. Raises ValueError on arrays of unequal length.
    """
    is_listed = np.asarray(is_on_list, dtype=bool)
    highest, lowest = np.asarray(best, dtype=np.float64), np.asarray(worst, dtype=np.float64)
    if not is_listed.shape == highest.shape == lowest.shape:
        raise ValueError("every venue needs a rank band")
    size = int(is_listed.sum())
    if size == 0:
        return None
    is_sure, is_out = lowest <= size, is_listed & (highest > size)
    surely_in = int((is_listed & is_sure).sum())
    return ListAgreement(
        size=size,
        surely_in=surely_in,
        could_be=size - surely_in - int(is_out.sum()),
        is_out=is_out,
        is_missing=is_sure & ~is_listed,
    )

"""Still there: the chance that a table seen open a moment ago can still be had in a moment.

Formula: S(age then) / S(age when last seen), S being the survival curve of its venue: of the tables
    that got as old as this one was when we last saw it, the share that gets as old as it will be
    when a reader can act (its age now plus the reaction time).
Unit: share.
Range: 0 to 1; never more for a longer wait.
Empty case: None without a curve, where S is not known at either age, and where no table was ever
    seen to last so long.
Example: seen open at one minute, to be reached at three.
    >>> from metrics.survival import survival_curve
    >>> curve = survival_curve([60] * 20 + [120] * 40 + [300] * 40, [])
    >>> chance_still_there(curve, seen_at_seconds=60, wanted_at_seconds=180)
    0.5

Source: this project; conditional survival: Kaplan and Meier 1958, JASA 53:457.
"""

from metrics.survival import SurvivalCurve


def chance_still_there(
    curve: SurvivalCurve | None, *, seen_at_seconds: float, wanted_at_seconds: float
) -> float | None:
    """The share of tables that are there at the second age, of those there at the first.

    Raises ValueError if the second comes before the first.
    """
    if wanted_at_seconds < seen_at_seconds:
        raise ValueError("a table is wanted after it was seen")
    if curve is None:
        return None
    # Below the resolution nothing is known yet, and everything that opened counts as there.
    is_young = curve.resolution_seconds is not None and seen_at_seconds < curve.resolution_seconds
    seen = 1.0 if is_young else curve.at(seen_at_seconds)
    wanted = curve.at(wanted_at_seconds)
    if seen is None or wanted is None or seen == 0.0:
        return None
    return min(wanted / seen, 1.0)

"""What a venue's own page finds, in sentences that its numbers support."""

import math
from collections.abc import Sequence

import pandas as pd

from charts.gaps import is_gap
from metrics.facts import Fact, curve_refusal, typical_open_time_fact
from metrics.release_clock import FEWEST_DAYS, ReleaseClock
from metrics.survival import SurvivalCurve
from metrics.wording import (
    WEEKDAYS,
    count_words,
    duration_range_short,
    duration_words,
    list_words,
    number_of,
    time_words,
)

QUICK_SECONDS = 900  # what goes quicker is gone before a reader has found the site


def curve_title(curve: SurvivalCurve | None, name: str) -> str:
    """How long a venue's tables last, as far as the interval of the median tells."""
    if curve is None:
        return f"No table at {name} was seen to open"
    median, interval = curve.median_seconds, curve.median_interval
    is_known = curve_refusal(curve) is None
    if not is_known or median is None or interval is None or math.isinf(interval[1]):
        return f"How long half of {name}'s tables last is not known yet"
    resolution = curve.resolution_seconds or 0.0
    if median <= resolution:
        return (
            f"Half of {name}'s tables are gone before we look again, "
            f"{duration_words(resolution)} later"
        )
    low, high = max(interval[0], resolution), interval[1]
    bracket = f" ({duration_range_short((low, high))})" if low < high else ""
    return f"Half of {name}'s tables are gone within {duration_words(median)}{bracket}"


def lasting_finding(curve: SurvivalCurve | None, facts: Sequence[Fact]) -> str:
    """How long slots at the venue of the page last, as far as it may be said, and what to do.

    facts: what may be said of the venue; the same statement by name is among them.
    """
    named = next((fact for fact in facts if fact.kind == "typical_open_time"), None)
    if named is None:
        return ""
    here = typical_open_time_fact(None, curve, named.context)
    if here.printable is None:
        return f"How long slots here last is not certain enough to say: {here.reason}."
    is_quick = here.number is not None and here.number <= QUICK_SECONDS
    return f"**{here.printable}{': have Resy open' if is_quick else ''}.**"


def ranks_title(ranks: pd.DataFrame, name: str) -> str:
    """Where a venue stands in the ranking, and whether its band tells now from then.

    ranks: rows of `insights.rank_history` of the venue, oldest first.
    """
    if ranks.empty:
        return f"{name} was not watched enough to be ranked"
    first, last = ranks.iloc[0], ranks.iloc[-1]
    band = f"{int(last['rank_lower']):,}–{int(last['rank_upper']):,}"
    now = f"#{int(last['rank']):,} of {int(last['ranked']):,}"
    if last["rank_lower"] < last["rank_upper"]:
        now += f", and could be {band}"
    if len(ranks) > 1 and last["rank_upper"] < first["rank_lower"]:
        return f"{name} has moved up to {now}"
    if len(ranks) > 1 and last["rank_lower"] > first["rank_upper"]:
        return f"{name} has moved down to {now}"
    return f"{name} ranks {now}"


def days_title(days: pd.DataFrame, name: str) -> str:
    """On how many of a venue's days a prime table opened; days that are gaps are not counted.

    days: of whole days `new_drop_count`, `prime_time_drops`, `coverage_rate` (None: not known).
    """
    if days.empty or not days["new_drop_count"].any():
        return f"No table at {name} was seen to open"
    watched = days[~is_gap(days)]
    if watched.empty:
        return f"No day of {name} was watched for at least half"
    with_prime = int((watched["prime_time_drops"] > 0).sum())
    which = " we watched" if len(watched) < len(days) else ""
    if with_prime == 0:
        return f"No prime table opened at {name} in {number_of(len(watched), 'day')}{which}"
    unit = "day" if len(watched) == 1 else "days"
    return f"A prime table opened at {name} on {with_prime} of {len(watched)} {unit}{which}"


def clock_title(clock: ReleaseClock | None, name: str) -> str:
    """Whether a venue has a usual time of release, and which."""
    if clock is None:
        return f"No table at {name} was seen to open"
    if clock.days < FEWEST_DAYS:
        days = number_of(clock.days, "day")
        return f"Tables at {name} opened on {days} only: too few to say when it releases them"
    if clock.usual_minute is None:
        return f"No release time stands out at {name}"
    at = time_words(*divmod(clock.usual_minute, 60))
    return (
        f"{name} releases tables at {at}: on {clock.release_days} of the {clock.days} days on "
        "which any opened"
    )


def venue_hours_title(cells: pd.DataFrame, *, is_slot: bool) -> str:
    """The weekday with more of a venue's tables than any other; cells: weekday, hour, drops."""
    if cells.empty:
        return "No table was seen to open"
    by_day = cells.groupby("weekday")["drops"].sum()
    top, total = int(by_day.max()), int(by_day.sum())
    days = [f"{WEEKDAYS[int(day)]}s" for day in by_day.index[by_day == top]]
    if len(days) > 2:
        return f"No weekday stands out{' among the days they are for' if is_slot else ''}"
    did = ("is for" if total == 1 else "are for") if is_slot else "opened on"
    some = top * len(days)
    of = {1: "The only table", 2: "Both tables"}.get(total, f"All {count_words(total)} tables")
    if some < total:
        of = f"{count_words(some)} of {count_words(total)} tables"
    return f"{of} {did} {list_words(days)}"

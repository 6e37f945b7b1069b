"""Facts of a week's extremes: its tightest and its loosest day, in words.

Formula: the figures are those of week_extremes; here they are worded. A day that can be told from
    all others is called so; one that is level with one or two by what was to be had is hedged with
    their names, by tables opened with the count of the nearest; what is level with more is not
    told, and a caption says so.
Unit: change against the same hours (-0.4 is 40 % fewer); tables.
Range: -1 and up; 0 and up.
Empty case: what cannot be told is a fact that is not to be printed, with the reason.
Example:
    >>> from metrics.coverage import Coverage
    >>> day = date(2026, 11, 10)
    >>> context = FactContext(day, day, Coverage(1.0), "/market")
    >>> opened_day_fact(
    ...     "tightest_day", "New York", day, ComparedDay(1, 90, (70, 115), ()), [], 7, context
    ... ).printable
    'Tue, Nov 10 brought the fewest new tables in New York, 90'

Source: this project; LOOK's voice.
"""

from collections.abc import Sequence
from datetime import date

from metrics.facts import Fact, FactContext, stated
from metrics.week_extremes import ComparedDay
from metrics.week_facts import capitalized
from metrics.wording import (
    count_words,
    date_words,
    list_words,
    number_of,
    percent_change_words,
)

MOST_LEVEL_DAYS = 2


def supply_day_fact(
    kind: str,
    place: str,
    day: date,
    found: ComparedDay,
    level_with: Sequence[date],
    hours: int,
    context: FactContext,
) -> Fact:
    """The tightest or loosest day by what was to be had; `kind` is one of the two.

    found: its hours together against the same hours before. level_with: the days of `found`'s.
    """
    extreme = "tightest" if kind == "tightest_day" else "loosest"
    assert found.interval is not None  # of supply nothing is told without the weeks before
    low, high = found.interval
    change = "about as many tables to be had as at the same hours before"
    if low > 0 or high < 0:
        size = percent_change_words(found.number, found.interval)
        more = "more" if low > 0 else "fewer"
        change = f"about {size} {more} tables to be had than at the same hours before"
    sentence = f"{date_words(day)} was the {extreme} day in {place}: {change}"
    hedged, reason = None, _too_close(level_with)
    if 0 < len(level_with) <= MOST_LEVEL_DAYS:
        others = list_words([date_words(other) for other in level_with])
        hedged = (
            f"{date_words(day)} seems to have been the {extreme} day in {place}, which {others} "
            f"may have been as well: {change}"
        )
    return stated(
        kind,
        "change against the same hours",
        sentence,
        context,
        number=found.number,
        n=hours,
        interval=found.interval,
        hedged=hedged,
        reason=reason,
    )


def opened_day_fact(
    kind: str,
    place: str,
    day: date,
    found: ComparedDay,
    level_with: Sequence[tuple[date, int]],
    whole_days: int,
    context: FactContext,
) -> Fact:
    """The same where nobody scans: by how many tables opened on it.

    level_with: the days of `found`'s and their tables. whole_days: how many days of the week were
    watched whole; it is the extreme of these.
    """
    few = "fewest" if kind == "tightest_day" else "most"
    of_days = "" if whole_days == 7 else f"of the {number_of(whole_days, 'day')} watched whole, "
    tables = int(found.number)
    sentence = capitalized(
        f"{of_days}{date_words(day)} brought the {few} new tables in {place}, {count_words(tables)}"
    )
    hedged, reason = None, _too_close([other for other, _ in level_with])
    if level_with:
        sign = 1 if kind == "tightest_day" else -1
        other, count = min(level_with, key=lambda one: (sign * one[1], one[0]))
        hedged = (
            f"{sentence}; by chance it could as well have been {date_words(other)}, with "
            f"{count_words(count)}"
        )
    return stated(
        kind,
        "tables",
        sentence,
        context,
        number=tables,
        n=tables,
        interval=found.interval,
        hedged=hedged,
        reason=reason,
    )


def _too_close(others: Sequence[date]) -> str | None:
    if not others:
        return None
    comes = "comes" if len(others) == 1 else "come"
    return f"{number_of(len(others), 'other day')} {comes} too close"


def extremes_caption(tightest: Fact | None, loosest: Fact | None) -> str | None:
    """Why a tightest or a loosest day is not told of, where the days were compared; None where
    nothing is left out for that."""
    withheld = [
        (name, fact)
        for name, fact in (("tightest", tightest), ("loosest", loosest))
        if fact is not None and fact.printable is None
    ]
    if len(withheld) == 2:
        return "No day of the week can be told from the others by what was to be had."
    return (
        "".join(
            f"Which day was the {name} cannot be said: {fact.reason}." for name, fact in withheld
        )
        or None
    )

"""Facts of weekdays: which brings most tables, prime against others, when those of a night open.

Formula: the figures are those of weekday_pattern; here they are worded, hedged or withheld.
Unit: times, most to fewest; ratio; times, first to next hour.
Range: 0 and up.
Empty case: what too few days tell of is a fact that is not to be printed, with the reason.
Example:
    >>> from metrics.coverage import Coverage
    >>> context = FactContext(date(2026, 10, 19), date(2026, 11, 15), Coverage(1.0), "/timing")
    >>> weekday_pattern_fact("New York", None, context).reason
    '3 watched days of each weekday, and a table, are needed'

Source: this project; LOOK's voice.
"""

from collections.abc import Sequence
from datetime import date

from metrics.facts import PLAIN_SPREAD, Fact, FactContext, Verdict, stated
from metrics.weekday_pattern import (
    FEWEST_DAYS_OF_A_WEEKDAY,
    BusiestCell,
    Sides,
    WeekdayPattern,
)
from metrics.wording import (
    WEEKDAYS,
    date_words,
    hour_range_words,
    list_words,
    number_of,
    number_words,
    percent_words,
    window_words,
)

LONGEST_LIST = 4
TOO_FEW_WEEKDAYS = (
    f"{FEWEST_DAYS_OF_A_WEEKDAY} watched days of each weekday, and a table, are needed"
)


def weekday_pattern_fact(place: str, found: WeekdayPattern | None, context: FactContext) -> Fact:
    """Which weekday brings most prime tables, which fewest, as far as the days watched tell."""
    kind, unit = "weekday_pattern", "times, most to fewest"
    if found is None:
        sentence = f"Not every weekday of {place} was watched often enough"
        return stated(kind, unit, sentence, context, number=None, n=0, reason=TOO_FEW_WEEKDAYS)
    most, fewest = _weekday_rate(found, found.most), _weekday_rate(found, found.fewest)
    sentence = (
        f"{WEEKDAYS[found.most]}s bring the most prime tables in {place}, {most}; "
        f"{WEEKDAYS[found.fewest]}s the fewest, {fewest}"
    )
    hedged: str | None = None
    reason: str | None = None
    ratio = found.to_fewest
    if not (found.is_most and found.is_fewest):
        reason = "which weekday brings most, or fewest, is too close to call"
        hedged = (
            f"{WEEKDAYS[found.most]}s bring more prime tables in {place} than "
            f"{WEEKDAYS[found.fewest]}s, {most} against {fewest}"
        )
        if found.is_most:
            hedged = f"{WEEKDAYS[found.most]}s bring the most prime tables in {place}, {most}"
            reason = "which weekday brings fewest is too close to call"
    if ratio.lower <= 1:
        days = number_of(sum(found.days), "watched day")
        reason = f"the difference between weekdays could be chance: {days} tell no more"
        hedged = None
        if ratio.upper <= PLAIN_SPREAD:
            hedged = f"No weekday clearly brings more prime tables in {place} than another"
    return stated(
        kind,
        unit,
        sentence,
        context,
        number=ratio.ratio,
        n=found.tables,
        interval=(ratio.lower, ratio.upper),
        hedged=hedged,
        reason=reason,
    )


def _weekday_rate(found: WeekdayPattern, weekday: int) -> str:
    """about 120 a day over 4 Saturdays"""
    rate, days = number_words(found.per_day[weekday]), found.days[weekday]
    return f"about {rate} a day over {days} {WEEKDAYS[weekday]}s"


def sides_fact(place: str, found: Sides | None, context: FactContext) -> Fact:
    """Whether more prime tables open than others, on which weekdays."""
    kind, unit = "prime_against_off_peak", "ratio"
    if found is None:
        sentence = f"Not every weekday of {place} was watched often enough"
        return stated(kind, unit, sentence, context, number=None, n=0, reason=TOO_FEW_WEEKDAYS)
    ratio = found.overall
    rates = (
        f"{number_words(found.prime_per_day)} a day against {number_words(found.off_peak_per_day)} "
        f"over {found.days} days"
    )
    more = [day for day in range(7) if found.by_weekday[day].lower > 1]
    fewer = [day for day in range(7) if found.by_weekday[day].upper < 1]
    way = "more" if ratio.ratio is None or ratio.ratio > 1 else "fewer"
    sentence = f"On every weekday {way} prime tables open in {place} than others: {rates}"
    hedged: str | None = None
    reason: str | None = None
    if len(more) < 7 and len(fewer) < 7:
        reason = "not clear on every weekday"
        if ratio.lower > 1 or ratio.upper < 1:
            hedged = f"{way.capitalize()} prime tables open in {place} than others: {rates}"
        else:
            reason = f"the difference could be chance: {found.days} watched days tell no more"
        if more and not fewer and len(more) <= LONGEST_LIST:
            days = list_words([f"{WEEKDAYS[day]}s" for day in more])
            reason = "on the other weekdays it is not clear"
            hedged = f"On {days} more prime tables open in {place} than others: {rates} in all"
    return stated(
        kind,
        unit,
        sentence,
        context,
        number=ratio.ratio,
        n=found.tables,
        interval=(ratio.lower, ratio.upper),
        hedged=hedged,
        reason=reason,
    )


def opening_hour_fact(night: str, found: BusiestCell | None, context: FactContext) -> Fact:
    """When tables of one night open; night as in "Friday-night"."""
    kind, unit = "opening_hour", "times, first to next hour"
    if found is None:
        sentence = f"Too few {night} tables were seen to open"
        return stated(kind, unit, sentence, context, number=None, n=0, reason=TOO_FEW_WEEKDAYS)
    ratio = found.to_next
    weekdays, days = f"{WEEKDAYS[found.weekday]}s", f"{found.days} days"
    hour = hour_range_words(found.hour, found.hour)
    sentence = (
        f"{night} tables open most often on {weekdays}, {hour}: "
        f"{percent_words(found.share)} of them over {days}"
    )
    hedged: str | None = None
    reason: str | None = None
    if not found.is_cell:
        reason = f"which weekday and hour brings most could be chance: {days} tell no more"
        if found.is_weekday:
            reason = "which hour brings most is too close to call"
            hedged = (
                f"{night} tables open most often on {weekdays}: "
                f"{percent_words(found.weekday_share)} of them over {days}"
            )
    return stated(
        kind,
        unit,
        sentence,
        context,
        number=None if ratio is None else ratio.ratio,
        n=found.tables,
        interval=None if ratio is None else (ratio.lower, ratio.upper),
        hedged=hedged,
        reason=reason,
    )


def weekdays_caption(
    pattern: Fact, unusual: Sequence[tuple[date, date]], last: date, days: int
) -> str:
    """What stands under the table of weekdays: what it holds, which days in it were out of line,
    and why no pattern, or only part of one, is told of it.

    unusual: stretches of days among them that stood out (first, last).
    """
    parts = [
        f"Tables a watched day, by the weekday they opened, the {days} days to {date_words(last)}; "
        "brackets hold 95 % intervals."
    ]
    if unusual:
        which = list_words([window_words(*stretch) for stretch in unusual])
        verb = "is" if len(unusual) == 1 and unusual[0][0] == unusual[0][1] else "are"
        parts.append(f"{which} stood out from the weeks before and {verb} counted here.")
    if pattern.printable is None:
        parts.append(f"This is no pattern to go by ({pattern.reason}).")
    elif pattern.verdict is Verdict.HEDGE:
        parts.append(f"No more is said of weekdays ({pattern.reason}).")
    return " ".join(parts)

"""Facts of a week: what its tables, days and hours were against what is usual, in words.

Formula: the figures are those of newsworthiness, spikes, compression and proportions; here they
    are worded. "About twice as many as usual" where the ratio's interval holds two, percent with
    no more digits than it carries otherwise, "about a third more" near a plain fraction. Where the
    interval holds 1 the sentence says "about as many as usual". Wordings vary by a number that the
    caller takes from week and subject, so that a week always reads the same.
Unit: ratio to what is usual; share; tables.
Range: 0 and up.
Empty case: what cannot be compared is a fact that is not to be printed, with the reason.
Example:
    >>> comparison_words(2.1, (1.9, 2.3)), comparison_words(0.52, (0.45, 0.6))
    ('about twice as many as usual', 'roughly half as many as usual')
    >>> comparison_words(1.34, (1.25, 1.43)), comparison_words(0.88, (0.8, 0.95))
    ('about a third more than usual', '12 % fewer than usual')
    >>> comparison_words(1.57, (1.1, 2.1)), comparison_words(1.57, (1.4, 1.75))
    ('60 % more than usual', '57 % more than usual')

Source: this project; LOOK's voice.
"""

from collections.abc import Sequence
from datetime import date

from metrics.by_users import ShareByUsers
from metrics.facts import (
    BOOKINGS,
    HEDGED_SPREAD,
    MOST_NAMED_LEVEL,
    PLAIN_SPREAD,
    Fact,
    FactContext,
    stated,
)
from metrics.newsworthiness import LEAST_CHANGE, Departure
from metrics.proportions import Interval, Proportion, proportion, wilson_interval
from metrics.wording import (
    count_words,
    date_words,
    duration_words,
    hour_range_words,
    in_ten_words,
    list_words,
    number_of,
    number_words,
    percent_change_words,
    percent_words,
    ratio_words,
    window_words,
)

FRACTIONS = ((0.2, "a fifth"), (0.25, "a quarter"), (1 / 3, "a third"), (0.5, "half"))
NEAR = 0.02
FEWEST_TABLES = 10
"""From which on a share of a week's tables is put in words."""
WIDEST_SHARE = 0.3
"""How far apart the ends of an interval may lie for "about 3 in 10"."""
MOST_LEVEL_HOURS = 3
TOO_FEW_DAYS = "too few days of this week can be compared with the weeks before"


def comparison_words(ratio: float, interval: Interval, noun: str = "") -> str:
    """How many against the usual number; with a noun as the subject of a sentence.

    >>> comparison_words(0, (0, 0.2), "tables"), comparison_words(3.0, (2.2, 4.1), "tables")
    ('none of the usual tables', 'about 3 times as many tables as usual')
    """
    as_many = f"as many {noun}".strip()
    if ratio == 0:
        return f"none of the usual {noun}".strip()
    if ratio >= 1.9:
        rounded = round(ratio) if interval[0] <= round(ratio) <= interval[1] else ratio
        return f"about {ratio_words(rounded)} {as_many} as usual"
    if abs(ratio - 0.5) <= 0.05:
        return f"roughly half {as_many} as usual"
    change = abs(ratio - 1)
    more = "more" if ratio > 1 else "fewer"
    more = f"{more} {noun}".strip()
    for share, words in FRACTIONS:
        if abs(change - share) <= NEAR:
            return f"about {words} {more} than usual"
    return f"{percent_change_words(ratio - 1, interval)} {more} than usual"


def tables_fact(
    kind: str,
    noun: str,
    where: str,
    found: Departure | None,
    context: FactContext,
    *,
    variant: int = 0,
) -> Fact:
    """So many tables against the usual number.

    noun: "table" or "prime table". where: place and time, as in "in New York on Fri, Nov 20".
    variant: any number; it chooses among the wordings.
    """
    if found is None:
        return stated(
            kind,
            "ratio to usual",
            f"The {noun}s {where} cannot be compared",
            context,
            number=None,
            n=0,
            reason=TOO_FEW_DAYS,
        )
    interval = (found.lower, found.upper)
    tables = number_of(found.observed, noun)
    usual = number_words(found.expected)
    if found.lower <= 1 <= found.upper:
        soft = f"About as many {noun}s as usual opened {where}: {count_words(found.observed)}"
        if found.upper > LEAST_CHANGE or found.lower * LEAST_CHANGE < 1:
            soft = capitalized(
                f"{tables} opened {where}; the weeks before average about {usual}, and no "
                "clear difference could be seen"
            )
        return stated(
            kind,
            "ratio to usual",
            soft,
            context,
            number=found.ratio,
            n=found.observed,
            interval=interval,
            hedged=soft,
            reason="the difference from usual could be chance",
        )
    wordings = (
        f"{tables} opened {where}, where the weeks before average about {usual}",
        f"{tables} opened {where}, {comparison_words(found.ratio, interval)}",
        f"{tables} opened {where}; the weeks before average about {usual}",
    )
    return stated(
        kind,
        "ratio to usual",
        capitalized(wordings[variant % len(wordings)]),
        context,
        number=found.ratio,
        n=found.observed,
        interval=interval,
    )


def tables_headline(noun: str, where: str, found: Departure) -> str:
    """The same as a headline, without the counts.

    >>> tables_headline("table", "at Luna", Departure(80, 40, 2.0, 1.6, 2.5, 1e-5, 1, 7))
    'About twice as many tables as usual opened at Luna'
    """
    words = comparison_words(found.ratio, (found.lower, found.upper), f"{noun}s")
    return capitalized(f"{words} opened {where}")


def prime_share_fact(
    place: str, share: Proportion | None, prime_words: str, context: FactContext
) -> Fact:
    """How many of the week's tables were for prime time."""
    kind, unit = "prime_share", "share of tables"
    if share is None:
        sentence = f"No table opened in {place}"
        return stated(kind, unit, sentence, context, number=None, n=0, reason="no tables")
    words = capitalized(in_ten_words(share.share))
    sentence = f"{words} tables that opened in {place} were for prime time, {prime_words}"
    if "half" in words or not words[-1].isdigit():
        sentence = f"{words} of the tables that opened in {place} were for {prime_words}"
    interval = (share.lower, share.upper)
    hedged: str | None = None
    reason = _too_few_tables(share.trials)
    if reason is None and share.upper - share.lower > WIDEST_SHARE:
        reason = "the interval is too wide for a rounded share"
        hedged = (
            f"{count_words(share.successes)} of the {count_words(share.trials)} tables that opened "
            f"in {place} were for prime time, {prime_words}"
        )
    return stated(
        kind,
        unit,
        sentence,
        context,
        number=share.share,
        n=share.trials,
        interval=interval,
        hedged=hedged,
        reason=reason,
    )


def busiest_hour_fact(place: str, hours: Sequence[int], context: FactContext) -> Fact:
    """When most tables opened; hours: tables by hour of the market's clock, 24 of them.

    Hedged with the counts of the first two hours where these cannot be told apart; not printed of
    too few tables, or where more hours than can be named are level.
    """
    kind, unit = "busiest_hour", "share of tables"
    share = proportion(max(hours), sum(hours))
    if share is None:
        sentence = f"No table opened in {place}"
        return stated(kind, unit, sentence, context, number=None, n=0, reason="no tables")
    first, second, *_ = sorted(range(24), key=lambda number: (-hours[number], number))
    most, next_most = hours[first], hours[second]
    busiest = f"The busiest hour for new tables in {place} was {hour_range_words(first, first)}"
    sentence = f"{busiest}: {percent_words(share.share)} of the week's tables opened then"
    hedged: str | None = None
    reason = _too_few_tables(share.trials)
    level = [number for number in range(24) if hours[number] == most]
    if reason is not None or share.upper > HEDGED_SPREAD * share.lower:
        reason = reason or "too few tables: the share could be several times smaller or larger"
    elif len(level) > MOST_LEVEL_HOURS:
        reason = f"{number_of(len(level), 'hour')} are level"
    elif len(level) > 1:
        reason = "these hours are level"
        hedged = (
            f"The busiest hours for new tables in {place} were "
            f"{list_words([hour_range_words(number, number) for number in level])}, level with "
            f"{count_words(most)} of the week's {count_words(share.trials)} each"
        )
    elif not _is_clearly_more(most, next_most) or share.upper > PLAIN_SPREAD * share.lower:
        reason = "the interval is wide"
        if not _is_clearly_more(most, next_most):
            reason = "which hour is busiest is too close to call"
        hedged = (
            f"{busiest}, with {count_words(most)} of the week's {count_words(share.trials)}; "
            f"{hour_range_words(second, second)} had {count_words(next_most)}"
        )
    return stated(
        kind,
        unit,
        sentence,
        context,
        number=share.share,
        n=share.trials,
        interval=(share.lower, share.upper),
        hedged=hedged,
        reason=reason,
    )


def _too_few_tables(tables: int) -> str | None:
    if tables >= FEWEST_TABLES:
        return None
    return f"only {number_of(tables, 'table')} opened, {FEWEST_TABLES} are needed"


def _is_clearly_more(most: int, next_most: int) -> bool:
    """Whether the first hour would come out ahead of the second by more than chance."""
    interval = wilson_interval(most, most + next_most)
    return interval is not None and interval[0] > 0.5


def new_entries_fact(names: Sequence[str], unsure: int, ranked: int, context: FactContext) -> Fact:
    """Venues that came into the hardest ten since the Sunday before.

    unsure: how many of them have a rank band that overlaps with the one before.
    """
    start, who = (
        f"New among the ten hardest tables of {count_words(ranked)}",
        list_words(list(names)),
    )
    hedged, reason = None, None
    if unsure:
        of_all = "" if unsure == len(names) else f" for {number_of(unsure, 'of them', 'of them')}"
        hedged = f"{start}, though that could be chance{of_all}: {who}"
        reason = "rank bands of the two Sundays overlap"
    return stated(
        "new_entries",
        "venues",
        f"{start}: {who}",
        context,
        number=len(names),
        n=ranked,
        hedged=hedged,
        reason=reason,
    )


def level_fact(
    names: Sequence[str], ranked: int, band: tuple[int, int], context: FactContext
) -> Fact:
    """The hardest tables, where several come out level: two or more, named if few.

    band: the best and the worst rank that any of them could have.
    """
    best, worst = band
    level = f"{_some_names(names)} come out level"
    sentence = f"{level} as the hardest tables of {count_words(ranked)}"
    hedged, reason = None, None
    if worst > len(names):
        reason = f"their ranks could be anything from {best} to {worst}"
        if worst <= ranked / 2:
            hedged = f"{level}, among the {count_words(worst)} hardest of {count_words(ranked)}"
    return stated(
        "rank",
        "rank",
        capitalized(sentence),
        context,
        number=1,
        n=ranked,
        interval=(float(best), float(worst)),
        hedged=None if hedged is None else capitalized(hedged),
        reason=reason,
    )


def none_caught_fact(
    names: Sequence[str], observed_days: float, n: int, upper: float, context: FactContext
) -> Fact:
    """Venues at which nothing could have been caught, told of together: two or more.

    n: their prime tables for two. upper: the largest upper end of their 95 % intervals,
    tables a week.
    """
    where = f"at any of {number_of(len(names), 'venue')}"
    if len(names) <= MOST_NAMED_LEVEL:
        where = f"at {', '.join(names[:-1])} or {names[-1]}"
    sentence = (
        f"With alerts on, two people could not have caught one prime table {where} in "
        f"{duration_words(round(observed_days) * 86400)} of watching; in the long run it could be "
        f"up to {number_words(upper, (0.0, upper))} a week at each"
    )
    return stated(
        "catchable", "tables a week", sentence, context, number=0, n=n, interval=(0.0, upper)
    )


def _some_names(names: Sequence[str]) -> str:
    """Names, or how many tables there are where they are more than a sentence holds."""
    if len(names) <= MOST_NAMED_LEVEL:
        return list_words(list(names))
    return number_of(len(names), "table")


def first_seen_fact(names: Sequence[str], count: int, context: FactContext) -> Fact:
    """Venues whose first table ever seen opened this week; the first few by name."""
    rest = count - len(names)
    who = list_words([*names, f"{count_words(rest)} more"] if rest else list(names))
    sentence = f"Seen for the first time: {who}"
    return stated("first_seen", "venues", sentence, context, number=count, n=count)


def outage_words(days: Sequence[tuple[date, float]]) -> str:
    """Which days were not watched whole; (day, observed share) each.

    >>> outage_words([(date(2026, 11, 17), 0.625)])
    'We did not watch all of Tue, Nov 17: about 9 of its 24 hours are missing.'
    """
    parts = [
        f"{date_words(day)} (about {number_words(24 * (1 - share), (0, 4))} h missing)"
        for day, share in days
    ]
    if len(days) == 1:
        day, share = days[0]
        missing = max(round(24 * (1 - share)), 1)
        if share == 0:
            return f"We did not watch on {date_words(day)} at all."
        verb = "is" if missing == 1 else "are"
        hours = f"about {missing} of its 24 hours {verb} missing"
        return f"We did not watch all of {date_words(day)}: {hours}."
    return f"We did not watch all of {list_words(parts)}."


def data_end_words(day: date) -> str:
    """The data end within the week."""
    return f"The data end on {date_words(day)}, before the week was over."


def window_of(context: FactContext) -> str:
    """The days a fact is about, with the year."""
    return window_words(context.first_date, context.last_date)


def capitalized(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def bookings_fact(
    found: ShareByUsers,
    before: ShareByUsers | None,
    ratio: Interval | None,
    context: FactContext,
    *,
    days_before: int,
) -> Fact:
    """How many alerts led to a booking, and against the 28 days before.

    before: None where no alert was sent then. ratio: the interval of the two shares' ratio, users
    as the unit; None where there are too few to compare. days_before: of the 28, those with alerts.
    """
    share = f"{count_words(found.successes)} of {count_words(found.trials)} alerts"
    sentence = f"{share} led to a booking, {percent_words(found.share, found.interval)}"
    if before is not None:
        then = percent_words(before.share, before.interval)
        then += f" of {number_of(before.trials, 'alert')}"
        when = "in the four weeks before"
        if days_before < 28:
            when = f"on the {number_of(days_before, 'day')} with alerts of the four weeks before"
        if ratio is None:
            sentence += f"; {then} {when}, too few to compare"
        elif ratio[0] > 1 or ratio[1] < 1:
            sentence += f", {'up' if ratio[0] > 1 else 'down'} from {then} {when}"
        else:
            sentence += f", about as {when} ({then})"
    return stated(
        BOOKINGS,
        "share of alerts",
        sentence,
        context,
        number=found.share,
        n=found.trials,
        interval=found.interval,
    )

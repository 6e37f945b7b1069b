"""Facts: a statement that may be printed, with everything that backs it.

Formula: each fact carries its sentence, number, unit, n, 95 % interval, window, coverage, formula
    version and permalink, and a verdict. *Print*: the interval supports the sentence as it stands.
    *Hedge*: it supports only the softer wording, which is given. *Do not print*: it supports
    neither, or too little was watched; the reason is given. Whatever the numbers, less than half of
    the window watched is never printed and less than 80 % is hedged. Coverage that is assumed for
    want of scans is marked and does not change the verdict.
Unit: that of its number.
Range: the three verdicts.
Empty case: a fact about something undefined exists, has no number, and is not to be printed.
Example:
    >>> from metrics.survival import survival_curve
    >>> context = FactContext(date(2026, 11, 7), date(2026, 11, 20), Coverage(0.97), "/venues/luna")
    >>> curve = survival_curve([60] * 30 + [120] * 60 + [180] * 30, [])
    >>> fact = typical_open_time_fact(None, curve, context)
    >>> fact.printable, str(fact.verdict)
    ('Slots here usually last about 2 minutes', 'print')

Source: this project.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from metrics.catchable import CatchableRate
from metrics.compression import FEWEST_FOR_A_WORD, Tightness, tightness_words
from metrics.coverage import Coverage
from metrics.proportions import Interval, Proportion, ShareRatio
from metrics.ranks import RankBand
from metrics.rates import RateRatio
from metrics.release_clock import FEWEST_DAYS as FEWEST_CLOCK_DAYS
from metrics.release_clock import ReleaseClock
from metrics.scarcity import FEWEST_OBSERVED_DAYS, ROUNDING_DAYS
from metrics.spikes import WeekdayComparison
from metrics.strata import Stratified
from metrics.survival import HORIZONS_SECONDS, SurvivalCurve
from metrics.tiers import NOT_ENOUGH_WATCHING, TierBand
from metrics.trend import Direction, Trend
from metrics.version import FORMULA_VERSION
from metrics.wording import (
    WEEKDAYS,
    about_duration_words,
    count_words,
    date_words,
    duration_range_short,
    duration_words,
    in_ten_words,
    list_words,
    number_of,
    number_words,
    ordinal_words,
    percent_change_words,
    percent_words,
    ratio_words,
    time_words,
    window_words,
)

LEAST_COVERAGE = 0.5
PLAIN_COVERAGE = 0.8
FEWEST_CLOSINGS = 10
FEWEST_DAYS = 7
IN_TENTHS = (0.075, 0.925)  # shares that "about 1 in 10" to "about 9 in 10" are near enough to
MOST_NAMED_LEVEL = 5
"""Venues of one rank are named up to so many, the one spoken of included."""
# How far apart the ends of an interval may lie, as a ratio, for a plain and for a hedged number.
PLAIN_SPREAD = 2.0
HEDGED_SPREAD = 5.0
ABOUT_ONE = (0.75, 1.25)
"""Tables a week: an interval that ends here is told by its end alone, for nobody catches 0.03."""
COMPARISON = "comparison"
BOOKINGS = "bookings"
OF_ALERTS = (COMPARISON, BOOKINGS)
"""Alerts are known one by one, however much was watched."""
DISAGREEMENT = 1.5
"""Crude and adjusted ratio disagree if one is this many times the other, or they point apart."""
_TABLES = ("table", "tables")
COUNTED = {
    "typical_open_time": _TABLES,
    "catchable": ("prime table for two", "prime tables for two"),
    "tier": ("prime table for two", "prime tables for two"),
    "rank": ("venue", "venues"),
    "new_entries": ("venue", "venues"),
    "first_seen": ("venue", "venues"),
    "fully_booked": ("day", "days"),
    "trend": ("prime table for two", "prime tables for two"),
    "week_over_week": _TABLES,
    "spike": _TABLES,
    "market_week": _TABLES,
    "market_prime": ("prime table", "prime tables"),
    "market_day": _TABLES,
    "market_days": _TABLES,
    "daypart": _TABLES,
    "neighborhood": _TABLES,
    "venue_week": _TABLES,
    "prime_share": _TABLES,
    "busiest_hour": _TABLES,
    "weekday_pattern": ("prime table", "prime tables"),
    COMPARISON: ("alert", "alerts"),
    BOOKINGS: ("alert", "alerts"),
}
"""What the n of a kind counts, one and several."""
COUNTED_BY_UNIT = {
    "tables": _TABLES,
    "change against the same hours": ("hour", "hours"),
}
"""Of kinds whose n depends on what they go by."""
USERS_CANNOT_TELL = "all bookings of one side are one user's, or it has none"


class Verdict(StrEnum):
    """What may be done with a fact."""

    PRINT = "print"
    HEDGE = "hedge"
    DO_NOT_PRINT = "do not print"


@dataclass(frozen=True)
class FactContext:
    """What a fact was computed over: local days (both included), coverage, and where to see it.

    coverage: None where there was no wall time to cover.
    """

    first_date: date
    last_date: date
    coverage: Coverage | None
    permalink: str


@dataclass(frozen=True)
class Fact:
    """A statement with what backs it; `printable` is what a page or digest may say.

    kind: which builder made it (`typical_open_time`, …).
    sentence: the plain wording, without a full stop.
    number, unit, n, interval: the figure behind it; None where undefined.
    hedged_sentence: given where the verdict is *hedge*.
    reason: given where the verdict is not *print*.
    """

    kind: str
    sentence: str
    number: float | None
    unit: str
    n: int
    interval: Interval | None
    context: FactContext
    verdict: Verdict
    hedged_sentence: str | None = None
    reason: str | None = None
    method_version: int = FORMULA_VERSION

    @property
    def printable(self) -> str | None:
        """The sentence that may be printed, None if none may."""
        if self.verdict is Verdict.DO_NOT_PRINT:
            return None
        return self.hedged_sentence if self.verdict is Verdict.HEDGE else self.sentence

    @property
    def counted(self) -> str:
        """What n is a number of, in figures: "7 prime tables for two"."""
        singular, plural = COUNTED.get(self.kind) or COUNTED_BY_UNIT.get(self.unit, ("", ""))
        return f"{count_words(self.n)} {singular if self.n == 1 else plural}".rstrip()

    @property
    def source_line(self) -> str:
        """Window, count and coverage in words, for the line under a statement."""
        parts = [window_words(self.context.first_date, self.context.last_date)]
        parts.append(f"n = {self.counted}")
        coverage = self.context.coverage
        if self.kind in OF_ALERTS:
            return " · ".join(parts)
        if coverage is None:
            parts.append("not watched")
        elif coverage.is_assumed:
            parts.append("coverage assumed, not measured")
        else:
            parts.append(f"watched {percent_words(coverage.share)} of the time")
        return " · ".join(parts)


@dataclass(frozen=True)
class _Claim:
    """What a builder found, before coverage is taken into account."""

    sentence: str
    number: float | None
    n: int
    interval: Interval | None = None
    verdict: Verdict = Verdict.PRINT
    hedged_sentence: str | None = None
    reason: str | None = None


def _unsayable(subject: str, reason: str, *, number: float | None = None, n: int = 0) -> _Claim:
    return _Claim(subject, number, n, verdict=Verdict.DO_NOT_PRINT, reason=reason)


def _fact(kind: str, unit: str, claim: _Claim, context: FactContext) -> Fact:
    """The claim with the verdict that coverage still allows."""
    verdict, hedged, reason = claim.verdict, claim.hedged_sentence, claim.reason
    coverage = context.coverage
    share = 0.0 if coverage is None else coverage.share
    if kind in OF_ALERTS:
        share = 1.0
    if share < LEAST_COVERAGE and verdict is not Verdict.DO_NOT_PRINT:
        verdict, hedged = Verdict.DO_NOT_PRINT, None
        reason = f"watched only {percent_words(share)} of the time"
    elif share < PLAIN_COVERAGE and verdict is Verdict.PRINT:
        verdict = Verdict.HEDGE
        reason = f"watched only {percent_words(share)} of the time"
        hedged = f"{claim.sentence}, as far as we watched ({percent_words(share)} of the time)"
    return Fact(
        kind=kind,
        sentence=claim.sentence,
        number=claim.number,
        unit=unit,
        n=claim.n,
        interval=claim.interval,
        context=context,
        verdict=verdict,
        hedged_sentence=hedged,
        reason=reason,
    )


def stated(
    kind: str,
    unit: str,
    sentence: str,
    context: FactContext,
    *,
    number: float | None,
    n: int,
    interval: Interval | None = None,
    hedged: str | None = None,
    reason: str | None = None,
) -> Fact:
    """A fact worded by another module, judged by its coverage as all are.

    hedged: the softer wording, where the interval supports no more. reason alone: it may not be
    printed, and this is why.
    """
    verdict = Verdict.PRINT
    if reason is not None:
        verdict = Verdict.DO_NOT_PRINT if hedged is None else Verdict.HEDGE
    return _fact(
        kind, unit, _Claim(sentence, number, n, interval, verdict, hedged, reason), context
    )


def _at(venue_name: str | None) -> str:
    return "here" if venue_name is None else f"at {venue_name}"


def _spread(interval: Interval) -> float:
    low, high = interval
    return high / low if low > 0 else math.inf


OPEN_TIME_NEEDS = (
    f"how long half of the tables last is said from {FEWEST_CLOSINGS} closings on, if the ends of "
    f"the 95 % interval lie no more than {HEDGED_SPREAD:.0f} times apart"
)
"""For the foot of a table in which some venue's open time is left out."""


def open_time_refusal(
    median_seconds: float | None,
    interval: Interval | None,
    closed_count: int,
    resolution_seconds: float | None,
) -> str | None:
    """Why a typical open time must not be printed, in a sentence or a cell; None where it may be.

    interval: its 95 % interval, the upper end may be infinite; None where undefined.

    >>> open_time_refusal(300, (240, 420), 9, 60)
    'only nine closings seen, 10 are needed'
    >>> open_time_refusal(300, (240, 420), 10, 60) is None
    True
    """
    if median_seconds is None:
        return "more than half were still open when last seen"
    if closed_count < FEWEST_CLOSINGS:
        seen = number_of(closed_count, "closing")
        only = "only " if closed_count else ""
        return f"{only}{seen} seen, {FEWEST_CLOSINGS} are needed"
    is_at_a_look = resolution_seconds is not None and median_seconds <= resolution_seconds
    if not is_at_a_look and (interval is None or _spread(interval) > HEDGED_SPREAD):
        return "too few drops: the typical time could be several times shorter or longer"
    return None


def curve_refusal(curve: SurvivalCurve | None) -> str | None:
    """The same of a curve; None, too, where half outlast all watching, which may be said."""
    if curve is None:
        return "no drops in this window"
    if curve.median_seconds is None:
        return None
    return open_time_refusal(
        curve.median_seconds, curve.median_interval, curve.closed_count, curve.resolution_seconds
    )


def typical_open_time_fact(
    venue_name: str | None, curve: SurvivalCurve | None, context: FactContext
) -> Fact:
    """How long slots usually last; `venue_name` None on the venue's own page ("here")."""
    return _fact("typical_open_time", "seconds", _typical_open_time(venue_name, curve), context)


def _typical_open_time(venue_name: str | None, curve: SurvivalCurve | None) -> _Claim:
    subject = f"Slots {_at(venue_name)}"
    if curve is None:
        return _unsayable(f"{subject} have not been seen to open", "no drops in this window")
    n = curve.n
    if curve.median_seconds is None:
        return _outlasting_claim(subject, curve)
    refusal = curve_refusal(curve)
    if curve.closed_count < FEWEST_CLOSINGS:
        return _unsayable(
            f"{subject} have closed too rarely to say how long they last",
            str(refusal),
            number=curve.median_seconds,
            n=n,
        )
    median, interval = curve.median_seconds, curve.median_interval
    resolution = curve.resolution_seconds
    if resolution is not None and median <= resolution:
        sentence = (
            f"{subject} are usually gone before we look again {duration_words(resolution)} later"
        )
        return _Claim(sentence, median, n, interval)
    sentence = f"{subject} usually last about {about_duration_words(median, interval)}"
    if resolution is not None and median < 2 * resolution:
        sentence = f"{subject} are usually gone within {duration_words(median)}"
    if interval is None or refusal is not None:
        return _Claim(sentence, median, n, interval, Verdict.DO_NOT_PRINT, reason=refusal)
    if _spread(interval) <= PLAIN_SPREAD:
        return _Claim(sentence, median, n, interval)
    # What the interval is of: the median, not the slots.
    where = subject.removeprefix("Slots ")
    hedged = f"Half of the slots {where} seem to be gone within {duration_range_short(interval)}"
    reason = "the interval is wide"
    return _Claim(sentence, median, n, interval, Verdict.HEDGE, hedged, reason)


def _outlasting_claim(subject: str, curve: SurvivalCurve) -> _Claim:
    """More than half outlast the longest horizon at which that is sure."""
    for seconds in reversed(HORIZONS_SECONDS):
        share, interval = curve.at(seconds), curve.interval_at(seconds)
        if share is not None and interval is not None and interval[0] > 0.5:
            sentence = (
                f"More than half of the slots {subject.removeprefix('Slots ')} are still there"
            )
            return _Claim(f"{sentence} after {duration_words(seconds)}", None, curve.n)
    return _unsayable(
        f"{subject} have not been watched long enough to say how long they last",
        "more than half were still open when last seen",
        n=curve.n,
    )


def catchable_fact(venue_name: str, rate: CatchableRate | None, context: FactContext) -> Fact:
    """How many prime tables a week two diners with alerts could catch (tables for two or of unknown
    size are counted)."""
    return _fact("catchable", "tables a week", _catchable(venue_name, rate), context)


def _catchable(venue_name: str, rate: CatchableRate | None) -> _Claim:
    observed = 0.0 if rate is None else rate.observed_days
    if rate is None or observed < FEWEST_OBSERVED_DAYS - ROUNDING_DAYS:
        return _unsayable(
            f"{venue_name} was not watched enough to count its tables",
            f"watched {number_words(observed)} days, {FEWEST_OBSERVED_DAYS:.0f} are needed",
            n=0 if rate is None else rate.n_prime_drops,
        )
    number, interval = rate.per_week, (rate.lower, rate.upper)
    weeks = duration_words(round(observed) * 86400)
    if number == 0:
        sentence = (
            f"With alerts on, two people could not have caught one prime table at {venue_name} in "
            f"{weeks} of watching; in the long run it could be up to "
            f"{number_words(rate.upper, interval)} a week"
        )
        return _Claim(sentence, number, rate.n_prime_drops, interval)
    amount = number_words(number, interval)
    noun = "prime table" if amount == "1" else "prime tables"
    sentence = f"With alerts on, two people can catch about {amount} {noun} a week at {venue_name}"
    if _spread(interval) <= PLAIN_SPREAD:
        return _Claim(sentence, number, rate.n_prime_drops, interval)
    amount = (
        f"between {number_words(rate.lower, interval)} and {number_words(rate.upper, interval)} "
        "prime tables"
    )
    if rate.upper < ABOUT_ONE[0]:
        amount = "fewer than one prime table"
    elif rate.upper <= ABOUT_ONE[1]:
        amount = "at most about one prime table"
    hedged = f"With alerts on, two people can catch {amount} a week at {venue_name}"
    return _Claim(
        sentence, number, rate.n_prime_drops, interval, Verdict.HEDGE, hedged, "few drops"
    )


def tier_fact(
    venue_name: str, rate: CatchableRate | None, band: TierBand, context: FactContext
) -> Fact:
    """The venue's tier in words."""
    n = 0 if rate is None else rate.n_prime_drops
    number = None if rate is None else rate.per_week
    interval = None if rate is None else (rate.lower, rate.upper)
    if rate is None or rate.observed_days < FEWEST_OBSERVED_DAYS - ROUNDING_DAYS:
        band = TierBand(())
    if not band.tiers:
        claim = _unsayable(f"{venue_name}: {band.label}", NOT_ENOUGH_WATCHING, number=number, n=n)
    elif band.is_certain:
        claim = _Claim(f"{venue_name} is {band.label}", number, n, interval)
    elif len(band.tiers) == 2:
        sentence = f"{venue_name} is {band.label}"
        hedged = f"{venue_name} is {band.label}: too close to call"
        claim = _Claim(sentence, number, n, interval, Verdict.HEDGE, hedged, "between two tiers")
    else:
        claim = _unsayable(f"{venue_name} is {band.label}", "any tier fits", number=number, n=n)
    return _fact("tier", "tables a week", claim, context)


def rank_fact(
    venue_name: str,
    band: RankBand | None,
    ranked: int,
    context: FactContext,
    *,
    level_with: Sequence[str] = (),
) -> Fact:
    """A venue's place among `ranked` venues, 1 being hardest to get.

    level_with: the other venues of the same rank, which are named if few.
    """
    return _fact("rank", "rank", _rank(venue_name, band, ranked, level_with), context)


def _rank(venue_name: str, band: RankBand | None, ranked: int, level_with: Sequence[str]) -> _Claim:
    if band is None:
        return _unsayable(f"{venue_name} is not ranked", NOT_ENOUGH_WATCHING, n=ranked)
    place = "" if band.rank == 1 else f"{ordinal_words(band.rank)} "
    share = ""
    if band.tied > 1:
        few = 0 < len(level_with) < MOST_NAMED_LEVEL
        others = list_words(list(level_with)) if few else number_of(band.tied - 1, "other")
        share = f", level with {others}"
    sentence = f"{venue_name} is the {place}hardest table of {count_words(ranked)}{share}"
    interval = (float(band.best), float(band.worst))
    if band.best == band.worst:
        return _Claim(sentence, band.rank, ranked, interval)
    if band.worst <= ranked / 2:
        hedged = (
            f"{venue_name} is among the {count_words(band.worst)} hardest of {count_words(ranked)}"
            f"{share}"
        )
        reason = f"its rank could be anything from {band.best} to {band.worst}"
        return _Claim(sentence, band.rank, ranked, interval, Verdict.HEDGE, hedged, reason)
    reason = f"its rank could be anything from {band.best} to {band.worst} of {ranked}"
    return _Claim(sentence, band.rank, ranked, interval, Verdict.DO_NOT_PRINT, reason=reason)


def fully_booked_fact(venue_name: str, share: Proportion | None, context: FactContext) -> Fact:
    """On how many days not one prime table opened."""
    if share is None or share.trials < FEWEST_DAYS:
        days = 0 if share is None else share.trials
        claim = _unsayable(
            f"{venue_name} was not watched enough to say how often it is fully booked",
            f"watched on {number_of(days, 'day')}, {FEWEST_DAYS} are needed",
            n=days,
        )
    else:
        interval = (share.lower, share.upper)
        days_words = f"{share.successes} of {share.trials} days"
        sentence = f"No prime table opened at {venue_name} on {days_words}"
        is_close = share.upper - share.lower <= 0.3
        # Nearer to an end, tenths are too coarse: 5 of 90 days would be "1 in 10".
        if is_close and IN_TENTHS[0] <= share.share <= IN_TENTHS[1]:
            words = in_ten_words(share.share)
            words += " days" if words[-1].isdigit() else " of its days"
            sentence = f"No prime table opens at {venue_name} on {words}"
        claim = _Claim(sentence, share.share, share.trials, interval)
    return _fact("fully_booked", "share of days", claim, context)


def trend_fact(
    venue_name: str, trend: Trend | None, label: Direction | None, context: FactContext
) -> Fact:
    """Whether a venue is getting harder or easier; `label` as `trend_labels` gave it."""
    if trend is None:
        claim = _unsayable(f"No trend can be told for {venue_name}", "too few complete weeks")
    else:
        interval = (trend.lower, trend.upper)
        change = trend.change_per_week
        more = "fewer" if change < 0 else "more"
        size = percent_change_words(change)
        sentence = (
            f"{venue_name} is {label or 'about as hard as it was'}: about {size} {more} tables to "
            f"catch each week, on average over {trend.weeks} weeks"
        )
        claim = _Claim(sentence, change, trend.tables, interval)
        if label is None:
            claim = _Claim(
                f"{venue_name} is about as hard as it was {trend.weeks} weeks ago",
                change,
                trend.tables,
                interval,
                Verdict.DO_NOT_PRINT,
                reason="no trend that survives having asked about every venue",
            )
    return _fact("trend", "share a week", claim, context)


def week_over_week_fact(
    subject: str,
    last_count: int,
    previous_count: int,
    ratio: RateRatio | None,
    context: FactContext,
) -> Fact:
    """Drops of the last 7 days against the 7 before; `subject` as in "in New York" or "at Luna"."""
    n = last_count + previous_count
    tables = number_of(last_count, "table")
    opened = f"{tables[0].upper()}{tables[1:]} opened {subject} in the last 7 days"
    if ratio is None:
        claim = _unsayable(opened, "one of the two weeks was not watched", n=n)
    elif ratio.ratio is None:
        sentence = f"{opened}, after none in the 7 before"
        claim = _Claim(sentence, None, n, (ratio.lower, ratio.upper))
        if ratio.lower <= 1:
            claim = _unsayable(sentence, "too few to compare", n=n)
    else:
        interval = (ratio.lower, ratio.upper)
        is_clear = ratio.lower > 1 or ratio.upper < 1
        if ratio.ratio == 1:
            more, than = "as many", "as"
        elif ratio.ratio >= 1.95:
            more, than = f"{ratio_words(ratio.ratio)} as many", "as"
        else:
            change = percent_change_words(ratio.ratio - 1, interval)
            more, than = f"{change} {'more' if ratio.ratio > 1 else 'fewer'}", "than"
        sentence = f"{more} tables opened {subject} in the last 7 days {than} in the 7 before"
        if last_count == 0:
            sentence = f"{opened}, after {count_words(previous_count)} in the 7 before"
        claim = _Claim(sentence[0].upper() + sentence[1:], ratio.ratio, n, interval)
        if not is_clear and _spread(interval) > HEDGED_SPREAD:
            reason = "the interval is too wide to compare the two weeks"
            claim = replace(claim, verdict=Verdict.DO_NOT_PRINT, reason=reason)
        elif not is_clear:
            claim = _Claim(
                claim.sentence,
                ratio.ratio,
                n,
                interval,
                Verdict.HEDGE,
                f"About as many tables opened {subject} in the last 7 days as in the 7 before",
                "the difference could be chance",
            )
    return _fact("week_over_week", "ratio", claim, context)


def tightness_fact(
    market_name: str, found: Tightness | None, hour: int | None, context: FactContext
) -> Fact:
    """How tight the market was at an hour of the context's last day, the last one that is known."""
    if found is None or hour is None or found.comparable_hours < FEWEST_FOR_A_WORD:
        hours = 0 if found is None else found.comparable_hours
        claim = _unsayable(
            f"It is too early to say how tight {market_name} is",
            f"{'only ' if hours else ''}{number_of(hours, 'comparable hour')} so far, "
            f"{FEWEST_FOR_A_WORD} are needed",
            n=hours,
        )
    else:
        day, at = context.last_date, time_words(hour)
        hours_noun = f"{WEEKDAYS[day.weekday()]}s at that hour"
        than = tightness_words(found, hours_noun)
        sentence = f"On {date_words(day)} at {at} {market_name} was {than}"
        share, (low, high) = found.share, found.interval
        if found.is_loose:
            share, low, high = 1 - share, 1 - high, 1 - low
        claim = _Claim(sentence, share, found.comparable_hours, (low, high))
        if not found.is_out_of_the_ordinary:
            claim = replace(
                claim,
                verdict=Verdict.DO_NOT_PRINT,
                reason="within what that hour usually brings",
            )
    return _fact("tightness", "share of comparable hours", claim, context)


def spike_fact(
    market_name: str, day: date, found: WeekdayComparison | None, context: FactContext
) -> Fact:
    """Whether a day stood out from the same weekday before."""
    on = date_words(day)
    if found is None:
        claim = _unsayable(f"{on} cannot be compared", "too few past weeks were watched")
    else:
        ratio = found.ratio
        interval = (ratio.lower, ratio.upper)
        usual = number_words(found.usual_per_day)
        sentence = (
            f"{count_words(found.drops)} tables opened in {market_name} on {on}, where "
            f"{usual} are usual"
        )
        claim = _Claim(sentence, ratio.ratio, found.drops, interval)
        if not (found.is_spike or found.is_dip):
            reason = "within what this weekday usually brings"
            claim = _Claim(
                sentence, ratio.ratio, found.drops, interval, Verdict.DO_NOT_PRINT, reason=reason
            )
    return _fact("spike", "ratio", claim, context)


def release_clock_fact(venue_name: str, clock: ReleaseClock | None, context: FactContext) -> Fact:
    """At what time a venue releases its tables, and how far ahead."""
    days = 0 if clock is None else clock.days
    n = 0 if clock is None else clock.release_count + clock.cancellation_count
    if clock is None or days < FEWEST_CLOCK_DAYS:
        claim = _unsayable(
            f"It is too early to say when {venue_name} releases tables",
            f"drops on {number_of(days, 'day')}, {FEWEST_CLOCK_DAYS} are needed",
            n=n,
        )
    elif clock.usual_minute is None:
        claim = _unsayable(
            f"{venue_name} has no usual release time", "drops come at all hours", n=n
        )
    else:
        at = time_words(*divmod(clock.usual_minute, 60))
        lead = clock.release_lead_days or 0
        ahead = f", {number_of(lead, 'day')} ahead" if lead else ", for the same day"
        sentence = f"{venue_name} releases tables at {at}{ahead}"
        claim = _Claim(sentence, clock.usual_minute, clock.release_count)
        is_regular = clock.release_days >= PLAIN_COVERAGE * clock.days
        if not is_regular or clock.release_days < FEWEST_DAYS:
            claim = replace(
                claim,
                verdict=Verdict.HEDGE,
                hedged_sentence=f"{venue_name} often releases tables around {at}{ahead}",
                reason=f"on {clock.release_days} of {clock.days} days with drops",
            )
    return _fact("release_clock", "minute of the day", claim, context)


def comparison_fact(
    subject: str,
    crude: ShareRatio | None,
    adjusted: Stratified | None,
    n: int,
    context: FactContext,
) -> Fact:
    """ "Alerts for saved venues lead to bookings 3 times as often": crude beside adjusted.

    subject: the claim up to the ratio ("Alerts for saved venues lead to bookings"). n: alerts.
    The number is the adjusted (Mantel-Haenszel) ratio of shares.
    """
    return _fact(COMPARISON, "ratio", _comparison(subject, crude, adjusted, n), context)


def _comparison(
    subject: str, crude: ShareRatio | None, adjusted: Stratified | None, n: int
) -> _Claim:
    if crude is None or adjusted is None:
        return _unsayable(f"{subject}: nothing to compare", "no like cases on both sides", n=n)
    if adjusted.share_ratio_interval is None:
        return _unsayable(f"{subject}: nothing to compare", USERS_CANNOT_TELL, n=n)
    ratio, interval = adjusted.share_ratio, adjusted.share_ratio_interval
    sentence = f"{subject} {ratio_words(ratio)} as often"
    low, high = interval
    if crude.is_small:
        return _Claim(
            sentence, ratio, n, interval, Verdict.DO_NOT_PRINT, reason="too few cases to compare"
        )
    if low <= 1 <= high:
        return _Claim(
            sentence,
            ratio,
            n,
            interval,
            Verdict.DO_NOT_PRINT,
            reason="compared like with like, the difference could be chance",
        )
    crude_ratio = math.inf if crude.ratio is None else crude.ratio
    apart = max(crude_ratio, ratio) / max(min(crude_ratio, ratio), 1e-12)
    points_apart = (crude_ratio > 1) != (ratio > 1)
    if points_apart or apart > DISAGREEMENT or high / low > HEDGED_SPREAD:
        hedged = (
            f"Compared like with like, {subject[0].lower()}{subject[1:]} "
            f"{number_words(low, interval)} to {number_words(high, interval)} times as often"
        )
        reason = (
            f"not compared like with like the ratio would be {number_words(crude_ratio)}"
            if points_apart or apart > DISAGREEMENT
            else "the interval is wide"
        )
        return _Claim(sentence, ratio, n, interval, Verdict.HEDGE, hedged, reason)
    return _Claim(sentence, ratio, n, interval)

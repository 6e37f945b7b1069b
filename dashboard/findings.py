"""What the pages about the market find, in sentences that their numbers support."""

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from db.insights import WeekdayHours, WeekOverWeek
from metrics.compression import Tightness, tightness_words
from metrics.facts import HEDGED_SPREAD, PLAIN_COVERAGE, Fact
from metrics.wording import (
    WEEKDAYS,
    count_words,
    date_words,
    duration_words,
    hour_range_words,
    list_words,
    number_of,
    number_words,
    percent_change_words,
    percent_words,
    time_words,
)

FEWEST_DROPS = 10  # from which on is said when tables open
LONGEST_LIST = 4
COMPARED_NIGHTS = 7


def live_finding(counts: pd.DataFrame, place: str) -> str:
    """How many tables are open, by `insights.live_counts`.

    >>> from datetime import date
    >>> counts = pd.DataFrame({"slot_date": [date(2026, 11, 20)], "prime": [40], "off_peak": [2]})
    >>> live_finding(counts, "New York")
    '42 tables are open in New York right now, 40 of them in prime time.'
    """
    prime, off_peak = int(counts["prime"].sum()), int(counts["off_peak"].sum())
    if prime + off_peak == 0:
        return f"No table is open in {place} right now."
    if prime + off_peak == 1:
        return f"One table is open in {place} right now, {'in' if prime else 'not in'} prime time."
    tables = number_of(prime + off_peak, "table")
    share = "none" if prime == 0 else count_words(prime)
    return (
        f"{tables[0].upper()}{tables[1:]} are open in {place} right now, {share} of them in "
        "prime time."
    )


def nights_title(counts: pd.DataFrame, place: str, *, first: date) -> str:
    """Which of the seven nights from `first` have the fewest prime tables.

    counts: as of `insights.live_counts`; a night without any table is not in it.

    >>> nights = [date(2026, 11, 20) + timedelta(days=k) for k in range(7)]
    >>> counts = pd.DataFrame({"slot_date": nights, "prime": [3, 4, 5, 6, 7, 8, 9], "off_peak": 2})
    >>> nights_title(counts, "New York", first=nights[0])
    'Three prime tables for Fri, Nov 20, the fewest of the next seven nights'
    >>> nights_title(counts.drop([1, 3]), "New York", first=nights[0])
    'No prime tables for Sat, Nov 21 and Mon, Nov 23, the fewest of the next seven nights'
    """
    if counts.empty:
        return f"No table is open in {place}"
    if len(counts) == 1:
        return f"All of them are for {date_words(counts['slot_date'].iloc[0])}"
    week = [first + timedelta(days=k) for k in range(COMPARED_NIGHTS)]
    prime = counts.set_index("slot_date")["prime"].reindex(week, fill_value=0)
    fewest = int(prime.min())
    nights = [date_words(night) for night in prime.index[prime == fewest]]
    amount = number_of(fewest, "prime table")
    amount = f"{amount[0].upper()}{amount[1:]}"
    if len(nights) == COMPARED_NIGHTS:
        return f"{amount} for {'each' if fewest else 'any'} of the next seven nights"
    if len(nights) > LONGEST_LIST:
        return f"{amount} for {number_of(len(nights), 'night')} of the next seven, the fewest"
    each = "each of " if fewest and len(nights) > 1 else ""
    return f"{amount} for {each}{list_words(nights)}, the fewest of the next seven nights"


def few_drops(total: int, what: str = "table") -> str | None:
    """What is said instead of when tables open where too few did; None where enough did.

    >>> few_drops(0), few_drops(1, "Friday-night table"), few_drops(10)
    ('No table opened in this window', 'Only one Friday-night table opened in this window', None)
    """
    if total == 0:
        return f"No {what} opened in this window"
    if total < FEWEST_DROPS:
        return f"Only {number_of(total, what)} opened in this window"
    return None


def hours_title(hours: WeekdayHours) -> str:
    """The busiest hour of the clock, and how much of everything falls into it.

    >>> import numpy as np
    >>> drops = np.zeros((7, 24), dtype=int)
    >>> drops[:, 10], drops[4, 19] = 3, 9
    >>> hours_title(WeekdayHours("opened_hour", drops, None, True))
    'The busiest hour for openings was 10 am to 11 am: 70 % of all tables'
    """
    total = int(hours.new_drops.sum())
    few = few_drops(total)
    if few is not None:
        return few
    by_hour = hours.new_drops.sum(axis=0)
    hour = int(by_hour.argmax())
    share = percent_words(float(by_hour[hour]) / total)
    between = hour_range_words(hour, hour)
    if hours.clock == "opened_hour":
        return f"The busiest hour for openings was {between}: {share} of all tables"
    return f"The hour most tables were for was {between}: {share} of all"


def half_open_words(times: pd.DataFrame) -> str:
    """How far ahead half of one night's tables open, by `insights.opening_times`.

    >>> times = pd.DataFrame({"lead_days": [1, 0], "new_drops": [30, 10]})
    >>> half_open_words(times)
    'half open a day or less ahead'
    """
    leads = times.groupby("lead_days")["new_drops"].sum().sort_index().cumsum()
    half = int(leads.index[leads >= leads.iloc[-1] / 2][0])
    ahead = {0: "on the day itself", 1: "a day or less ahead"}.get(
        half, f"{number_of(half, 'day')} or less ahead"
    )
    return f"half open {ahead}"


def stated_or_why_not(fact: Fact | None, subject: str) -> str:
    """What may be said, or that nothing may (why stands with the facts); subject as in "when
    Friday-night tables open"."""
    if fact is None:
        return f"It is not known yet {subject}"
    if fact.printable is None:
        return f"It cannot be said for certain {subject}"
    return fact.printable


def lead_title(leads: pd.DataFrame) -> str:
    """How far ahead tables open, by `insights.lead_times`.

    >>> lead_title(pd.DataFrame({"lead_days": [0, 1, 14], "drops": [2, 5, 3]}))
    'Half of all tables open a day or less ahead'
    """
    total = int(leads["drops"].sum())
    few = few_drops(total)
    if few is not None:
        return few
    shares = leads.set_index("lead_days")["drops"].sort_index().cumsum() / total
    half = int(shares.index[shares >= 0.5][0])
    ahead = {0: "on the day itself", 1: "a day or less ahead"}.get(
        half, f"{number_of(half, 'day')} or less ahead"
    )
    return f"Half of all tables open {ahead}"


def open_sides_title(times: pd.DataFrame) -> str:
    """Whether prime tables go quicker, as far as the intervals of every weekday tell.

    times: as of `insights.open_times_by_weekday`.
    """
    by_side = times.pivot(
        index="weekday", columns="side", values=["median_seconds", "lower", "upper"]
    ).dropna()
    if by_side.empty or by_side["median_seconds"].shape[1] < 2:
        return "Too little was seen to say how long prime and other tables last"
    quicker = (by_side["upper"]["prime"] < by_side["lower"]["off_peak"]).all()
    slower = (by_side["lower"]["prime"] > by_side["upper"]["off_peak"]).all()
    prime = duration_words(float(by_side["median_seconds"]["prime"].median()))
    off_peak = duration_words(float(by_side["median_seconds"]["off_peak"].median()))
    if quicker or slower:
        return (
            f"Prime tables go {'quicker' if quicker else 'slower'} on every weekday: half within "
            f"{prime}, of others within {off_peak}"
        )
    return f"Half of prime tables go within about {prime}, half of the others within {off_peak}"


def day_finding(day: pd.Series | None, place: str, facts: Sequence[Fact]) -> str:
    """The last whole day against its weekday, as far out as the fact of it may be printed.

    day: a row of `insights.market_days`. facts: what may be said of the market; one of the day is
    among them.
    """
    if day is None:
        return f"No day of {place} is over yet."
    on, drops = date_words(day["window_date"]), number_of(int(day["drops"]), "table")
    opened = f"{drops[0].upper()}{drops[1:]} opened in {place} on {on}"
    if pd.isna(day["usual"]):
        return (
            f"{opened}; too few {WEEKDAYS[day['window_date'].weekday()]}s were watched to compare."
        )
    usual = number_words(float(day["usual"]))
    coverage = float(day["coverage_rate"])
    if coverage < 0.95:
        return (
            f"{opened}, in the {percent_words(coverage)} of the day that was watched; a whole "
            f"{WEEKDAYS[day['window_date'].weekday()]} usually brings about {usual}."
        )
    is_out = any(
        fact.kind == "spike"
        and fact.context.last_date == day["window_date"]
        and fact.printable is not None
        for fact in facts
    )
    if is_out:
        way = "more" if day["drops"] > day["usual"] else "fewer"
        return f"{opened}, far {way} than the {usual} that are usual on that weekday."
    if not day["lowest"] <= day["drops"] <= day["highest"]:
        return f"{opened}, where about {usual} are usual; the difference could be chance."
    return f"{opened}, within what that weekday usually brings (about {usual})."


def is_plain_spike(days: pd.DataFrame) -> pd.Series:
    """Spikes on days that were watched enough to be named without hedging."""
    spikes: pd.Series = days["is_spike"].astype(bool) & (days["coverage_rate"] >= PLAIN_COVERAGE)
    return spikes


def days_title(days: pd.DataFrame) -> str:
    """Which days stood out, of rows of `insights.market_days`."""
    spikes = days[is_plain_spike(days)]
    if days["usual"].isna().all():
        return "Too few weeks were watched to say what is usual"
    if spikes.empty:
        return "No day stood out from what its weekday usually brings"
    named = [date_words(day) for day in spikes["window_date"]]
    if len(named) > LONGEST_LIST:
        return f"{number_of(len(named), 'day').capitalize()} brought far more tables than usual"
    return f"Far more tables than usual opened on {list_words(named)}"


def prime_share_title(weeks: pd.DataFrame) -> str:
    """The last whole week's share against the first's, where the intervals tell them apart."""
    whole = weeks[(weeks["days"] == 7) & weeks["prime_rate"].notna()]
    if whole.empty:
        return "No whole week was seen yet"
    last, first = whole.iloc[-1], whole.iloc[0]
    share = percent_words(float(last["prime_rate"]))
    if len(whole) == 1 or (first["lower"] <= last["upper"] and last["lower"] <= first["upper"]):
        return f"About {share} of tables that open are for prime time"
    way = "up" if last["prime_rate"] > first["prime_rate"] else "down"
    return (
        f"{share} of tables that open are for prime time, {way} from "
        f"{percent_words(float(first['prime_rate']))}"
    )


def weeks_title(found: WeekOverWeek | None, place: str) -> str:
    """The last 7 whole days against the 7 before, hedged where the interval asks.

    place: as in "New York".
    """
    if found is None or found.ratio is None or found.ratio.ratio is None:
        return f"Too little of {place} was watched to compare two weeks"
    ratio = found.ratio
    if ratio.lower <= 1 <= ratio.upper:
        if ratio.lower * HEDGED_SPREAD < ratio.upper:
            return "Tables came too unevenly to say whether the last 7 days brought more or fewer"
        return "About as many tables opened in the last 7 days as in the 7 before"
    change = percent_change_words(found.ratio.ratio - 1)
    way = "more" if found.ratio.ratio > 1 else "fewer"
    return f"{change} {way} tables opened in the last 7 days than in the 7 before"


def neighborhoods_title(compared: pd.DataFrame) -> str:
    """Whose last week differs from the one before, as far as each interval tells."""
    if compared.empty:
        return "No neighborhood opened a table in this window"
    changed = compared[(compared["change_lower"] > 1) | (compared["change_upper"] < 1)]
    if compared["neighborhood"].isna().all():
        return "No venue has a neighborhood on record"
    most = compared.dropna(subset="neighborhood").iloc[0]
    start = f"More tables open in {most['neighborhood']} than in any other neighborhood"
    if changed.empty:
        return f"{start}; no neighborhood clearly changed from one week to the next"
    named = changed["neighborhood"].fillna("neighborhood not known").tolist()
    if len(named) > LONGEST_LIST:
        return f"{start}; {number_of(len(named), 'neighborhood')} changed from the week before"
    return f"{start}; {list_words(named)} changed from the week before"


def tight_finding(hours: pd.DataFrame, place: str) -> str:
    """Is the market tight? From the last row of `insights.supply`, with its hour named."""
    if hours.empty:
        return f"Nobody scans {place}, so there is no saying how tight it is."
    last = hours.iloc[-1]
    weekdays, hour = f"{WEEKDAYS[last['local_date'].weekday()]}s", time_words(int(last["hour"]))
    if last["level"] is None or pd.isna(last["tightness"]):
        return (
            f"It is too early to say how tight {place} is: {weekdays} at {hour} were watched "
            f"{number_of(int(last['comparable_hours']), 'time')} before."
        )
    found = Tightness(
        share=float(last["tightness"]),
        tighter_than=int(last["tighter_than"]),
        comparable_hours=int(last["comparable_hours"]),
        level=str(last["level"]),
    )
    level = found.level
    if level == "about as usual" or not found.is_out_of_the_ordinary:
        level = "about as tight as usual"
    supply = ""
    if pd.notna(last["compression"]):
        change = float(last["compression"])
        amount = percent_change_words(change)
        supply = (
            ", with about as many tables as usual"
            if round(abs(change), 2) == 0
            else f", with {amount} {'fewer' if change < 0 else 'more'} tables than usual"
        )
    than = tightness_words(found, f"{weekdays} at that hour")
    return f"{place} is **{level}**: at {hour} it was {than}{supply}."


def movers_title(trends: pd.DataFrame) -> str:
    """Which trends survive having asked about every venue, of rows of `insights.trends`."""
    if trends.empty:
        return "No venue has been watched for 8 whole weeks yet"
    parts = []
    for label, words in (("getting harder", "harder"), ("getting easier", "easier")):
        names = trends.loc[trends["label"] == label, "name"].tolist()
        if len(names) > LONGEST_LIST:
            parts.append(f"{len(names)} venues are getting {words}")
        elif names:
            parts.append(
                f"{list_words(names)} {'is' if len(names) == 1 else 'are'} getting {words}"
            )
    if not parts:
        return "No venue is getting harder or easier for certain"
    return "; ".join(parts)


def easiest_title(easiest: pd.DataFrame, where: str) -> str:
    """Who is the easiest of the hard ones, as far as the joint rank bands tell.

    easiest: rows of `insights.ranking`, the easiest first.
    """
    if easiest.empty:
        return f"{where}: every table that was watched enough is gettable"
    top, others = easiest.iloc[0], easiest.iloc[1:]
    if others.empty:
        return f"{top['name']} is the only hard table in {where}"
    if top["rank_lower"] > others["rank_upper"].max():
        return f"{top['name']} is the easiest of the hard tables in {where}"
    return f"{top['name']} comes out easiest of the hard tables in {where}, but not for certain"


def easiest_finding(easiest: pd.DataFrame, days: int) -> str:
    """What could be caught at the easiest of the hard tables; rows as in `easiest_title`."""
    if easiest.empty:
        return "No hard table is left to choose from."
    top = easiest.iloc[0]
    interval = (float(top["catchable_lower"]), float(top["catchable_upper"]))
    return (
        f"Of {number_of(len(easiest), 'venue')} that are not surely gettable, {top['name']} gives "
        f"most: about {number_words(float(top['catchable_per_week']), interval)} prime tables a "
        f"week could have been caught in {days} days ({number_words(interval[0], interval)}–"
        f"{number_words(interval[1], interval)})."
    )


def openings_title(ranking: pd.DataFrame, where: str) -> str:
    """Who opens the fewest tables, as far as the joint rank bands tell.

    ranking: rows of `insights.openings_ranking`, fewest first.
    """
    ranked = ranking[ranking["rank"].notna()]
    if ranked.empty:
        return f"{where}: not watched enough to rank"
    top, others = ranked.iloc[0], ranked.iloc[1:]
    if others.empty or top["rank_upper"] < others["rank_lower"].min():
        return f"{top['name']} opens the fewest tables in {where}"
    return f"{top['name']} comes out with the fewest tables in {where}, but not for certain"


def openings_finding(ranking: pd.DataFrame, where: str) -> str:
    """From how few to how many tables open a week; rows as in `openings_title`."""
    ranked = ranking[ranking["rank"].notna()]
    if ranked.empty:
        return f"No venue in {where} has been watched enough to count its tables."
    few, many = ranked.iloc[0], ranked.iloc[-1]
    ends = [(float(row["catchable_lower"]), float(row["catchable_upper"])) for row in (few, many)]
    fewest, most = (
        f"{number_words(float(row['catchable_per_week']), end)} "
        f"({number_words(end[0], end)}–{number_words(end[1], end)})"
        for row, end in zip((few, many), ends, strict=True)
    )
    if len(ranked) == 1:
        return f"At {few['name']} about {fewest} tables open a week, at any hour."
    return (
        f"Counting every hour and party size, from about {fewest} tables open a week at "
        f"{few['name']} to {most} at {many['name']}."
    )


def moving_finding(trends: pd.DataFrame, label: str, where: str, *, asked: int) -> str:
    """How many trends of one direction survive, and what that is worth.

    trends: rows of `insights.trends` of the venues asked about, of both directions. asked: how many
    venues that were, those with too little to tell included.
    """
    if trends.empty:
        return (
            f"No venue in {where} has been watched for 8 whole weeks with enough tables to tell a "
            "trend."
        )
    certain = trends[trends["label"] == label]
    of = f"of {number_of(len(trends), 'venue')} in {where} with enough tables to tell"
    if certain.empty:
        few = asked - len(trends)
        return (
            f"None {of} is {label} for certain, so nothing here should be printed as a trend: each "
            "change below could be chance, given how many venues were asked about."
            + (f" {number_of(few, 'other').capitalize()} had too few tables." if few > 0 else "")
        )
    names = certain["name"].tolist()
    who = list_words(names) if len(names) <= LONGEST_LIST else number_of(len(names), "venue")
    return (
        f"{who[0].upper()}{who[1:]} {'is' if len(names) == 1 else 'are'} {label}, {of}; that is "
        "certain enough to print, having asked about all of the market's venues."
    )


def moving_title(trends: pd.DataFrame, label: str, where: str) -> str:
    """The venues of one direction whose trend survives."""
    names = trends.loc[trends["label"] == label, "name"].tolist()
    if not names:
        return f"No table in {where} is {label} for certain"
    if len(names) > LONGEST_LIST:
        return f"{len(names)} tables in {where} are {label}"
    return f"{list_words(names)} {'is' if len(names) == 1 else 'are'} {label}"

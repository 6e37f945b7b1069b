"""Numbers, times and findings as the pages say them. What is undefined is "not enough data"."""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from db import insights
from metrics.calendar import local_time
from metrics.facts import OPEN_TIME_NEEDS
from metrics.tiers import Tier
from metrics.wording import (
    count_words,
    date_words,
    duration_range_short,
    duration_short,
    duration_words,
    in_ten_words,
    list_words,
    number_of,
    number_words,
    ordinal_words,
    percent_change_words,
    percent_words,
    signed_percent_words,
    time_words,
)

UNKNOWN = "not enough data"
TOO_FEW = "too few to tell"
MARKDOWN_MARKS = re.compile(r"([\\`*_{}\[\]$~<>|#])")
Number = float | int | None


def known(value: Any) -> float | None:
    """A number out of a frame; None where it is undefined."""
    return None if value is None or pd.isna(value) else float(value)


def significant(values: pd.Series) -> pd.Series:
    """Numbers in two significant digits, for a column that sorts by them; undefined stays so.

    >>> significant(pd.Series([0.2577, 13.92, 137.0, 0.0, None])).tolist()
    [0.26, 14.0, 140.0, 0.0, nan]
    """
    numbers = values.to_numpy(dtype="float64", na_value=np.nan)
    is_scaled = np.isfinite(numbers) & (numbers != 0)
    scale = np.ones_like(numbers)
    scale[is_scaled] = 10.0 ** (np.floor(np.log10(np.abs(numbers[is_scaled]))) - 1)
    rounded = np.where(is_scaled, np.round(numbers / scale) * scale, numbers)
    return pd.Series(np.round(rounded, 6), index=values.index)


def score_words(score: Number) -> str:
    """A scarcity score, whole; below one with one digit.

    >>> score_words(79.51), score_words(0.42), score_words(None)
    ('80', '0.4', 'not enough data')
    """
    value = known(score)
    if value is None:
        return UNKNOWN
    return f"{value:.0f}" if value >= 1 else f"{value:.1f}"


def quantity_words(value: Number) -> str:
    """A number in two significant digits.

    >>> quantity_words(0.2577), quantity_words(13.92), quantity_words(None)
    ('0.26', '14', 'not enough data')
    """
    number = known(value)
    return UNKNOWN if number is None else number_words(number)


def interval_words(lower: Number, upper: Number) -> str:
    """An interval with the digits that it carries.

    >>> interval_words(0.028, 1.204), interval_words(0.26, math.inf), interval_words(None, None)
    ('0.03–1.2', '0.26 or more', 'not enough data')
    """
    low, high = known(lower), known(upper)
    if low is None or high is None:
        return UNKNOWN
    if math.isinf(high):
        return f"{number_words(low)} or more" if low > 0 else TOO_FEW
    return f"{number_words(low, (low, high))}–{number_words(high, (low, high))}"


def open_time_words(seconds: Number) -> str:
    """How long a table stays open, for a table of figures.

    >>> open_time_words(180), open_time_words(None)
    ('3 min', 'not enough data')
    """
    value = known(seconds)
    return UNKNOWN if value is None else duration_short(value)


def typical_open_words(row: Any) -> str:
    """A typical open time for a table of figures, where it may be printed at all."""
    if insights.open_time_refusal(row) is not None:
        return UNKNOWN
    return open_time_words(row.typical_open_seconds)


def open_time_footnote(rows: Iterable[Any]) -> str:
    """What a table with some open time left out says at its foot; empty where none is."""
    if all(insights.open_time_refusal(row) is None for row in rows):
        return ""
    return f"{_capitalised(UNKNOWN)}: {OPEN_TIME_NEEDS}."


def open_interval_words(lower: Number, upper: Number, resolution_seconds: int) -> str:
    """The interval of an open time, never finer than we look.

    >>> open_interval_words(60, 240, 60), open_interval_words(0, 240, 60)
    ('1–4 min', '4 min or less')
    >>> open_interval_words(0, math.inf, 60), open_interval_words(60, 60, 60)
    ('too few to tell', '1 min or less')
    """
    low, high = known(lower), known(upper)
    if low is None or high is None:
        return UNKNOWN
    if low < resolution_seconds or high <= resolution_seconds:
        if math.isinf(high):
            return TOO_FEW
        return f"{duration_short(max(high, resolution_seconds))} or less"
    return duration_range_short((low, high))


def ratio_text(ratio: Number) -> str:
    """A ratio in a table of figures.

    >>> ratio_text(0.4), ratio_text(None)
    ('0.4 times', 'not enough data')
    """
    value = known(ratio)
    return UNKNOWN if value is None else f"{number_words(value)} times"


def count_or_unknown(count: Number) -> str:
    """A count that may not be known.

    >>> count_or_unknown(1200.0), count_or_unknown(None)
    ('1,200', 'not enough data')
    """
    value = known(count)
    return UNKNOWN if value is None else count_words(round(value))


def times_usual_words(ratio: Number, lower: Number, upper: Number) -> str:
    """How many times the usual, with its interval.

    >>> times_usual_words(0.9, 0.6, 1.3), times_usual_words(None, None, None)
    ('0.9 × usual (0.6 to 1.3)', 'not enough data')
    """
    value, low, high = known(ratio), known(lower), known(upper)
    if value is None or low is None or high is None:
        return UNKNOWN
    number, *ends = (number_words(one, (low, high)) for one in (value, low, high))
    return f"{number} × usual ({' to '.join(ends)})"


def signed_change_words(change: Number, lower: Number, upper: Number) -> str:
    """A change with its sign and its interval.

    >>> signed_change_words(-0.03, -0.12, 0.08)
    '−3 % (−12 % to +8 %)'
    """
    values = [known(one) for one in (change, lower, upper)]
    if None in values:
        return UNKNOWN
    number, *ends = (signed_percent_words(one) for one in values if one is not None)
    return f"{number} ({' to '.join(ends)})"


def share_words(share: Number) -> str:
    """A share in percent.

    >>> share_words(0.3124), share_words(None)
    ('31 %', 'not enough data')
    """
    value = known(share)
    return UNKNOWN if value is None else percent_words(value)


def change_words(change: Number) -> str:
    """A change from one week to the next.

    >>> change_words(-0.114), change_words(0.03), change_words(0.001), change_words(None)
    ('11 % fewer', '3 % more', 'as many', 'not enough data')
    """
    value = known(change)
    if value is None:
        return UNKNOWN
    if round(abs(value), 2) == 0:
        return "as many"
    return f"{percent_change_words(value)} {'more' if value > 0 else 'fewer'}"


def evenness_words(dispersion: Number, p_value: Number) -> str:
    """How unevenly tables come from one day to the next, against what chance alone would do.

    >>> evenness_words(3.21, 0.001), evenness_words(1.4, 0.2), evenness_words(None, None)
    ('3.2 times chance', 'no more than chance', 'not enough data')
    """
    index, p = known(dispersion), known(p_value)
    if index is None or p is None:
        return UNKNOWN
    return f"{number_words(index)} times chance" if p < 0.05 else "no more than chance"


def in_ten_text(share: Number) -> str:
    """A share, for a reader without statistics.

    >>> in_ten_text(0.31), in_ten_text(None)
    ('about 3 in 10', 'not enough data')
    """
    value = known(share)
    return UNKNOWN if value is None else in_ten_words(min(value, 1.0))


def chance_text(chance: Number) -> str:
    """The chance of one thing: never quite sure, never quite impossible.

    >>> chance_text(0.31), chance_text(0.98), chance_text(0.0), chance_text(None)
    ('about 3 in 10', 'more than 19 in 20', 'fewer than 1 in 20', 'not enough data')
    """
    value = known(chance)
    if value is None:
        return UNKNOWN
    return "more than 19 in 20" if value > 0.95 else in_ten_words(max(value, 0.01))


def coverage_words(share: Number, *, is_assumed: bool) -> str:
    """How much of the window was watched, and whether that was measured.

    >>> coverage_words(0.97, is_assumed=False), coverage_words(1.0, is_assumed=True)
    ('97 %', 'assumed')
    """
    return "assumed" if is_assumed else share_words(share)


def rank_interval_words(lower: Number, upper: Number) -> str:
    """The ranks that a venue could have.

    >>> rank_interval_words(2, 7), rank_interval_words(1, 1), rank_interval_words(None, None)
    ('2–7', '1', 'not ranked')
    """
    low, high = known(lower), known(upper)
    if low is None or high is None:
        return "not ranked"
    return f"{low:,.0f}" if low == high else f"{low:,.0f}–{high:,.0f}"


def instant_words(instant: datetime, zone: str) -> str:
    """An instant on the market's clock: Fri, Nov 20, 7:05 pm.

    >>> from datetime import UTC
    >>> instant_words(datetime(2026, 11, 21, 0, 5, tzinfo=UTC), "America/New_York")
    'Fri, Nov 20, 7:05 pm'
    """
    local = local_time(instant, zone)
    return f"{date_words(local.date())}, {time_words(local.hour, local.minute)}"


def ago_words(earlier: datetime, now: datetime) -> str:
    """How long ago something was.

    >>> from datetime import UTC, timedelta
    >>> noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    >>> ago_words(noon - timedelta(minutes=3), noon), ago_words(noon, noon)
    ('3 minutes ago', 'just now')
    """
    seconds = (now - earlier).total_seconds()
    return "just now" if seconds < 10 else f"{duration_words(seconds)} ago"


def seconds_words(seconds: Number) -> str:
    """How long something took; nothing while it is not over.

    >>> seconds_words(0.31), seconds_words(2700), seconds_words(None)
    ('0.31 s', '45 min', '')
    """
    value = known(seconds)
    if value is None:
        return ""
    return f"{number_words(value)} s" if value < 10 else duration_short(value)


def bytes_words(size: int) -> str:
    """A size on disk.

    >>> bytes_words(65_123_456)
    '65 MB'
    """
    for unit, scale in (("GB", 1e9), ("MB", 1e6)):
        if size >= scale:
            return f"{number_words(size / scale)} {unit}"
    return f"{size / 1e3:.0f} kB"


def window_ending(as_of: date, days: int) -> str:
    """A window in words: its length and its last day.

    >>> window_ending(date(2026, 11, 20), 28)
    '28 days to Fri, Nov 20, 2026'
    """
    return f"{number_of(days, 'day') if days == 1 else f'{days} days'} to " + date_words(
        as_of, with_year=True
    )


def hardest_finding(ranking: pd.DataFrame, place: str, days: int) -> str:
    """What the ranking shows, in sentences that its intervals support.

    ranking: as of `db.insights.ranking`, hardest first, over `days` days. place: as in "New York".
    """
    ranked = ranking[ranking["rank"].notna()]
    if ranked.empty:
        return f"No table in {place} has been watched enough to say how hard it is."
    watched = float(ranked["observed_days"].max())
    span = f"{days} days"
    if watched < days - 0.5:
        span = f"the {number_words(watched)} of {days} days that were watched"
    untouched = ranked[ranked["catchable_per_week"] == 0]
    impossible = ranked[ranked["tier"] == Tier.IMPOSSIBLE]
    said = []
    if len(untouched):
        said.append(
            f"At {_some(untouched['name'], len(ranked))} not one prime table for two "
            f"could have been caught in {span}, even with alerts on."
        )
    if len(impossible):
        said.append(
            f"{_capitalised(_some(impossible['name'], len(ranked)))} "
            f"{'is' if len(impossible) == 1 else 'are'} truly impossible: fewer than one prime "
            "table every two weeks, whichever end of the interval is right."
        )
    elif len(untouched):
        widest = untouched.loc[untouched["catchable_upper"].idxmax()]
        interval = (float(widest["catchable_lower"]), float(widest["catchable_upper"]))
        # As in the table's brackets.
        at_most = number_words(interval[1], interval)
        said.append(f"In the long run that still allows for up to {at_most} a week.")
    else:
        said.append(_hardest(ranked, place))
    return " ".join(said)


def _hardest(ranked: pd.DataFrame, place: str) -> str:
    top = ranked.iloc[0]
    low, high = float(top["catchable_lower"]), float(top["catchable_upper"])
    rate = number_words(float(top["catchable_per_week"]), (low, high))
    amount = f"about {rate} prime {'table' if rate == '1' else 'tables'} a week to catch"
    if len(ranked) == 1:
        interval = interval_words(low, high)
        return f"{top['name']}, the only table ranked here, has {amount} ({interval})."
    of = f"of the {count_words(len(ranked))} in {place}"
    worst = int(top["rank_upper"])
    if worst == 1:
        return f"{top['name']} is the hardest {of}: {amount} ({interval_words(low, high)})."
    return (
        f"{top['name']} comes out hardest {of}, with {amount} ({interval_words(low, high)}); the "
        f"{ordinal_words(worst)} place in all of the market would fit its numbers, too."
    )


def hardest_title(ranking: pd.DataFrame, where: str, *, is_filtered: bool) -> str:
    """Who is the hardest of the rows, as far as the market's joint rank bands tell."""
    ranked = ranking[ranking["rank"].notna()]
    if ranked.empty:
        return f"{where}: not watched enough to rank"
    top, others = ranked.iloc[0], ranked.iloc[1:]
    if others.empty or top["rank_upper"] < others["rank_lower"].min():
        return f"{top['name']} is the hardest table in {where}"
    if not is_filtered:
        # Nobody is surely harder than these.
        could_lead = ranked.loc[ranked["rank_lower"] == 1, "name"].tolist()
        if len(could_lead) > 3:
            return f"Any of {number_of(len(could_lead), 'table')} could be the hardest in {where}"
        if len(could_lead) > 1:
            return f"{' or '.join(could_lead)} is the hardest table in {where}"
    level = ranked.loc[ranked["rank"] == top["rank"], "name"].tolist()
    verb = "comes" if len(level) == 1 else "come"
    return f"{_some(level, len(ranked))} {verb} out hardest in {where}, but not for certain"


def venue_finding(name: str, window: pd.Series | None, days: int) -> str:
    """What is known of one venue over a window, in sentences a reader can act on.

    window: the venue's row of venue_rolling_metrics; None where there is none.
    """
    if window is None or int(window["new_drop_count"]) == 0:
        return f"No table at {name} was seen to open in these {days} days."
    opened = number_of(int(window["new_drop_count"]), "table")
    prime = int(window["prime_time_drops"])
    if int(window["new_drop_count"]) == 1:
        share = "in prime time" if prime else "not in prime time"
    else:
        share = f"{'none' if prime == 0 else count_words(prime)} of them in prime time"
    sentence = f"{_capitalised(opened)} opened in {days} days, {share}."
    typical = None if insights.open_time_refusal(window) else known(window["typical_open_seconds"])
    resolution = int(window["resolution_seconds"])
    low, high = known(window["typical_open_lower"]), known(window["typical_open_upper"])
    if typical is not None and low is not None and high is not None and math.isfinite(high):
        interval = f" ({duration_range_short((max(low, resolution), high))})"
        if typical <= resolution:
            sentence += f" Half are gone before we look again, {duration_words(resolution)} later."
        else:
            sentence += f" Half are gone within {duration_words(typical)}{interval}."
    rate = known(window["catchable_per_week"])
    if known(window["scarcity_score"]) is None or rate is None:
        return (
            f"{sentence} Not watched enough to rank "
            f"({number_words(window['observed_days'])} of {days} days)."
        )
    low, high = float(window["catchable_lower"]), float(window["catchable_upper"])
    if rate == 0:
        return f"{sentence} With alerts on, no prime table for two could have been caught."
    amount = number_words(rate, (low, high))
    return (
        f"{sentence} With alerts on, about {amount} prime {'table' if amount == '1' else 'tables'} "
        f"a week could have been caught ({interval_words(low, high)})."
    )


def as_markdown(words: str) -> str:
    r"""The words as Markdown that shows them as they are.

    >>> print(as_markdown("0.95 ** (1 / n) of [a, b]"))
    0.95 \*\* (1 / n) of \[a, b\]
    """
    return MARKDOWN_MARKS.sub(r"\\\1", words)


def hours_words(start_hour: int, end_hour: int) -> str:
    """Prime time: from the first hour to the end of the last.

    >>> hours_words(18, 21)
    '6 pm to 9 pm'
    """
    return f"{time_words(start_hour)} to {time_words(end_hour % 24)}"


def _some(names: Sequence[str], of: int) -> str:
    """Up to three names, more as a number."""
    if len(names) <= 3:
        return list_words(list(names))
    return f"{number_of(len(names), 'venue')} of {count_words(of)}"


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]

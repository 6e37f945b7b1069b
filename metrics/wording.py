"""Wording: numbers as a newspaper would print them.

Formula: durations in the unit that needs no decimals (seconds below 2 minutes unless whole minutes,
    then minutes, hours, days); times as 7 pm; dates as Fri, Nov 20; counts with thousands
    separators; shares as "about 3 in 10"; no more digits than the interval carries.
Unit: text.
Range: any finite number; an open end reads "or more".
Empty case: what is undefined is not worded here: the caller says what is not known.
Example:
    >>> duration_words(120), duration_words(5400), in_ten_words(0.31)
    ('2 minutes', '1.5 hours', 'about 3 in 10')
    >>> date_words(date(2026, 11, 20)), time_words(19, 30), count_words(12345)
    ('Fri, Nov 20', '7:30 pm', '12,345')

Source: house style.
"""

import math
from datetime import date

from metrics.proportions import Interval

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SMALL_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
)  # fmt: skip

MINUTE, HOUR, DAY = 60, 3600, 86400
ROUNDING_ERROR = 1e-9
COARSE_PERCENT = 0.4
"""A digit worth less than a quarter of the interval's width says nothing (see `number_words`)."""


def _trimmed(value: float, digits: int) -> str:
    """A rounded number without a trailing `.0`, with thousands separators."""
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _counted(value: float, digits: int, unit: str) -> str:
    number = _trimmed(value, digits)
    return f"{number} {unit}" if number == "1" else f"{number} {unit}s"


def _duration_unit(seconds: float) -> tuple[int, int, str, str]:
    """(seconds in the unit, decimals, unit, short unit) that suit a duration."""
    if seconds < 2 * MINUTE and (seconds < MINUTE or round(seconds) % MINUTE):
        return 1, 0, "second", "s"
    is_one_hour = round(seconds / MINUTE) == 60
    if seconds < 90 * MINUTE - 30 and not is_one_hour:
        return MINUTE, 1 if seconds < 5 * MINUTE else 0, "minute", "min"
    if seconds < 2 * DAY:
        return HOUR, 1 if seconds < 10 * HOUR else 0, "hour", "h"
    return DAY, 1 if seconds < 10 * DAY else 0, "day", "days"


def duration_words(seconds: float) -> str:
    """A duration in words.

    >>> [duration_words(s) for s in (45, 60, 90, 150, 1234, 7200, 200000)]
    ['45 seconds', '1 minute', '90 seconds', '2.5 minutes', '21 minutes', '2 hours', '2.3 days']
    """
    size, digits, unit, _ = _duration_unit(seconds)
    return _counted(seconds / size, digits, unit)


def about_duration_words(seconds: float, interval: Interval | None = None) -> str:
    """A duration rounded as people do, unless that would leave its interval.

    >>> [about_duration_words(s) for s in (44, 98, 137, 1234, 4000, 9000)]
    ['45 seconds', '90 seconds', '2 minutes', '20 minutes', '1 hour', '2.5 hours']
    >>> about_duration_words(137, (132, 141))
    '2.3 minutes'
    """
    steps = ((57, 5), (105, 30), (20 * MINUTE, MINUTE), (57 * MINUTE, 5 * MINUTE))
    step = next((step for below, step in steps if seconds < below), HOUR // 2)
    rounded = max(round(seconds / step), 1) * step
    if seconds >= 10 * HOUR or (interval and not interval[0] <= rounded <= interval[1]):
        return duration_words(seconds)
    return duration_words(rounded)


def duration_short(seconds: float) -> str:
    """A duration for tables and brackets.

    >>> duration_short(90), duration_short(1234)
    ('90 s', '21 min')
    """
    size, digits, _, unit = _duration_unit(seconds)
    return f"{_trimmed(seconds / size, digits)} {unit}"


def duration_range_short(interval: Interval) -> str:
    """An interval of durations, in one unit where both ends share it.

    >>> duration_range_short((90, 180)), duration_range_short((780, math.inf))
    ('90–180 s', '13 min or more')
    >>> duration_range_short((60, 600))
    '1–10 min'
    """
    low, high = interval
    if math.isinf(high):
        return f"{duration_short(low)} or more"
    low_size, _, _, low_unit = _duration_unit(low)
    size, digits, _, unit = _duration_unit(high)
    if low_unit == "s" and high <= 5 * MINUTE:
        return f"{_trimmed(low, 0)}–{_trimmed(high, 0)} s"
    if low_size == size or low == 0:
        return f"{_trimmed(low / size, digits)}–{_trimmed(high / size, digits)} {unit}"
    return f"{duration_short(low)} to {duration_short(high)}"


def date_words(day: date, *, with_year: bool = False) -> str:
    """A date as Fri, Nov 20 (Nov 20, 2026 where the year is not plain from the page).

    >>> date_words(date(2026, 11, 20), with_year=True)
    'Fri, Nov 20, 2026'
    """
    text = f"{WEEKDAYS[day.weekday()][:3]}, {MONTHS[day.month - 1]} {day.day}"
    return f"{text}, {day.year}" if with_year else text


def window_words(first: date, last: date) -> str:
    """A window of days, both included.

    >>> window_words(date(2026, 11, 7), date(2026, 11, 20))
    'Sat, Nov 7 to Fri, Nov 20'
    """
    is_one_year = first.year == last.year
    if first == last:
        return date_words(first)
    return (
        f"{date_words(first, with_year=not is_one_year)} to "
        f"{date_words(last, with_year=not is_one_year)}"
    )


def time_words(hour: int, minute: int = 0) -> str:
    """A time of day as 7 pm or 7:30 pm.

    >>> time_words(0), time_words(12), time_words(9, 5)
    ('midnight', 'noon', '9:05 am')
    """
    if minute == 0 and hour in (0, 12):
        return "noon" if hour else "midnight"
    clock = (hour + 11) % 12 + 1
    half = "am" if hour < 12 else "pm"
    return f"{clock}:{minute:02d} {half}" if minute else f"{clock} {half}"


def hour_range_words(first_hour: int, last_hour: int) -> str:
    """Whole hours, both included: 18 through 20 ends at 9 pm.

    >>> hour_range_words(18, 20)
    '6 pm to 9 pm'
    """
    return f"{time_words(first_hour)} to {time_words((last_hour + 1) % 24)}"


def count_words(count: int) -> str:
    """A count with thousands separators."""
    return f"{count:,}"


def number_of(count: int, noun: str, plural: str | None = None) -> str:
    """A count and its noun; up to ten in letters.

    >>> number_of(1, "table"), number_of(0, "table"), number_of(1200, "table")
    ('one table', 'no tables', '1,200 tables')
    """
    number = SMALL_NUMBERS[count] if count < len(SMALL_NUMBERS) else count_words(count)
    return f"{number} {noun}" if count == 1 else f"{number} {plural or noun + 's'}"


def in_ten_words(share: float) -> str:
    """A share for readers: "about 3 in 10", at the ends "fewer than 1 in 20" and its mirror.

    >>> [in_ten_words(share) for share in (0, 0.08, 0.5, 0.92, 0.99, 1)]
    ['none', 'about 1 in 10', 'about half', 'about 9 in 10', 'nearly all', 'all']
    """
    if not 0 <= share <= 1:
        raise ValueError("a share lies between 0 and 1")
    if share in (0, 1):
        return "all" if share else "none"
    if share < 0.05:
        return "fewer than 1 in 20"
    if share > 0.95:
        return "nearly all"
    tenths = max(1, min(9, math.floor(share * 10 + 0.5)))
    return "about half" if tenths == 5 else f"about {tenths} in 10"


def percent_words(share: float, interval: Interval | None = None) -> str:
    """A share in percent with the digits its interval carries: none if it is wider than a point.

    Only none is "0 %" and only all is "100 %".

    >>> percent_words(0.3124), percent_words(0.0312, (0.0300, 0.0325))
    ('31 %', '3.1 %')
    >>> [percent_words(share) for share in (0, 0.004, 0.996, 1)]
    ['0 %', 'less than 1 %', 'more than 99 %', '100 %']
    """
    digits = 1 if interval is not None and interval[1] - interval[0] < 0.01 else 0
    text = f"{share * 100:.{digits}f}"
    step = 10.0**-digits
    if float(text) == 0 and not math.isclose(share, 0, abs_tol=ROUNDING_ERROR):
        return f"less than {step:g} %"
    if float(text) == 100 and share < 1 - ROUNDING_ERROR:
        return f"more than {100 - step:g} %"
    return f"{text} %"


def percent_range_words(interval: Interval) -> str:
    """An interval of shares.

    >>> percent_range_words((0.02, 0.31)), percent_range_words((0.004, 0.31))
    ('2–31 %', 'less than 1 % to 31 %')
    """
    low, high = (percent_words(end, interval) for end in interval)
    if "than" in low or "than" in high:
        return f"{low} to {high}"
    return f"{low.removesuffix(' %')}–{high}"


def percent_change_words(change: float, interval: Interval | None = None) -> str:
    """How large a change is, whichever way it goes; it may well be more than all there was.

    interval: of the change, or of the ratio that it is from; only its width counts. Tens, not ones,
    where it is wider than 40 points.

    >>> [percent_change_words(change) for change in (0, 0.004, -0.12, 0.997, 1.5)]
    ['0 %', 'less than 1 %', '12 %', '100 %', '150 %']
    >>> percent_change_words(0.52, (1.1, 2.1)), percent_change_words(-0.12, (0.8, 0.95))
    ('50 %', '12 %')
    """
    size = abs(change)
    if interval is not None and interval[1] - interval[0] >= COARSE_PERCENT:
        rounded = round(size, 1)
        # A single digit always stays, and a fall of all there was is none of nearly all.
        size = rounded if size >= 0.1 and not (rounded == 1 and change < 0) else size
    return percent_words(size) if size < 0.5 else f"{size * 100:.0f} %"


def signed_percent_words(change: float) -> str:
    """A change with its sign; a small one keeps a digit, for it is not nothing.

    >>> [signed_percent_words(change) for change in (0.12, -0.5, 0.0043, 0)]
    ['+12 %', '−50 %', '+0.4 %', '0 %']
    """
    size = abs(change)
    if size < ROUNDING_ERROR:
        return "0 %"
    amount = f"{size * 100:.1g} %" if size < 0.005 else f"{size * 100:.0f} %"
    return f"{'+' if change > 0 else '−'}{amount}"


def number_words(value: float, interval: Interval | None = None) -> str:
    """A number with no more digits than its interval carries (two significant without one).

    >>> number_words(3.4567, (1.6, 6.9)), number_words(0.0321, (0.01, 0.1)), number_words(0.0)
    ('3', '0.03', '0')
    >>> number_words(1234.5, (1100, 1400)), number_words(23.456, (20.0, 27.0)), number_words(0.347)
    ('1,230', '23', '0.35')
    """
    if value == 0:
        return "0"
    leading = math.floor(math.log10(abs(value)))
    place = leading - 1
    if interval is not None and math.isfinite(interval[1]) and interval[1] > interval[0]:
        # A digit worth less than a quarter of the interval's width says nothing; one always stays.
        place = min(math.floor(math.log10((interval[1] - interval[0]) / 4)), leading)
    return _trimmed(round(value, -place), max(0, -place))


def ratio_words(ratio: float) -> str:
    """How many times as often.

    >>> ratio_words(3.04), ratio_words(2.0), ratio_words(0.5)
    ('3 times', 'twice', 'half')
    """
    text = _trimmed(ratio, 1)
    return {"2": "twice", "0.5": "half", "1": "just"}.get(text, f"{text} times")


def ordinal_words(rank: int) -> str:
    """A place in a ranking.

    >>> [ordinal_words(n) for n in (1, 2, 3, 11, 22)]
    ['1st', '2nd', '3rd', '11th', '22nd']
    """
    ending = (
        "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    )
    return f"{rank:,}{ending}"


def rank_band_words(rank: int, best: int, worst: int, tied: int = 1) -> str:
    """A rank with its band.

    >>> rank_band_words(3, 2, 7), rank_band_words(1, 1, 1), rank_band_words(4, 2, 9, tied=3)
    ('#3, 2–7', '#1', '#4 (with 2 others), 2–9')
    """
    text = f"#{rank:,}"
    if tied > 1:
        text += f" (with {number_of(tied - 1, 'other') if tied == 2 else f'{tied - 1} others'})"
    return text if best == worst else f"{text}, {best:,}–{worst:,}"


def list_words(items: list[str]) -> str:
    """Items joined as in a sentence.

    >>> list_words(["Luna"]), list_words(["Luna", "Sole"]), list_words(["Luna", "Sole", "Mare"])
    ('Luna', 'Luna and Sole', 'Luna, Sole and Mare')
    """
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"

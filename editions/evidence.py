"""What backs a sentence, and its figure set large: from a frozen fact."""

from collections.abc import Mapping
from typing import Any

from metrics.wording import (
    count_words,
    duration_short,
    number_words,
    ordinal_words,
    percent_words,
    signed_percent_words,
    time_words,
)

SECOND_WORDING = 2
"""From which on ranks that are not sure, and the two tests of a trend, are told as such."""


def figure_words(fact: Mapping[str, Any]) -> str | None:
    """The fact's number as a newspaper would set it large; None where it has none."""
    number, unit = fact["number"], fact["unit"]
    if number is None:
        return None
    if unit == "ratio to usual" and fact["verdict"] != "print":
        return count_words(fact["n"])
    if unit in ("ratio to usual", "ratio"):
        if number >= 1.9:
            return f"{number_words(number, _interval(fact))} times"
        return signed_percent_words(number - 1)
    if unit.startswith("change"):
        return signed_percent_words(number)
    if unit == "share a week":
        return f"{signed_percent_words(number)} a week"
    if unit.startswith("share"):
        return percent_words(number, _interval(fact))
    if unit == "seconds":
        return duration_short(number)
    if unit == "minute of the day":
        return time_words(*divmod(int(number), 60))
    if unit == "rank":
        return f"#{number:.0f}"
    return number_words(number, _interval(fact))


def evidence_words(fact: Mapping[str, Any], *, wording: int) -> str:
    """What backs a sentence: the number with its unit, its interval, window, n, coverage.

    wording: that of the edition.
    """
    parts = []
    number, interval = fact["number"], fact["interval"]
    is_rank = fact["unit"] == "rank"
    if wording >= SECOND_WORDING and is_rank and interval is not None:
        best, worst = (ordinal_words(int(end)) for end in interval)
        rank = best if best == worst else f"anything from {best} to {worst}"
        parts.append(f"{rank} hardest (95 %)")
        interval = None
    elif number is not None:
        if fact["unit"] == "rank":
            parts.append(f"{ordinal_words(int(number))} hardest")
        elif fact["unit"] == "ratio to usual":
            parts.append(f"{number_words(number, _interval(fact))} × usual")
        elif fact["unit"] == "minute of the day":
            parts.append(time_words(*divmod(int(number), 60)))
        elif fact["unit"] == "seconds":
            parts.append(duration_short(number))
        elif fact["unit"] == "share a week":
            parts.append(f"{signed_percent_words(number)} a week")
        elif fact["unit"].startswith("change"):
            parts.append(f"{signed_percent_words(number)}, {fact['unit']}")
        elif fact["unit"].startswith("share"):
            parts.append(f"{percent_words(number, _interval(fact))}, {fact['unit']}")
        else:
            parts.append(_counted(number_words(number, _interval(fact)), fact["unit"]))
    if interval is not None and fact["unit"] != "minute of the day":
        parts.append(f"95 %: {_end(interval[0], fact)} to {_end(interval[1], fact)}")
    parts.append(fact["source_line"])
    if wording >= SECOND_WORDING and fact.get("trend_adjusted_p") is not None:
        parts.append(_p_words(fact["trend_adjusted_p"], fact["news_adjusted_p"]))
        if fact.get("has_been_told"):
            parts.append("no news, for it could be said a week before")
    return " · ".join(parts)


def _p_words(of_trend: float, of_news: float | None) -> str:
    """The two tests of a trend, each by its name.

    >>> _p_words(0.0004, 0.31)
    'test for a trend: p < 0.001, for news: p = 0.31 (both adjusted)'
    """

    def words(p_value: float) -> str:
        return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"

    if of_news is None:
        return f"test for a trend: {words(of_trend)} (adjusted)"
    return f"test for a trend: {words(of_trend)}, for news: {words(of_news)} (both adjusted)"


def _counted(number: str, unit: str) -> str:
    """A number with its unit, which is a plural.

    >>> _counted("1", "tables a week"), _counted("2", "venues")
    ('1 table a week', '2 venues')
    """
    noun, _, rest = unit.partition(" ")
    if number == "1" and noun.endswith("s"):
        noun = noun[:-1]
    return f"{number} {noun} {rest}".rstrip()


def _end(value: float | None, fact: Mapping[str, Any]) -> str:
    if value is None:
        return "open"
    if fact["unit"] == "share a week":
        return signed_percent_words(value)
    if fact["unit"].startswith("share"):
        return percent_words(value, _interval(fact))
    if fact["unit"].startswith("change"):
        return signed_percent_words(value)
    if fact["unit"] == "seconds":
        return duration_short(value)
    if fact["unit"] == "rank":
        return f"{value:.0f}"
    return number_words(value, _interval(fact))


def _interval(fact: Mapping[str, Any]) -> tuple[float, float] | None:
    found = fact["interval"]
    if found is None or found[0] is None or found[1] is None:
        return None
    return float(found[0]), float(found[1])

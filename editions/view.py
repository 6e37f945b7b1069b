"""What the templates print, all of it worded: they hold layout and nothing else."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from urllib.parse import urlencode

from metrics.calendar import iso_week_bounds, parse_iso_week
from metrics.facts import OPEN_TIME_NEEDS
from metrics.wording import (
    WEEKDAYS,
    count_words,
    date_words,
    duration_short,
    number_of,
    number_words,
    ordinal_words,
    percent_words,
    rank_band_words,
    signed_percent_words,
    time_words,
    window_words,
)

UNKNOWN = "not enough data"
SIMULATED = "Simulated data: the venues are fictional and nothing here ever happened."


@dataclass(frozen=True)
class Printed:
    """An edition as it is to be rendered. revised_on: an ISO date, None for the first edition."""

    facts: Mapping[str, Any]
    revision: int = 1
    revised_on: str | None = None
    changes: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of(cls, kept: "Kept") -> "Printed":
        """What is to be rendered of an edition as it is kept."""
        day = None if kept.revised_on is None else kept.revised_on.isoformat()
        return cls(kept.facts, kept.revision, day, kept.changes)


class Kept(Protocol):
    """An edition as the database keeps it."""

    @property
    def facts(self) -> Mapping[str, Any]: ...
    @property
    def revision(self) -> int: ...
    @property
    def revised_on(self) -> date | None: ...
    @property
    def changes(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True)
class Choice:
    """An item a writer keeps, in its wording; `text` None leaves it as it is."""

    key: str
    text: str | None = None


def title_of(printed: Printed) -> str:
    """State of New York reservations."""
    return f"State of {printed.facts['market']['name']} reservations"


def file_stem(printed: Printed) -> str:
    """nyc-2026-W46, with what a reader of the file's name must know."""
    facts = printed.facts
    parts = [facts["market"]["market_id"], facts["iso_week"]]
    if facts["audience"] != "public":
        parts.append(facts["audience"])
    if facts["is_simulated"]:
        parts.append("simulated")
    if printed.revision > 1:
        parts.append(f"r{printed.revision}")
    return "-".join("".join(c if c.isalnum() or c in "-_." else "-" for c in p) for p in parts)


def as_markdown(text: str) -> str:
    """A text that is to be read as it stands where Markdown is read.

    >>> as_markdown("A | *B*")
    'A \\\\| \\\\*B\\\\*'
    """
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text)


def view(
    printed: Printed, *, base_url: str = "", choices: Sequence[Choice] | None = None
) -> dict[str, Any]:
    """Everything the templates need. base_url: what links begin with; "" leaves them relative.

    choices: the items a writer keeps, in order; None is all of them as they are.
    """
    facts = printed.facts
    if choices is not None:
        facts = {**facts, "items": chosen(facts, choices)}
    first, last = date.fromisoformat(facts["first_date"]), date.fromisoformat(facts["last_date"])
    return {
        "title": title_of(printed),
        "number": facts["number"],
        "iso_week": facts["iso_week"],
        "market_id": facts["market"]["market_id"],
        "audience": facts["audience"],
        "dates": window_words(first, last) + f", {last.year}",
        "is_internal": facts["audience"] == "internal",
        "simulated": SIMULATED if facts["is_simulated"] else None,
        "revision": _revision_words(printed),
        "changes": [_change_words(change) for change in printed.changes],
        "kind": facts["kind"],
        "headline": facts["headline"],
        "notices": facts["notices"],
        "note": facts["note"],
        "items": [_item(item, base_url) for item in facts["items"]],
        "number_of_the_week": _number(facts, base_url),
        "conversion": [
            _item(item, base_url) for item in facts["conversion"] if item["printable"] is not None
        ],
        "hardest": [_hard(row, base_url, last) for row in facts["hardest"]],
        "hardest_about": _hardest_about(facts),
        "open_time_foot": _open_time_foot(facts),
        "weekdays": [_weekday(row) for row in facts["weekdays"]],
        "pattern": _optional(facts["pattern"], base_url),
        "prime": _optional(facts["prime"], base_url),
        "tightest": _optional(facts["tightest"], base_url),
        "loosest": _optional(facts["loosest"], base_url),
        "new_entries": _optional(facts["new_entries"], base_url),
        "first_seen": _optional(facts["first_seen"], base_url),
        "corrections": [_correction(one) for one in facts["corrections"]],
        "annotations": [_annotation(one) for one in facts["annotations"]],
        "asked": _asked_words(facts),
        "edited": _edited_words(facts),
        "source": _source(facts),
        "stem": file_stem(printed),
    }


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


def evidence_words(fact: Mapping[str, Any]) -> str:
    """What backs a sentence: the number with its unit, its interval, window, n, coverage."""
    parts = []
    number = fact["number"]
    if number is not None:
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
    interval = fact["interval"]
    if interval is not None and fact["unit"] != "minute of the day":
        parts.append(f"95 %: {_end(interval[0], fact)} to {_end(interval[1], fact)}")
    parts.append(fact["source_line"])
    return " · ".join(parts)


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


def _item(item: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    edited = item.get("edited_sentence")
    return {
        "key": item["key"],
        "is_news": item["is_news"],
        "text": _sentence(edited or item["printable"]),
        "evidence": f"{'edited · ' if edited else ''}{evidence_words(item)}",
        "link": base_url + item["permalink"],
    }


def _optional(fact: Mapping[str, Any] | None, base_url: str) -> dict[str, Any] | None:
    if fact is None:
        return None
    return _item({"key": fact["kind"], "is_news": False, **fact}, base_url)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _number(facts: Mapping[str, Any], base_url: str) -> dict[str, Any] | None:
    item = next((i for i in facts["items"] if i["key"] == facts["number_of_the_week"]), None)
    if item is None:
        return None
    return {"figure": figure_words(item), **_item(item, base_url)}


def _hard(row: Mapping[str, Any], base_url: str, last: date) -> dict[str, Any]:
    rank, before = row["rank"], row["previous_rank"]
    move = "new to the ranking"
    if before is not None:
        places = number_of(abs(before - rank), "place")
        moved = not _is_level(before, row.get("previous_rank_tied") or 1, rank, row["rank_tied"])
        move = f"{'up' if before > rank else 'down'} {places}" if moved else "as before"
        if row["is_new"]:
            move = f"new, from {ordinal_words(before)}"
        if (moved or row["is_new"]) and not row["has_moved"]:
            move += " (could be chance)"
    interval = (row["catchable_lower"], row["catchable_upper"])
    tables = number_words(row["catchable_per_week"], interval)
    refusal = row.get("typical_open_refusal")  # editions made before have none
    return {
        "rank": rank_band_words(rank, row["rank_lower"], row["rank_upper"], row["rank_tied"]),
        "name": row["name"],
        "neighborhood": row["neighborhood"] or "",
        "tables": tables,
        "interval": " to ".join(number_words(end, interval) for end in interval),
        "n": count_words(row["new_drop_count"]),
        "lasts": duration_short(row["typical_open_seconds"]) if refusal is None else UNKNOWN,
        "move": move,
        "link": f"{base_url}/venue?{urlencode({'venue': row['venue_id'], 'to': last, 'over': 28})}",
    }


def _is_level(before: int, tied_before: int, rank: int, tied: int) -> bool:
    """Whether the places that a venue shares now and those it shared then have one in common: then
    only the others' ties moved it.

    >>> _is_level(1, 3, 3, 1), _is_level(4, 1, 5, 2), _is_level(2, 1, 2, 1)
    (True, False, True)
    """
    return before < rank + tied and rank < before + tied_before


def _level_beyond(rows: Sequence[Mapping[str, Any]]) -> str:
    """That the table ends within a tie, so that the alphabet chose who is in it."""
    last = rows[-1]
    beyond = last["rank_tied"] - sum(row["rank"] == last["rank"] for row in rows)
    if beyond <= 0:
        return ""
    verb = "comes" if beyond == 1 else "come"
    return f" {number_of(beyond, 'more venue').capitalize()} {verb} out level with the last."


def _hardest_about(facts: Mapping[str, Any]) -> str:
    if facts["ranked_date"] is None:
        return "Not watched enough to rank."
    end = date.fromisoformat(facts["ranked_date"])
    return (
        f"Prime tables a week that a diner with alerts could have caught, the 28 days to "
        f"{date_words(end)}; 95 % intervals and rank bands; of "
        f"{number_of(facts['ranked_venues'], 'venue')}. Movement is against the Sunday before."
        + _level_beyond(facts["hardest"])
    )


def _open_time_foot(facts: Mapping[str, Any]) -> str | None:
    """Why some open time of the hardest ten is left out; None where none is."""
    if all(row.get("typical_open_refusal") is None for row in facts["hardest"]):
        return None
    return f"{UNKNOWN.capitalize()}: {OPEN_TIME_NEEDS}."


def _weekday(row: Mapping[str, Any]) -> dict[str, str]:
    def daily(value: float | None) -> str:
        return "not watched" if value is None else number_words(value)

    return {
        "weekday": WEEKDAYS[int(row["weekday"])],
        "prime": daily(row["prime"]),
        "off_peak": daily(row["off_peak"]),
        "days": number_words(row["observed_days"]),
    }


def _revision_words(printed: Printed) -> str | None:
    if printed.revised_on is None:
        return None
    day = date_words(date.fromisoformat(printed.revised_on), with_year=True)
    return f"Revision {printed.revision}, {day}"


def _change_words(change: Mapping[str, Any]) -> str:
    was, now = change["was"], change["now"]
    if was is None:
        return f"Added: “{_sentence(now)}”"
    if now is None:
        return f"Taken back: “{_sentence(was)}”"
    return f"“{_sentence(was)}” now reads “{_sentence(now)}”"


def _correction(one: Mapping[str, Any]) -> dict[str, Any]:
    first, last = iso_week_bounds(parse_iso_week(one["iso_week"]))
    day = date_words(date.fromisoformat(one["revised_on"]), with_year=True)
    return {
        "about": f"No. {one['number']} ({window_words(first, last)}), revised {day}",
        "changes": [_change_words(change) for change in one["changes"]],
    }


def _annotation(one: Mapping[str, Any]) -> dict[str, str]:
    first, last = date.fromisoformat(one["first_date"]), date.fromisoformat(one["last_date"])
    return {"dates": window_words(first, last), "text": one["text"]}


def _asked_words(facts: Mapping[str, Any]) -> str:
    asked = facts["asked"]
    questions, verb = number_of(asked, "question").capitalize(), "was" if asked == 1 else "were"
    if asked == 0:
        questions, verb = "No question", "could be"
    return (
        f"{questions} {verb} asked of this week. News is what departs from the eight weeks "
        "before by more than chance allows after asking so many (false discoveries held at 5 %), "
        "and by a fifth or more."
    )


def _source(facts: Mapping[str, Any]) -> str:
    day = date.fromisoformat(facts["last_date"])
    coverage = facts["coverage"]
    watched = (
        "coverage assumed, not measured"
        if coverage["is_assumed"]
        else f"watched {percent_words(coverage['rate'])} of the week"
    )
    label = "; simulated data" if facts["is_simulated"] else ""
    return (
        f"Table Stakes, data through {date_words(day, with_year=True)}, {watched}, method version "
        f"{facts['method_version']}{label}"
    )


def chosen(facts: Mapping[str, Any], choices: Sequence[Choice]) -> list[dict[str, Any]]:
    """The items that a writer keeps, in the writer's order, with `edited_sentence` (None where the
    frozen wording stays). Everything else of an item is as it was frozen."""
    by_key = {item["key"]: item for item in facts["items"]}
    return [
        {**by_key[choice.key], "edited_sentence": choice.text}
        for choice in choices
        if choice.key in by_key
    ]


def _edited_words(facts: Mapping[str, Any]) -> str | None:
    """What the foot says of sentences that a writer reworded; None where there is none."""
    count = sum(item.get("edited_sentence") is not None for item in facts["items"])
    if not count:
        return None
    was, it = ("was", "it") if count == 1 else ("were", "them")
    return (
        f"{number_of(count, 'sentence').capitalize()}, marked “edited”, {was} reworded by an "
        f"editor; the figures beside {it} are those of the edition."
    )

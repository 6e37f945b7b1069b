"""What the templates print, all of it worded: they hold layout and nothing else."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from editions.evidence import SECOND_WORDING, evidence_words, figure_words
from editions.hardest import columns_foot, hard_row, hardest_about
from metrics.calendar import iso_week_bounds, parse_iso_week
from metrics.wording import (
    WEEKDAYS,
    date_words,
    number_of,
    number_words,
    percent_words,
    window_words,
)

WORDING = SECOND_WORDING
"""How editions that are frozen now are worded around their sentences. Those frozen before keep the
wording of their time: their facts name it, the first ones none."""
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
    wording = facts.get("wording", 1)

    def item(fact: Mapping[str, Any]) -> dict[str, Any]:
        return _item(fact, base_url, wording)

    def optional(name: str) -> dict[str, Any] | None:
        fact = facts[name]
        return None if fact is None else item({"key": fact["kind"], "is_news": False, **fact})

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
        "items": [item(one) for one in facts["items"]],
        "number_of_the_week": _number(facts, item),
        "conversion": [item(one) for one in facts["conversion"] if one["printable"] is not None],
        "is_first_wording": wording < SECOND_WORDING,
        "seen": "Seen to open" if wording < SECOND_WORDING else "All tables seen to open",
        "hardest": [hard_row(row, base_url, last, wording=wording) for row in facts["hardest"]],
        "hardest_about": hardest_about(facts, wording=wording),
        "columns_foot": columns_foot(facts, wording=wording),
        "weekdays": [_weekday(row) for row in facts["weekdays"]],
        "weekdays_about": facts.get("weekdays_about"),
        "extremes_about": facts.get("extremes_about"),
        "pattern": optional("pattern"),
        "prime": optional("prime"),
        "tightest": optional("tightest"),
        "loosest": optional("loosest"),
        "new_entries": optional("new_entries"),
        "first_seen": optional("first_seen"),
        "corrections": [_correction(one) for one in facts["corrections"]],
        "annotations": [_annotation(one) for one in facts["annotations"]],
        "asked": _asked_words(facts),
        "edited": _edited_words(facts),
        "source": _source(facts),
        "stem": file_stem(printed),
    }


def _item(item: Mapping[str, Any], base_url: str, wording: int) -> dict[str, Any]:
    edited = item.get("edited_sentence")
    return {
        "key": item["key"],
        "is_news": item["is_news"],
        "text": _sentence(edited or item["printable"]),
        "evidence": f"{'edited · ' if edited else ''}{evidence_words(item, wording=wording)}",
        "link": base_url + item["permalink"],
    }


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _number(
    facts: Mapping[str, Any], told: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> dict[str, Any] | None:
    item = next((i for i in facts["items"] if i["key"] == facts["number_of_the_week"]), None)
    return None if item is None else {"figure": figure_words(item), **told(item)}


def _weekday(row: Mapping[str, Any]) -> dict[str, str]:
    def daily(side: str) -> str:
        value, interval = row[side], row.get(f"{side}_interval")
        if value is None:
            return "not watched"
        if interval is None:  # editions made before have none
            return number_words(value)
        low, high = interval
        ends = " to ".join(number_words(end, (low, high)) for end in interval)
        return f"{number_words(value, (low, high))} ({ends})"

    return {
        "weekday": WEEKDAYS[int(row["weekday"])],
        "prime": daily("prime"),
        "off_peak": daily("off_peak"),
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

"""From a week's report to the frozen facts of an edition: plain JSON, alike wherever it is built.

Numbers keep six digits, so that the last bit of a sum that was added in another order does not make
another edition. The texts are made from these facts alone (`editions/`).
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson
import pandas as pd

from db.insights import Candidate, WeekReport, fact_as_json
from editions import WORDING
from metrics.calendar import local_date
from metrics.coverage import Coverage
from metrics.facts import Fact
from metrics.newsworthiness import WeekKind
from metrics.version import FORMULA_VERSION
from metrics.week_facts import data_end_words, outage_words
from metrics.wording import date_words, number_of, window_words
from pipeline.digest.choose import chosen_items, number_of_the_week, score

DIGITS = 6

Facts = dict[str, Any]


def frozen_facts(
    report: WeekReport,
    *,
    audience: str,
    number: int,
    note: str | None,
    annotations: Sequence[Mapping[str, Any]],
    corrections: Sequence[Mapping[str, Any]],
    conversion: Sequence[Candidate] = (),
) -> Facts:
    """The edition's facts. number: what it is called, which older data never change once it is
    made. conversion: for the internal edition only."""
    items = chosen_items([*report.candidates, *conversion])
    figure = number_of_the_week(items)
    stands = report.standing
    news = [one for one in items if one.answer is not None and one.answer.is_news]
    facts = {
        "market": {
            "market_id": report.market_id,
            "name": report.name.replace(" (simulated)", ""),
            "timezone": report.timezone,
        },
        "is_simulated": report.is_simulated,
        "audience": audience,
        "iso_week": str(report.week),
        "number": number,
        "first_date": report.first_date,
        "last_date": report.last_date,
        "as_of": report.end_at,
        "data_through": report.data_through,
        "method_version": FORMULA_VERSION,
        "wording": WORDING,
        "coverage": _coverage(report.coverage),
        "comparable_days": report.comparable_days,
        "kind": str(WeekKind.NEWS if news else report.kind),
        "headline": _headline(report, news),
        "notices": notices(report),
        "note": note,
        "items": [_item(one) for one in items],
        "number_of_the_week": None if figure is None else figure.key,
        "ranked_date": stands.ranked_date,
        "ranked_venues": stands.ranked_venues,
        "hardest": [_plain_row(row) for row in stands.hardest],
        "weekdays": [_plain_row(row) for row in stands.weekdays],
        "weekdays_about": stands.weekdays_about,
        "pattern": _fact(stands.pattern),
        "prime": _fact(stands.prime),
        "tightest": _fact(stands.tightest),
        "loosest": _fact(stands.loosest),
        "extremes_about": stands.extremes_about,
        "new_entries": _fact(stands.new_entries),
        "first_seen": _fact(stands.first_seen),
        "days": [_plain_row(row) for row in report.days.to_dict("records")],
        "asked": report.asked + sum(_was_judged(one) for one in conversion),
        "conversion": [_item(one) for one in conversion],
        "corrections": list(corrections),
        "annotations": list(annotations),
    }
    rounded: Facts = orjson.loads(orjson.dumps(_rounded(facts), option=orjson.OPT_UTC_Z))
    return rounded


def content_hash(facts: Facts) -> str:
    """SHA-256 of the facts, whatever the order of their keys."""
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def changes(before: Facts, after: Facts) -> list[dict[str, str | None]]:
    """What reads otherwise in a revision: what was written, and what should be read (None: it can
    no longer be said; nothing was written: it is new)."""
    old, new = _printed(before), _printed(after)
    found: list[dict[str, str | None]] = []
    for key in [*old, *(key for key in new if key not in old)]:
        change = {"was": old.get(key), "now": new.get(key)}
        # The lead's sentence may be the headline too: that is told once.
        if change["was"] != change["now"] and change not in found:
            found.append(change)
    return found


def notices(report: WeekReport) -> list[str]:
    """What a reader must know before the numbers: gaps, assumptions, the end of the data."""
    found = []
    if report.data_through < report.end_at:
        last = min(local_date(report.data_through, report.timezone), report.last_date)
        found.append(data_end_words(last))
    of_week = [row for row in report.days.itertuples() if row.window_date >= report.first_date]
    assumed = [row.window_date for row in of_week if row.is_coverage_assumed]
    if assumed and len(assumed) == len(of_week):
        found.append("Nobody sends scans of this market: that it was watched is assumed.")
        return found
    if assumed:
        found.append(
            f"The first scan came on {date_words(max(assumed))}: "
            "that the market was watched before is assumed."
        )
    gaps = [
        (row.window_date, float(row.coverage_rate))
        for row in of_week
        if not report.is_comparable[row.window_date.weekday()]
    ]
    if gaps:
        left_out = number_of(len(gaps), "day")
        verb = "is" if len(gaps) == 1 else "are"
        found.append(
            f"{outage_words(gaps)} {left_out.capitalize()} {verb} left out of all comparisons."
        )
    return found


def _headline(report: WeekReport, news: Sequence[Candidate]) -> str:
    place = report.name.replace(" (simulated)", "")
    if news:
        return news[0].headline or str(news[0].fact.printable)
    if report.kind is WeekKind.THIN:
        days = report.comparable_days
        few = f"only {number_of(days, 'day')}" if days else "no day"
        return f"Not watched enough: {few} of seven can be compared, so nothing is called news"
    if report.kind is WeekKind.EARLY:
        return f"Too early to say what is usual in {place}"
    return f"A quiet week in {place}: nothing stood out from the eight weeks before"


def _coverage(coverage: Coverage) -> dict[str, Any]:
    return {"rate": coverage.share, "is_assumed": coverage.is_assumed}


def _fact(fact: Fact | None) -> dict[str, Any] | None:
    """A fact as it is printed; None where it must not be."""
    if fact is None or fact.printable is None:
        return None
    return fact_as_json(fact)


def _item(candidate: Candidate) -> dict[str, Any]:
    answer = candidate.answer
    return {
        "key": candidate.key,
        "is_news": answer is not None and answer.is_news,
        "news_adjusted_p": None if answer is None else answer.adjusted_p,
        "trend_adjusted_p": candidate.trend_adjusted_p,
        "has_been_told": candidate.has_been_told,
        "score": score(candidate),
        **fact_as_json(candidate.fact),
    }


def _was_judged(candidate: Candidate) -> bool:
    return candidate.answer is not None and candidate.answer.adjusted_p is not None


def _plain_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        str(name): None if not isinstance(value, list) and pd.isna(value) else value
        for name, value in row.items()
    }


def _printed(facts: Facts) -> dict[str, str]:
    """What a reader was told, by what it is about; notices and what editors noted by themselves."""
    noted = [
        f"{window_words(*(date.fromisoformat(one[end]) for end in ('first_date', 'last_date')))}: "
        f"{one['text']}"
        for one in facts["annotations"]
    ]
    sentences = {"headline": facts["headline"]}
    sentences.update({text: text for text in [*facts["notices"], *noted]})
    for item in [*facts["items"], *facts["conversion"]]:
        if item["printable"] is not None:
            sentences[item["key"]] = item["printable"]
    for name in ("pattern", "prime", "tightest", "loosest", "new_entries", "first_seen"):
        if facts[name] is not None:
            sentences.setdefault(name, facts[name]["printable"])
    for row in facts["hardest"]:
        sentences[f"rank of {row['venue_id']}"] = f"{row['name']}: #{row['rank']}"
    if facts["note"]:
        sentences["note"] = facts["note"]
    return sentences


def _rounded(value: Any) -> Any:
    """Numbers with six digits, dates as text; infinity and `nan` are None."""
    if isinstance(value, bool) or value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {key: _rounded(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    if isinstance(value, datetime | date):
        return value
    number = float(value)
    return float(f"{number:.{DIGITS}g}") if math.isfinite(number) else None

"""Annotations that editors add and remove: "Restaurant Week", beside days of a market or of all.

They explain days to readers; no number depends on them.
"""

import re
from datetime import date, datetime

from sqlalchemy import Engine

from db.insights.market import markets_asked_for
from db.queries import run

LONGEST_TEXT, LONGEST_NAME = 80, 40  # characters; the table checks them too
LONGEST_DAYS = 366
FIRST_YEAR, LAST_YEAR = 1970, 2100

# It is written into charts, pages and files, where these would be taken for markup.
_MARKUP = re.compile(r"[<>\[\]{}*_`$\\|~^]|[^\x20-\U0010FFFF]")


class AnnotationError(ValueError):
    """An annotation that cannot be kept; the text says all that is wrong with it."""


class UnknownAnnotationError(LookupError):
    """There is no such annotation: it was removed already, or never was."""


def add_annotation(
    engine: Engine,
    *,
    market_id: str | None,
    first: date,
    last: date,
    text: str,
    added_by: str,
    added_at: datetime,
) -> int:
    """Keeps an annotation of the local days `first` through `last` and returns its id.

    market_id: None is all markets. added_by: who wrote it, as readers will see it. Raises
    AnnotationError, and UnknownMarketError for a market there is none of.
    """
    text, added_by = " ".join(text.split()), " ".join(added_by.split())
    problems = [
        *_problems_of_days(first, last),
        *_problems_of_words("The text", text, LONGEST_TEXT),
        *_problems_of_words("Your name", added_by, LONGEST_NAME),
    ]
    if problems:
        raise AnnotationError(" ".join(problems))
    if market_id is not None:
        markets_asked_for(engine, market_id)
    with engine.begin() as connection:
        return int(
            run(
                connection,
                "add_annotation",
                market_id=market_id,
                first_date=first,
                last_date=last,
                text=text,
                added_by=added_by,
                added_at=added_at,
            ).scalar_one()
        )


def remove_annotation(engine: Engine, annotation_id: int) -> None:
    """Forgets an annotation. Raises UnknownAnnotationError where there is none of that id."""
    with engine.begin() as connection:
        gone = run(connection, "remove_annotation", annotation_id=annotation_id).one_or_none()
    if gone is None:
        raise UnknownAnnotationError(f"There is no annotation {annotation_id}.")


def _problems_of_days(first: date, last: date) -> list[str]:
    if last < first:
        return [f"The last day ({last}) is before the first ({first}): swap them."]
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        return [f"Days lie between {FIRST_YEAR} and {LAST_YEAR}; these are {first} to {last}."]
    days = (last - first).days + 1
    if days > LONGEST_DAYS:
        return [f"An annotation spans {LONGEST_DAYS} days at most; this one has {days}."]
    return []


def _problems_of_words(what: str, words: str, longest: int) -> list[str]:
    if not words:
        return [f"{what} is empty."]
    problems = []
    if len(words) > longest:
        problems.append(f"{what} has {len(words)} characters; {longest} are the most.")
    found = sorted(set(_MARKUP.findall(words)))
    if found:
        problems.append(f"{what} holds {' '.join(found)}, which charts cannot show: leave it out.")
    return problems

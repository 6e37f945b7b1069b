"""The hardest ten of an edition in words: each row, its move, and what stands beneath."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from editions.evidence import SECOND_WORDING
from metrics.facts import OPEN_TIME_NEEDS
from metrics.wording import (
    count_words,
    date_words,
    duration_short,
    number_of,
    number_words,
    ordinal_words,
    rank_band_words,
)

UNKNOWN = "not enough data"


def hard_row(row: Mapping[str, Any], base_url: str, last: date, *, wording: int) -> dict[str, str]:
    """A row of the hardest ten. wording: that of the edition."""
    interval = (row["catchable_lower"], row["catchable_upper"])
    tables = number_words(row["catchable_per_week"], interval)
    refusal = row.get("typical_open_refusal")  # editions made before have none
    return {
        "rank": rank_band_words(
            row["rank"], row["rank_lower"], row["rank_upper"], row["rank_tied"]
        ),
        "name": row["name"],
        "neighborhood": row["neighborhood"] or "",
        "tables": tables,
        "interval": " to ".join(number_words(end, interval) for end in interval),
        "n": count_words(row["new_drop_count"]),
        "lasts": duration_short(row["typical_open_seconds"]) if refusal is None else UNKNOWN,
        "move": _first_move_words(row) if wording < SECOND_WORDING else move_words(row),
        "link": f"{base_url}/venue?{urlencode({'venue': row['venue_id'], 'to': last, 'over': 28})}",
    }


def move_words(row: Mapping[str, Any]) -> str:
    """Where the venue stood on the Sunday before, in the ranks that were printed then.

    >>> move_words({"rank": 1, "rank_tied": 5, "previous_rank": 5, "previous_rank_tied": 1,
    ...     "is_new": False, "has_moved": False})
    'now level, was #5'
    """
    rank, tied, before = row["rank"], row["rank_tied"], row["previous_rank"]
    if before is None:
        return "new to the ranking"
    tied_before = row["previous_rank_tied"]
    was = rank_band_words(before, 0, 0, tied_before)
    chance = "" if row["has_moved"] else " (could be chance)"
    if row["is_new"]:
        return f"new, from {was}{chance}"
    if not _is_level(before, tied_before, rank, tied):
        places = number_of(abs(before - rank), "place")
        return f"{'up' if before > rank else 'down'} {places}{chance}"
    if (before, tied_before) == (rank, tied):
        return "as before"
    if tied == 1:
        return f"no longer level, was {was}"
    return f"{'now' if tied_before == 1 else 'still'} level, was {was}"


def _first_move_words(row: Mapping[str, Any]) -> str:
    """The same in the first wording, which called every move within a tie none."""
    rank, before = row["rank"], row["previous_rank"]
    if before is None:
        return "new to the ranking"
    places = number_of(abs(before - rank), "place")
    moved = not _is_level(before, row.get("previous_rank_tied") or 1, rank, row["rank_tied"])
    move = f"{'up' if before > rank else 'down'} {places}" if moved else "as before"
    if row["is_new"]:
        move = f"new, from {ordinal_words(before)}"
    if (moved or row["is_new"]) and not row["has_moved"]:
        move += " (could be chance)"
    return move


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


def hardest_about(facts: Mapping[str, Any], *, wording: int) -> str:
    """What the hardest ten are, beneath the table."""
    if facts["ranked_date"] is None:
        return "Not watched enough to rank."
    end = date.fromisoformat(facts["ranked_date"])
    counted = "Prime tables" if wording < SECOND_WORDING else "Prime tables for two"
    return (
        f"{counted} a week that a diner with alerts could have caught, the 28 days to "
        f"{date_words(end)}; 95 % intervals and rank bands; of "
        f"{number_of(facts['ranked_venues'], 'venue')}. Movement is against the Sunday before."
        + _level_beyond(facts["hardest"])
    )


def columns_foot(facts: Mapping[str, Any], *, wording: int) -> str:
    """What two columns of the table are, which the mail's has not: all tables seen to open, and
    why some open time is left out."""
    said = [_open_time_foot(facts)]
    if wording >= SECOND_WORDING and facts["hardest"]:
        said.insert(0, "“All tables seen to open” are those of every size and hour.")
    return " ".join(one for one in said if one)


def _open_time_foot(facts: Mapping[str, Any]) -> str | None:
    """Why some open time of the hardest ten is left out; None where none is."""
    if all(row.get("typical_open_refusal") is None for row in facts["hardest"]):
        return None
    return f"{UNKNOWN.capitalize()}: {OPEN_TIME_NEEDS}."

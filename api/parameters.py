"""Parameters that several routes take, with their bounds."""

import re
from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import AfterValidator, BeforeValidator

from db.insights import WINDOW_DAYS

# PostgreSQL's text has no NUL; ids longer than this were never accepted.
_NAME = {"min_length": 1, "max_length": 200, "pattern": r"^[^\x00]+$"}


def _written_out(value: object) -> object:
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("write a date, as in 2026-11-20")
    return value


def _of_this_era(value: date) -> date:
    if not 2000 <= value.year <= 2999:
        raise ValueError("a date from 2000-01-01 to 2999-12-31")
    return value


def _is_scored(days: int) -> int:
    if days not in WINDOW_DAYS:
        raise ValueError(f"one of {', '.join(map(str, WINDOW_DAYS))}")
    return days


LocalDate = Annotated[date, BeforeValidator(_written_out), AfterValidator(_of_this_era)]

Days = Annotated[int, Query(ge=1, le=366, description="local days, the last one included")]
WindowDays = Annotated[
    int, AfterValidator(_is_scored), Query(description="local days: 7, 14, 28 or 90")
]
Limit = Annotated[int, Query(ge=1, le=10_000, description="at most so many rows")]
AsOf = Annotated[
    LocalDate | None, Query(description="the last local day; by default each market's today")
]
Market = Annotated[
    str | None,
    Query(
        description="a market_id; by default all real ones, or all simulated ones where only "
        "those have data",
        **_NAME,
    ),
]
VenueId = Annotated[str | None, Query(**_NAME)]
Neighborhood = Annotated[str | None, Query(**_NAME)]

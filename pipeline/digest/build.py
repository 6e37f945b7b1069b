"""Makes editions and their revisions.

An edition is made once. Made again, its facts are computed anew: where they are the same nothing is
written, where they differ a revision is, dated with the market's day, and the first stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from db import digests, insights
from db.digests import Edition
from db.engine import Engine
from db.markets import market_zones
from metrics.calendar import (
    IsoWeek,
    iso_week_bounds,
    iso_week_end,
    iso_week_of,
    last_week_over,
    local_date,
)
from pipeline.digest.freeze import changes, content_hash, frozen_facts
from settings import Settings

WEEKS_BACK = 3
"""How many weeks before the last one are looked at again: by then their days are sealed."""


class WeekNotOverError(Exception):
    """The week still runs in its market."""


@dataclass(frozen=True)
class Built:
    """An edition as it stands after the build; `is_new`: this build wrote it."""

    edition: Edition
    is_new: bool


def build_editions(
    engine: Engine,
    settings: Settings,
    now: datetime,
    *,
    week: IsoWeek | None = None,
    market_id: str | None = None,
) -> Sequence[Built]:
    """Both editions, public and internal, of the market named or of each that had drops that week;
    by default of the last week that is over there.

    Raises `UnknownMarketError`, `WeekNotOverError`, and `NothingToTellError` where the week has no
    drop at all.
    """
    zones = market_zones(engine)
    if market_id is not None:
        insights.markets_asked_for(engine, market_id)
        zones = {market_id: zones[market_id]}
    found: list[Built] = []
    asked = {market: week or last_week_over(now, zone) for market, zone in sorted(zones.items())}
    if market_id is None:
        over = {
            market: its_week
            for market, its_week in asked.items()
            if iso_week_end(its_week, zones[market]) <= now
        }
        # Where it is over in some markets only, those have their editions now.
        asked = over or asked
    for market, its_week in asked.items():
        is_over = iso_week_end(its_week, zones[market]) <= now
        if market_id is None and is_over and not _had_drops(engine, market, its_week):
            continue
        found += build_week(engine, settings, market, its_week, now=now)
    if not found:
        named = sorted({str(its_week) for its_week in asked.values()})
        raise insights.NothingToTellError(
            f"No market had drops in {', '.join(named) or 'any week'}: there is nothing to tell. "
            "Name another week with --week, or load its events."
        )
    return found


def _had_drops(engine: Engine, market_id: str, week: IsoWeek) -> bool:
    return market_id in digests.markets_with_drops(engine, *iso_week_bounds(week))


def has_something_to_tell(engine: Engine, market_id: str, week: IsoWeek) -> bool:
    """Whether the market had drops in the week or in those before that `catch_up` looks at."""
    monday, sunday = iso_week_bounds(week)
    first = monday - WEEKS_BACK * timedelta(days=7)
    return market_id in digests.markets_with_drops(engine, first, sunday)


def catch_up(
    engine: Engine, settings: Settings, market_id: str, week: IsoWeek, *, now: datetime
) -> Sequence[Built]:
    """The week's editions after those of the weeks before: what is missing is made, what changed
    is revised, so that the new edition can tell of it. Weeks without a drop have none."""
    monday = iso_week_bounds(week)[0]
    built: list[Built] = []
    for back in range(WEEKS_BACK, -1, -1):
        earlier = iso_week_of(monday - back * timedelta(days=7))
        if _had_drops(engine, market_id, earlier):
            built += build_week(engine, settings, market_id, earlier, now=now)
    return built


def summary(built: Sequence[Built]) -> dict[str, object]:
    """What a build did, for the record of jobs."""
    return {
        "editions": len(built),
        "made": sum(one.is_new and one.edition.revision == 1 for one in built),
        "revised": sum(one.is_new and one.edition.revision > 1 for one in built),
    }


def build_week(
    engine: Engine, settings: Settings, market_id: str, week: IsoWeek, *, now: datetime
) -> Sequence[Built]:
    """The public and the internal edition of a market's week. Raises as `build_editions` does."""
    zone = str(insights.markets_asked_for(engine, market_id)["timezone"].iloc[0])
    end_at = iso_week_end(week, zone)
    if now < end_at:
        raise WeekNotOverError(
            f"{week} is not over in {market_id}: it ends at {end_at:%Y-%m-%dT%H:%MZ}. The last "
            f"week that is over there is {last_week_over(now, zone)}."
        )
    report = insights.market_week(engine, market_id, week)
    conversion = {
        "public": (),
        "internal": insights.week_conversion(engine, report, settings.conversion_window_hours),
    }
    note = digests.note(engine, market_id, str(week))
    annotations = _annotations(engine, market_id, *iso_week_bounds(week))
    built = []
    for audience in digests.AUDIENCES:
        latest = digests.edition(engine, market_id, str(week), audience)
        corrections = (
            _corrections(engine, market_id, audience, week)
            if latest is None
            else latest.facts["corrections"]
        )
        facts = frozen_facts(
            report,
            audience=audience,
            number=report.number if latest is None else latest.number,
            note=note,
            annotations=annotations,
            corrections=corrections,
            conversion=conversion[audience],
        )
        built.append(_kept(engine, latest, facts, now=now, today=local_date(now, zone)))
    return built


def _kept(
    engine: Engine, latest: Edition | None, facts: dict[str, Any], *, now: datetime, today: date
) -> Built:
    """The edition these facts make: the latest where nothing differs, else a new revision."""
    digest_hash = content_hash(facts)
    if latest is not None and latest.content_sha256 == digest_hash:
        return Built(latest, is_new=False)
    made = Edition(
        market_id=facts["market"]["market_id"],
        iso_week=facts["iso_week"],
        audience=facts["audience"],
        revision=1 if latest is None else latest.revision + 1,
        number=facts["number"],
        first_date=date.fromisoformat(facts["first_date"]),
        revised_on=None if latest is None else today,
        facts=facts,
        changes=[] if latest is None else changes(latest.facts, facts),
        content_sha256=digest_hash,
        coverage_rate=facts["coverage"]["rate"],
        is_coverage_assumed=facts["coverage"]["is_assumed"],
        method_version=facts["method_version"],
        created_at=now,
    )
    if digests.keep_edition(engine, made):
        return Built(made, is_new=True)
    kept = digests.edition(engine, made.market_id, made.iso_week, made.audience)
    assert kept is not None  # another process wrote it
    return Built(kept, is_new=False)


def _corrections(
    engine: Engine, market_id: str, audience: str, week: IsoWeek
) -> list[dict[str, Any]]:
    """What earlier editions had to put right and no edition has told yet."""
    return [
        {
            "iso_week": revised.iso_week,
            "number": revised.number,
            "revision": revised.revision,
            "revised_on": revised.revised_on,
            "changes": list(revised.changes),
        }
        for revised in digests.untold_revisions(
            engine, market_id, audience, iso_week_bounds(week)[0]
        )
        if revised.changes
    ]


def _annotations(engine: Engine, market_id: str, first: date, last: date) -> list[dict[str, Any]]:
    """What editors wrote beside days of the week."""
    return [
        {"first_date": row.first_date, "last_date": row.last_date, "text": row.text}
        for row in insights.annotations(engine, market_id).itertuples()
        if row.first_date <= last and row.last_date >= first
    ]

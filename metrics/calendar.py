"""Local calendar: which day, hour and minute an instant belongs to in its market.

Formula: every local value is read off the market's wall clock at the instant (IANA zone). A local
    day runs from its first instant to the next day's: 23 or 25 hours where the clocks change, 23 h
    30 min or 24 h 30 min on Lord Howe Island, nothing at all where a day was skipped. Weeks are ISO
    weeks, Monday to Sunday.
Unit: dates; minutes of the day (0 to 1439); minutes for lengths.
Range: a local day has 0 to 1500 minutes.
Empty case: none.
Example: the day New York put its clocks forward.
    >>> local_day_minutes(date(2026, 3, 8), "America/New_York")
    1380
    >>> local_date(datetime(2026, 3, 8, 4, 30, tzinfo=UTC), "America/New_York")
    datetime.date(2026, 3, 7)

Source: IANA time zone database; ISO 8601.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class IsoWeek(NamedTuple):
    """A week by ISO 8601: its year is that of its Thursday."""

    year: int
    week: int

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.week:02d}"


def local_time(instant: datetime, zone: str) -> datetime:
    """The market's wall clock at an instant. Raises ValueError for an instant without a zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(ZoneInfo(zone))


def local_date(instant: datetime, zone: str) -> date:
    """The market's date at an instant."""
    return local_time(instant, zone).date()


def local_hour(instant: datetime, zone: str) -> int:
    """The hour on the market's clock, 0 to 23."""
    return local_time(instant, zone).hour


def local_minute_of_day(instant: datetime, zone: str) -> int:
    """Minutes on the market's clock since its midnight, 0 to 1439."""
    local = local_time(instant, zone)
    return local.hour * 60 + local.minute


def local_day_start(day: date, zone: str) -> datetime:
    """The first instant of a local day, in UTC (1 am where midnight itself was skipped)."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def local_day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """A local day as UTC instants: start included, end not."""
    return local_day_start(day, zone), local_day_start(day + timedelta(days=1), zone)


def local_day_minutes(day: date, zone: str) -> int:
    """How many minutes a local day really has."""
    start, end = local_day_bounds(day, zone)
    return int((end - start).total_seconds()) // 60


def first_whole_day(first_look: datetime, zone: str) -> date:
    """The first local day that lies wholly after the first look; a look in the day's first hour
    counts as at its beginning, for scans are kept by the hour.

    >>> wednesday = datetime(2026, 11, 18, 15, tzinfo=UTC)
    >>> str(first_whole_day(wednesday, "America/New_York"))
    '2026-11-19'
    """
    day = local_date(first_look, zone)
    is_whole = first_look < local_day_start(day, zone) + timedelta(hours=1)
    return day if is_whole else day + timedelta(days=1)


def iso_week_of(day: date) -> IsoWeek:
    """The ISO week a date belongs to.

    >>> str(iso_week_of(date(2027, 1, 3)))
    '2026-W53'
    """
    year, week, _ = day.isocalendar()
    return IsoWeek(year, week)


def iso_week_bounds(week: IsoWeek) -> tuple[date, date]:
    """Monday and Sunday of a week, both included. Raises ValueError for a week that is not."""
    monday = date.fromisocalendar(week.year, week.week, 1)
    return monday, monday + timedelta(days=6)


def parse_iso_week(text: str) -> IsoWeek:
    """The week written as `2026-W46`. Raises ValueError for anything else.

    >>> parse_iso_week("2026-W46")
    IsoWeek(year=2026, week=46)
    """
    year, separator, week = text.partition("-W")
    if separator != "-W" or not (len(year) == 4 and len(week) == 2 and (year + week).isdecimal()):
        raise ValueError(f"{text!r} is not an ISO week such as 2026-W46")
    found = IsoWeek(int(year), int(week))
    iso_week_bounds(found)
    return found


def iso_week_end(week: IsoWeek, zone: str) -> datetime:
    """The instant at which the week is over in the market: its next Monday's first.

    >>> iso_week_end(IsoWeek(2026, 10), "America/New_York").isoformat()
    '2026-03-09T04:00:00+00:00'
    """
    return local_day_bounds(iso_week_bounds(week)[1], zone)[1]


def last_whole_week(day: date) -> IsoWeek:
    """The last ISO week that ends on a day or before it.

    >>> str(last_whole_week(date(2026, 11, 22))), str(last_whole_week(date(2026, 11, 21)))
    ('2026-W47', '2026-W46')
    """
    return iso_week_of(day - timedelta(days=day.isoweekday() % 7))


def last_week_over(now: datetime, zone: str) -> IsoWeek:
    """The latest week that is over in the market.

    >>> str(last_week_over(datetime(2027, 1, 4, 3, tzinfo=UTC), "America/New_York"))
    '2026-W52'
    """
    return iso_week_of(local_date(now, zone) - timedelta(days=7))

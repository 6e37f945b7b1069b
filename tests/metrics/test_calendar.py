"""Local days, prime hours, coverage and exposure."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.calendar import (
    IsoWeek,
    iso_week_bounds,
    iso_week_end,
    iso_week_of,
    last_week_over,
    local_date,
    local_day_bounds,
    local_day_minutes,
    local_day_start,
    local_hour,
    local_minute_of_day,
    parse_iso_week,
)
from metrics.coverage import Coverage, coverage, window_coverage
from metrics.exposure import day_exposure, observed_day_equivalents
from metrics.prime_time import PrimeTime

ZONES = sorted(available_timezones())
DAYS = st.dates(date(1990, 1, 1), date(2035, 12, 31))


@pytest.mark.parametrize(
    ("day", "zone", "minutes"),
    [
        (date(2026, 11, 20), "America/New_York", 1440),
        (date(2026, 3, 8), "America/New_York", 1380),
        (date(2026, 11, 1), "America/New_York", 1500),
        (date(2026, 10, 4), "Australia/Lord_Howe", 1410),
        (date(2026, 4, 5), "Australia/Lord_Howe", 1470),
        (date(2018, 11, 4), "America/Sao_Paulo", 1380),
        (date(2011, 12, 30), "Pacific/Apia", 0),
        (date(2026, 3, 8), "Asia/Kathmandu", 1440),
    ],
)
def test_a_local_day_is_as_long_as_its_clocks_say(day: date, zone: str, minutes: int) -> None:
    assert local_day_minutes(day, zone) == minutes


@given(DAYS, st.sampled_from(ZONES))
@settings(max_examples=200)
def test_every_instant_of_a_local_day_has_its_date_and_its_neighbours_have_not(
    day: date, zone: str
) -> None:
    start, end = local_day_bounds(day, zone)
    assert start <= end
    if start < end:
        assert local_date(start, zone) == day
        assert local_date(end - timedelta(microseconds=1), zone) == day
    assert local_date(end, zone) > day
    assert local_date(start - timedelta(microseconds=1), zone) < day


@given(st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_hour_and_minute_agree(naive: datetime, zone: str) -> None:
    instant = naive.replace(tzinfo=UTC)
    assert local_minute_of_day(instant, zone) // 60 == local_hour(instant, zone)


def test_half_hour_zones_and_repeated_hours() -> None:
    instant = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
    assert local_minute_of_day(instant, "Asia/Kathmandu") == 5 * 60 + 45
    first, again = (datetime(2026, 11, 1, hour, 30, tzinfo=UTC) for hour in (5, 6))
    assert local_minute_of_day(first, "America/New_York") == 90
    assert local_minute_of_day(again, "America/New_York") == 90


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        local_date(datetime(2026, 11, 20), "America/New_York")  # noqa: DTZ001


def test_iso_weeks_at_the_turn_of_the_year() -> None:
    assert iso_week_of(date(2027, 1, 3)) == (2026, 53)
    assert iso_week_of(date(2024, 12, 30)) == (2025, 1)
    assert iso_week_bounds(IsoWeek(2026, 53)) == (date(2026, 12, 28), date(2027, 1, 3))
    with pytest.raises(ValueError, match=r"[Ii]nvalid week"):
        iso_week_bounds(IsoWeek(2025, 53))


@given(DAYS)
def test_every_date_lies_in_its_week_and_weeks_read_back(day: date) -> None:
    week = iso_week_of(day)
    monday, sunday = iso_week_bounds(week)
    assert monday <= day <= sunday
    assert sunday - monday == timedelta(days=6)
    assert parse_iso_week(str(week)) == week


@pytest.mark.parametrize("text", ["2026-46", "2026-W4", "W46-2026", "2026-W99", "", "20é6-W46"])
def test_what_is_not_a_week_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="week"):
        parse_iso_week(text)


def test_prime_hours_end_before_nine_and_may_pass_midnight() -> None:
    assert PrimeTime().hours == (18, 19, 20)
    assert not PrimeTime().includes(21)
    assert PrimeTime(22, 0).hours == (22, 23, 0)
    assert PrimeTime(19, 19).hours == (19,)
    with pytest.raises(ValueError, match="0 to 23"):
        PrimeTime(18, 24)


def test_coverage_is_observed_over_wall_time() -> None:
    assert coverage(720, 1440) == 0.5
    assert coverage(0, 0) is None
    with pytest.raises(ValueError, match="between zero and the wall time"):
        coverage(1441, 1440)


def test_coverage_of_a_window_is_not_an_average_of_days() -> None:
    assert window_coverage([1440, 0, 0], [1440, 0, 0]) == Coverage(1.0)
    assert window_coverage([1380, 0], [1380, 1500]) == Coverage(1380 / 2880)


def test_without_scans_coverage_is_assumed_and_says_so() -> None:
    assert window_coverage(None, [1440]) == Coverage(1.0, is_assumed=True)
    assert window_coverage(None, []) is None
    assert window_coverage([], []) is None


def test_a_fully_watched_day_is_one_day_however_long() -> None:
    assert observed_day_equivalents([1380, 1500, 1440], [1380, 1500, 1440]) == 3
    assert day_exposure([0, 0], [1440, 0]).tolist() == [0, 0]
    assert observed_day_equivalents([], []) == 0
    with pytest.raises(ValueError, match="day's length"):
        day_exposure([1440], [1380])


@given(st.dates(date(2000, 1, 10), date(2100, 1, 1)), st.sampled_from(ZONES))
def test_the_last_week_over_ends_at_or_before_now_and_the_next_one_after(day, zone):
    now = local_day_start(day, zone) + timedelta(hours=7)
    week = last_week_over(now, zone)
    assert iso_week_end(week, zone) <= now
    following = iso_week_of(iso_week_bounds(week)[1] + timedelta(days=1))
    assert iso_week_end(following, zone) > now


def test_a_week_in_which_the_clocks_change_is_an_hour_longer_or_shorter():
    def hours(week: IsoWeek) -> float:
        monday = iso_week_bounds(week)[0]
        length = iso_week_end(week, "America/New_York") - local_day_start(
            monday, "America/New_York"
        )
        return length / timedelta(hours=1)

    assert [hours(IsoWeek(2026, week)) for week in (10, 11, 44, 45)] == [167, 168, 169, 168]


def test_around_new_year_weeks_belong_to_the_year_of_their_thursday():
    zone = "America/New_York"
    new_year = datetime(2027, 1, 1, 12, tzinfo=UTC)
    assert str(last_week_over(new_year, zone)) == "2026-W52"
    assert str(last_week_over(new_year + timedelta(days=4), zone)) == "2026-W53"
    assert iso_week_bounds(IsoWeek(2026, 53)) == (date(2026, 12, 28), date(2027, 1, 3))

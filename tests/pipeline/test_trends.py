"""Trends from the rollup: what counts, which Sundays have one, and when they are computed again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event

from db import insights
from db.engine import Engine
from metrics.trend import weekly_trend
from pipeline.seal import seal
from pipeline.tick import rescore, tick
from tests.factories import (
    SETTINGS,
    closed,
    contents,
    deliver,
    deliver_scans,
    execute,
    new_drop,
    scan,
)

NEW_YORK = ZoneInfo("America/New_York")
WEEKS = 30
LAST_SUNDAY = date(2026, 11, 15)
NOW = datetime(2026, 11, 18, 18, tzinfo=UTC)  # the Wednesday after

# Tables a week that outlast the reaction time, the oldest week first.
FEWER = [22 - week // 2 for week in range(WEEKS)]
STEADY = [6 + week % 2 for week in range(WEEKS)]
SELDOM = [int(week % 3 == 0) for week in range(WEEKS)]


def friday(week: int) -> date:
    return LAST_SUNDAY - timedelta(days=2 + 7 * (WEEKS - 1 - week))


def tables(
    venue_id: str, day: date, number: int, *, seconds: int = 600, hour: int = 19, party: int = 2
) -> Iterator[dict[str, Any]]:
    """Drops of one day, at noon and the minutes after."""
    for minute in range(number):
        opened_at = datetime.combine(day, time(12, minute), NEW_YORK).astimezone(UTC)
        facts = {
            "venue_id": venue_id,
            "slot_id": f"{day} {minute} {hour} {party} {seconds}",
            "slot_at": datetime.combine(day + timedelta(days=9), time(hour), NEW_YORK),
            "party_size": party,
        }
        yield new_drop(opened_at, **facts)
        yield closed(opened_at + timedelta(seconds=seconds), opened_at, **facts)


def world(weeks: range) -> list[dict[str, Any]]:
    return [
        event
        for week in weeks
        for venue_id, weekly in (("fewer", FEWER), ("steady", STEADY), ("seldom", SELDOM))
        for event in tables(venue_id, friday(week), weekly[week])
    ]


def pass_at(engine: Engine, now: datetime, *events: dict[str, Any]) -> None:
    """Accepts the events and whatever tells that the market was looked at until `now`."""
    look = new_drop(now - timedelta(minutes=15), venue_id="look", slot_id=str(now))
    deliver(engine, *events, look, received_at=now)
    tick(engine, SETTINGS, now)


def trend_rows(engine: Engine, venue_id: str) -> list[dict[str, Any]]:
    return [row for row in contents(engine, "venue_trends") if row["venue_id"] == venue_id]


def test_the_trend_is_that_of_the_last_26_weeks_tables_that_outlast_the_reaction(engine):
    not_counted = [
        *tables("steady", friday(20), 9, seconds=60),  # gone within the reaction time
        *tables("steady", friday(20), 9, hour=17),  # off-peak
        *tables("steady", friday(20), 9, party=4),
        *tables("steady", date(2026, 11, 16), 9),  # of the week that is not over
    ]
    pass_at(engine, NOW, *world(range(WEEKS)), *not_counted)
    found = trend_rows(engine, "steady")[-1]
    expected = weekly_trend(STEADY[-26:], [7.0] * 26)
    assert expected is not None
    assert (found["as_of_date"], found["weeks"]) == (LAST_SUNDAY, 26)
    assert found["tables"] == sum(STEADY[-26:])
    for name in ("change_per_week", "lower", "upper", "p_value", "theil_sen", "mann_kendall_p"):
        # The clocks went back in one of the weeks, whose exposure is seven days all the same.
        assert found[name] == pytest.approx(getattr(expected, name), abs=1e-12), name


def test_every_sunday_from_eight_complete_weeks_on_has_its_trend(engine):
    pass_at(engine, NOW, *world(range(WEEKS)))
    found = trend_rows(engine, "fewer")
    # The first week was watched from its Friday on: less than half.
    assert [row["as_of_date"] for row in found] == [
        LAST_SUNDAY - timedelta(weeks=back) for back in range(WEEKS - 9, -1, -1)
    ]
    assert [row["weeks"] for row in found] == [*range(8, 26), 26, 26, 26, 26]
    assert trend_rows(engine, "seldom") == []


@pytest.mark.parametrize(
    ("first_event", "weeks"),
    [
        (datetime(2026, 9, 9, 12, tzinfo=NEW_YORK), 9),  # a Wednesday: most of its week is watched
        (datetime(2026, 9, 7, 9, tzinfo=NEW_YORK), 9),  # a Monday, of which the night is missing
        (datetime(2026, 9, 7, 0, 30, tzinfo=NEW_YORK), 10),
        (datetime(2026, 9, 6, 23, tzinfo=NEW_YORK), 10),
    ],
)
def test_the_week_in_which_the_looking_began_is_no_whole_week(engine, first_event, weeks):
    first = new_drop(first_event.astimezone(UTC), venue_id="first", slot_id="first")
    pass_at(engine, NOW, first, *world(range(WEEKS - 10, WEEKS)))
    assert trend_rows(engine, "fewer")[-1]["weeks"] == weeks
    assert trend_rows(engine, "fewer")[-1]["tables"] == sum(FEWER[-weeks:])


def test_pass_after_pass_gives_what_a_rescore_gives(engine):
    pass_at(engine, datetime(2026, 9, 10, 18, tzinfo=UTC), *world(range(20)))
    pass_at(engine, datetime(2026, 10, 24, 18, tzinfo=UTC), *world(range(20, 26)))
    pass_at(engine, NOW, *world(range(26, WEEKS)))
    # What came late: a week long past, for a venue that had no trend, and one that had.
    late = [*tables("seldom", friday(22), 5, hour=20), *tables("fewer", friday(3), 7, hour=20)]
    pass_at(engine, NOW + timedelta(hours=1), *late)
    passes = contents(engine, "venue_trends", "computed_at")
    assert {row["venue_id"] for row in passes} == {"fewer", "steady", "seldom"}
    rescore(engine, SETTINGS, NOW + timedelta(hours=1))
    assert contents(engine, "venue_trends", "computed_at") == passes


def test_scans_give_weeks_their_exposure_and_an_outage_is_no_trend(engine):
    # 3 pm in New York is 7 pm on this market's clock.
    execute(engine, "UPDATE markets SET timezone = 'UTC', poll_interval_seconds = 3600")
    weekly = [12] * 8 + [7] * 8
    first_monday = date(2026, 7, 27)
    events, scans = [], []
    for week, number in enumerate(weekly):
        monday = first_monday + timedelta(weeks=week)
        events += tables("v", monday + timedelta(days=4), number, seconds=7200, hour=15)
        start = datetime.combine(monday, time(), UTC)
        watched = range(168) if week < 8 else range(70, 168)
        scans += [scan(start + timedelta(hours=hour)) for hour in watched]
    end = datetime.combine(first_monday + timedelta(weeks=16), time(2), UTC)
    scans.append(scan(end))
    now = end + timedelta(hours=1)
    deliver_scans(engine, *scans, received_at=now)
    deliver(engine, *events, received_at=now)
    tick(engine, SETTINGS, now)
    row = trend_rows(engine, "v")[-1]
    expected = weekly_trend(weekly, [7.0] * 8 + [98 / 24] * 8)
    assert expected is not None
    assert row["change_per_week"] == pytest.approx(expected.change_per_week, abs=1e-9)
    assert row["p_value"] == pytest.approx(expected.p_value, rel=1e-6)
    assert row["p_value"] > 0.5


def test_a_pass_that_touches_only_this_week_leaves_trends_alone(engine):
    pass_at(engine, NOW, *world(range(18, WEEKS)))
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    pass_at(engine, NOW + timedelta(minutes=5), *tables("steady", date(2026, 11, 17), 3))
    assert statements
    assert not any("venue_trends" in statement for statement in statements)
    pass_at(engine, NOW + timedelta(minutes=6), *tables("steady", date(2026, 11, 12), 3))
    assert any("venue_trends" in statement for statement in statements)


def test_sealing_changes_no_trend(engine):
    pass_at(engine, NOW, *world(range(16, WEEKS)))
    before = trend_rows(engine, "fewer")
    assert before
    result = seal(engine, SETTINGS, NOW)
    assert result.sealed
    assert trend_rows(engine, "fewer") == before
    rescore(engine, SETTINGS, NOW)
    assert trend_rows(engine, "fewer") == before


def test_a_label_is_given_where_the_trend_survives_all_questions_asked(engine):
    pass_at(engine, NOW, *world(range(WEEKS)))
    found = insights.trends(engine, "nyc", NOW.date())
    assert list(found["venue_id"]) == ["fewer", "steady"]
    assert list(found["label"]) == ["getting harder", None]
    assert (found["adjusted_p"] >= found["p_value"]).all()
    earlier = insights.trends(engine, "nyc", LAST_SUNDAY - timedelta(days=1))
    assert set(earlier["as_of_date"]) == {LAST_SUNDAY - timedelta(weeks=1)}
    assert insights.trends(engine, "nyc", date(2026, 1, 1)).empty
    # A barely surviving finding is gone once fifty flat venues were asked about as well.
    execute(engine, "UPDATE venue_trends SET p_value = 0.02 WHERE venue_id = 'fewer'")
    execute(
        engine,
        "INSERT INTO venues SELECT 'flat ' || n, 'nyc', 'flat' FROM generate_series(1, 50) n",
    )
    execute(
        engine,
        "INSERT INTO venue_trends SELECT 'flat ' || n, as_of_date, market_id, weeks, tables,"
        " 0, 0, 0, 1, 1, 0, 1, 1, now() FROM venue_trends, generate_series(1, 50) n"
        " WHERE venue_id = 'steady' AND as_of_date = :day",
        day=LAST_SUNDAY,
    )
    assert insights.trends(engine, "nyc", NOW.date())["label"].isna().all()
    with pytest.raises(insights.UnknownMarketError):
        insights.trends(engine, "atlantis", NOW.date())

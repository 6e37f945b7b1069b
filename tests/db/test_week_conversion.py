"""What the internal edition says of bookings: users are the unit, and the days before are named."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from db import insights
from db.insights.week_conversion import last_settled_day
from pipeline.tick import tick
from tests.alerting import SETTINGS, alert, track

SUNDAY = date(2026, 11, 15)
NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
LAST = datetime(2026, 11, 14, 20, tzinfo=UTC)  # Saturday, the last day with all its time
DAY = timedelta(days=1)


def report(last_date=SUNDAY, end_at=datetime(2026, 11, 16, 5, tzinfo=UTC)):
    return SimpleNamespace(
        market_id="nyc", timezone="America/New_York", last_date=last_date, end_at=end_at
    )


def alerts_to(user, booked, trials, *, from_days_ago, to_days_ago):
    """So many alerts to a user, over the days; the first ones lead to a booking."""
    days = range(to_days_ago, from_days_ago + 1)
    return [
        event
        for number in range(trials)
        for event in alert(
            LAST - days[number % len(days)] * DAY,
            *((10, 20, 30) if number < booked else ()),
            alert_id=f"{user}/{from_days_ago}/{number}",
            user_id=user,
        )
    ]


def told(engine, events):
    """The sentence on bookings, and whether it is news."""
    track(engine, events, received_at=NOW)
    tick(engine, SETTINGS, NOW)
    bookings, saved = insights.week_conversion(engine, report(), 24)
    assert (bookings.key, saved.key) == ("bookings", "saved_or_not")
    return bookings.fact.printable, bookings.answer.is_news


def everyone(booked_now, booked_before, users=12, trials=20, before=(55, 28)):
    return [
        event
        for user in range(users)
        for event in (
            *alerts_to(f"u{user}", booked_now, trials, from_days_ago=27, to_days_ago=0),
            *alerts_to(
                f"u{user}", booked_before, trials, from_days_ago=before[0], to_days_ago=before[1]
            ),
        )
    ]


def test_one_user_who_books_a_lot_is_no_news(engine):
    heavy = alerts_to("heavy", 60, 60, from_days_ago=27, to_days_ago=0)
    sentence, is_news = told(engine, [*everyone(2, 2), *heavy])
    assert sentence == (
        "84 of 300 alerts led to a booking, 28 %, about as on the 20 days with alerts of the four "
        "weeks before (10 % of 240 alerts)"
    )
    assert not is_news


def test_what_all_users_do_is_news(engine):
    sentence, is_news = told(engine, everyone(12, 3, trials=28))
    assert sentence == (
        "144 of 336 alerts led to a booking, 43 %, up from 11 % of 336 alerts in the four weeks "
        "before"
    )
    assert is_news


def test_three_days_before_are_named_and_make_no_news(engine):
    sentence, is_news = told(engine, everyone(12, 3, trials=28, before=(30, 28)))
    assert sentence.endswith(
        "up from 11 % of 336 alerts on the three days with alerts of the four weeks before"
    )
    assert not is_news


@pytest.mark.parametrize(
    ("users", "ending"),
    [(9, "; 11 % of 252 alerts in the four weeks before, too few to compare"), (0, "43 %")],
)
def test_too_few_users_before_or_none_are_not_compared(engine, users, ending):
    now_only = [
        event
        for user in range(12)
        for event in alerts_to(f"n{user}", 12, 28, from_days_ago=27, to_days_ago=0)
    ]
    sentence, is_news = told(engine, now_only + everyone(12, 3, users=users, trials=28))
    assert sentence.endswith(ending)
    assert not is_news


def test_a_market_without_alerts_has_nothing_to_say(engine):
    assert insights.week_conversion(engine, report(), 24) == []


@pytest.mark.parametrize(
    ("sunday", "end_at", "hours", "expected"),
    [
        (SUNDAY, datetime(2026, 11, 16, 5, tzinfo=UTC), 24, date(2026, 11, 14)),
        # Sunday has 23 hours: Saturday's last alert has its day an hour after the week is over.
        (date(2026, 3, 8), datetime(2026, 3, 9, 4, tzinfo=UTC), 24, date(2026, 3, 6)),
        (date(2026, 3, 8), datetime(2026, 3, 9, 4, tzinfo=UTC), 23, date(2026, 3, 7)),
        (date(2026, 11, 1), datetime(2026, 11, 2, 5, tzinfo=UTC), 25, date(2026, 10, 31)),
    ],
)
def test_every_counted_alert_has_had_its_window_when_the_week_is_over(
    sunday, end_at, hours, expected
):
    assert last_settled_day(report(sunday, end_at), hours) == expected

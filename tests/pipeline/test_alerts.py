"""Alerts and the drops they are about: what is stamped, when, and that no seal changes a number."""

from dataclasses import asdict
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import migrate
from db.alert_writes import forget_user, prune_alert_events
from db.insights.comparisons import saved_or_not
from db.insights.conversion import GROUPINGS, funnel
from db.insights.live import drop_event_id
from db.insights.reactions import time_to_act
from db.user_keys import NoUserKeySecretError, user_key, user_key_secret
from pipeline.seal import seal
from pipeline.tick import rescore, tick
from settings import Settings
from tests.alerting import SECRET, SETTINGS, alert, conversion, step, track
from tests.factories import (
    NOW,
    assert_sound,
    at,
    closed,
    contents,
    deliver,
    execute,
    forget_everything,
    new_drop,
    outcome,
    read,
    reasons,
)

OPENED = at("2026-11-10 20:00")
SENT = OPENED + timedelta(seconds=5)
LATER = at("2026-12-10 18:00")  # past the retention of everything here
DROP = {"slot_id": "s", "opened_at": OPENED}


def causes(engine, now: datetime = NOW, **asked) -> dict[str, int]:
    asked = {"days": 28, "as_of": now.date(), **asked}
    losses = funnel(engine, now=now, **asked).total.losses
    return {cause: count for cause, count in losses.items() if count}


@pytest.mark.parametrize("is_alert_first", [True, False])
@pytest.mark.parametrize(
    "named",
    [
        DROP,
        {"drop_event_id": "drop 1"},
        {"drop_event_id": drop_event_id(None, "s", OPENED)},
        {"drop_event_id": drop_event_id(None, "s", OPENED), "slot_id": "s", "opened_at": OPENED},
    ],
    ids=["slot and opening", "event id", "id of the live page", "both"],
)
def test_a_loss_is_explained_by_when_the_drop_closed(engine, named, is_alert_first):
    alerts = alert(SENT, 60, **named)
    drop = new_drop(OPENED, event_id="drop 1")
    if is_alert_first:
        track(engine, alerts)
        tick(engine, SETTINGS, NOW)
        assert causes(engine) == {"unknown": 1}
    deliver(engine, drop)
    tick(engine, SETTINGS, NOW)
    if not is_alert_first:
        track(engine, alerts)
        tick(engine, SETTINGS, NOW)
    assert causes(engine) == {"still_there": 1}
    deliver(engine, closed(OPENED + timedelta(seconds=90), OPENED))
    tick(engine, SETTINGS, NOW)
    assert causes(engine) == {"gone_before_tap": 1}
    (row,) = read(engine, "SELECT daypart, closed_seconds FROM conversion_metrics")
    assert row == {"daypart": "off_peak", "closed_seconds": [85]}


@pytest.mark.parametrize("alert_comes", ["first", "between", "last"])
@pytest.mark.parametrize("is_known_by_its_slot", [False, True])
def test_a_new_drop_after_its_closed_still_gives_the_id_that_alerts_name(
    engine, alert_comes, is_known_by_its_slot
):
    """Though the NEW_DROP is a duplicate and its batch wrote nothing."""

    def come(moment: str) -> None:
        if alert_comes == moment:
            track(engine, alert(SENT, 60, drop_event_id="drop 1"))
            tick(engine, SETTINGS, NOW)

    if is_known_by_its_slot:
        track(engine, alert(SENT, alert_id="b", **DROP))
    come("first")
    deliver(engine, closed(OPENED + timedelta(seconds=90), OPENED, bucket_id="2026-11-15_19:00"))
    tick(engine, SETTINGS, NOW)
    come("between")
    later = deliver(
        engine, *[new_drop(OPENED, event_id=f"drop {n}", bucket_id="x") for n in (1, 2)]
    )
    assert outcome(later) == {"duplicate": 2}
    tick(engine, SETTINGS, NOW)
    come("last")
    assert causes(engine)["gone_before_tap"] == 1
    assert "unknown" not in causes(engine)
    (opening,) = read(engine, "SELECT event_id, bucket_id FROM drop_events WHERE NOT is_end")
    assert opening == {"event_id": "drop 1", "bucket_id": "2026-11-15_19:00"}
    assert_sound(engine)


def test_an_alert_that_comes_after_the_seal_stays_unknown(engine):
    deliver(engine, new_drop(OPENED), closed(OPENED + timedelta(seconds=90), OPENED))
    seal(engine, SETTINGS, LATER)
    assert read(engine, "SELECT opened_date FROM day_receipts")
    track(engine, alert(SENT, 60, **DROP), received_at=LATER)
    tick(engine, SETTINGS, LATER)
    assert causes(engine, LATER, days=90) == {"unknown": 1}


def test_a_drop_whose_slot_reopened_without_an_end_explains_nothing(engine):
    track(engine, alert(SENT, **DROP))
    deliver(engine, new_drop(OPENED))
    tick(engine, SETTINGS, NOW)
    assert causes(engine) == {"still_there": 1}
    deliver(engine, new_drop(OPENED + timedelta(hours=2), slot_at=OPENED + timedelta(days=5)))
    tick(engine, SETTINGS, NOW)
    assert causes(engine) == {"unknown": 1}


seconds_or_none = st.one_of(st.none(), st.integers(0, 200))


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),  # drop
            st.tuples(seconds_or_none, seconds_or_none, seconds_or_none),
            st.sampled_from([None, True, False]),
            st.sampled_from(["push", "email"]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.lists(seconds_or_none, min_size=4, max_size=4),
    st.booleans(),
)
def test_seals_prunes_ticks_and_rescores_change_no_conversion_number(
    engine, rows, closings, is_ticked_before
):
    forget_everything(engine)
    for number, closes in enumerate(closings):
        opened_at = OPENED + number * timedelta(days=1, minutes=7)
        slot = {"slot_id": f"s{number % 3}", "slot_at": OPENED + timedelta(days=6, hours=3)}
        deliver(engine, new_drop(opened_at, **slot))
        if closes is not None:
            deliver(engine, closed(opened_at + timedelta(seconds=closes), opened_at, **slot))
    for number, (drop, seconds, goal_match, channel) in enumerate(rows):
        opened_at = OPENED + drop * timedelta(days=1, minutes=7)
        named = {"slot_id": f"s{drop % 3}", "opened_at": opened_at}
        events = alert(
            opened_at + timedelta(seconds=5),
            *seconds,
            alert_id=f"a{number}",
            goal_match=goal_match,
            channel=channel,
            **named,
        )
        track(engine, events)
    if is_ticked_before:
        tick(engine, SETTINGS, NOW)
    tick(engine, SETTINGS, LATER)
    before = conversion(engine)
    asked = {"now": LATER, "days": 60, "as_of": LATER.date()}
    funnels = [
        asdict(funnel(engine, by=by, window_hours=hours, **asked))
        for by in GROUPINGS
        for hours in (0.02, 24)
    ]
    sealed = seal(engine, SETTINGS, LATER)
    assert len(sealed.sealed) >= 4
    assert read(engine, "SELECT count(*) AS n FROM alert_events") == [
        {"n": sum(1 + sum(second is not None for second in row[1]) for row in rows)}
    ]
    assert prune_alert_events(engine, LATER) > 0
    assert conversion(engine) == before
    rescore(engine, SETTINGS, LATER)
    assert conversion(engine) == before
    assert funnels == [
        asdict(funnel(engine, by=by, window_hours=hours, **asked))
        for by in GROUPINGS
        for hours in (0.02, 24)
    ]
    for found in funnels:
        counts = [step["count"] for step in found["total"]["steps"]]
        assert counts == sorted(counts, reverse=True)
        assert sum(found["total"]["losses"].values()) == counts[0] - counts[3]
        for place in range(4):
            parts = [row["steps"][place]["count"] for row in found["rows"]]
            assert sum(parts) == counts[place]
    assert_sound(engine)


def test_what_is_stored_for_the_default_window_is_what_is_read(engine):
    deliver(engine, new_drop(OPENED), closed(OPENED + timedelta(seconds=90), OPENED))
    for number, seconds in enumerate([(10, 20, 30), (10, 95, None), (None, None, 40), (700,)]):
        track(engine, alert(SENT, *seconds, alert_id=f"a{number}", **DROP))
    tick(engine, SETTINGS, NOW)
    whole = {"now": NOW, "days": 28}
    # A second more is another window to the code, and the same to these alerts.
    for by in (None, *GROUPINGS):
        stored = funnel(engine, window_hours=24, by=by, **whole)
        computed = funnel(engine, window_hours=24 + 1 / 3600, by=by, **whole)
        assert (stored.total, stored.rows) == (computed.total, computed.rows)
    assert [reached.count for reached in stored.total.steps] == [4, 4, 3, 2]
    (times,) = time_to_act(engine, **whole)
    assert times.just_missed == 1
    assert (times.to_open.count, times.to_open.median_seconds) == (3, 10)


def test_an_alert_settles_when_its_window_has_passed(engine):
    sent_at = NOW - timedelta(hours=24)
    track(engine, alert(sent_at, 60, **DROP))
    tick(engine, SETTINGS, NOW - timedelta(seconds=1))
    total = funnel(engine, now=NOW).total
    assert (total.sent, total.unsettled, total.steps[1].overall) == (0, 1, None)
    tick(engine, SETTINGS, NOW)
    total = funnel(engine, now=NOW).total
    assert (total.sent, total.unsettled, total.steps[1].count) == (1, 0, 1)
    assert funnel(engine, now=NOW, window_hours=48).total.unsettled == 1


def test_clocks_may_differ_by_two_seconds(engine):
    track(engine, alert(SENT, -2, alert_id="a") + alert(SENT, -3, alert_id="b"))
    tick(engine, SETTINGS, NOW)
    total = funnel(engine, now=NOW).total
    assert (total.sent, total.steps[1].count) == (2, 1)
    assert time_to_act(engine, now=NOW)[0].to_open.median_seconds == 0


def test_an_alert_without_its_sending_stays_outside_until_that_comes(engine):
    events = alert(SENT, 30, 40, 50)
    track(engine, events[1:])
    tick(engine, SETTINGS, NOW)
    assert funnel(engine, now=NOW).total.sent == 0
    track(engine, events[:1])
    tick(engine, SETTINGS, NOW)
    assert [step.count for step in funnel(engine, now=NOW).total.steps] == [1, 1, 1, 1]


def test_a_sending_that_turns_out_earlier_moves_the_alert_to_its_day(engine):
    track(engine, alert(SENT, 30))
    tick(engine, SETTINGS, NOW)
    track(engine, [step("alert_sent", SENT - timedelta(days=2), event_id="other")])
    tick(engine, SETTINGS, NOW)
    (row,) = conversion(engine)
    assert row["sent_date"] == (SENT - timedelta(days=2)).date()
    rescore(engine, SETTINGS, NOW)
    assert conversion(engine) == [row]


def test_both_clocks_are_kept_and_the_first_event_of_an_id_stands(engine):
    first = [step("alert_sent", SENT, channel="push")]
    assert outcome(track(engine, first, received_at=NOW)) == {"accepted": 1}
    changed = [step("alert_sent", SENT - timedelta(days=1), channel="email")]
    assert outcome(track(engine, changed, received_at=NOW)) == {"duplicate": 1}
    (row,) = contents(engine, "alerts")
    assert (row["alert_sent_at"], row["alert_sent_received_at"]) == (SENT, NOW)
    assert row["channel"] == "push"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"event_id": None}, "event_id is missing"),
        ({"alert_id": ""}, "alert_id is missing"),
        ({"event_type": "clicked"}, "event_type clicked is unknown: send alert_sent"),
        ({"user_id": None}, "user_id is missing"),
        ({"occurred_at": "2026-11-20T12:00:00"}, "has no zone"),
        ({"occurred_at": NOW + timedelta(minutes=6)}, "more than 5 minutes in the future"),
        ({"slot_id": "s"}, "slot_id comes without opened_at"),
        ({"goal_match": "maybe"}, "goal_match 'maybe' is neither true nor false"),
        ({"time_to_action_seconds": "soon"}, "time_to_action_seconds 'soon' is not a number"),
    ],
)
def test_a_bad_event_is_quarantined_with_its_reason_and_without_the_user(engine, change, reason):
    bad = {**step("alert_sent", SENT, user_id="somebody@example.com"), **change}
    assert outcome(track(engine, [step("alert_opened", SENT), bad])) == {
        "accepted": 1,
        "rejected": 1,
    }
    assert reason in reasons(engine)[0]
    kept = str(contents(engine, "rejected_events"))
    assert "somebody" not in kept
    assert "user_key" not in kept
    assert user_key("somebody@example.com", SECRET) not in kept


def test_the_upgrade_takes_users_out_of_rows_refused_before(engine):
    execute(engine, "UPDATE alembic_version SET version_num = '0010'")
    execute(
        engine,
        """INSERT INTO rejected_events (batch_id, row_number, reason, payload) VALUES
        (1, 1, 'r', '{"user_key": "00ff", "alert_id": "a"}'), (1, 2, 'r', '"user_key"')""",
    )
    migrate.upgrade(engine, "0011")
    kept = [row["payload"] for row in contents(engine, "rejected_events")]
    assert kept == [{"alert_id": "a"}, "user_key"]


def test_no_table_holds_a_users_id(engine):
    who = "anna@example.com"
    events = alert(SENT, 30, user_id=who, **DROP)
    odd = [{**step("alert_sent", SENT, user_id=who), "event_type": "x", "email": who}, who]
    track(engine, [*events, *odd[:1]])
    tick(engine, SETTINGS, NOW)
    for table in read(
        engine,
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    ):
        rows = read(engine, f"SELECT * FROM {table['name']}")  # noqa: S608  # names from the catalogue
        assert who not in str(rows), table["name"]
    (row,) = contents(engine, "alerts")
    assert row["user_key"] == user_key(who, SECRET) != user_key(who, b"another secret")


def test_forgetting_a_user_keeps_counts_and_the_key_does_not_come_back(engine):
    mine = alert(SENT, 30, 40, 50, alert_id="mine", user_id="me", **DROP)
    others = alert(SENT, 30, alert_id="theirs", user_id="them", **DROP)
    track(engine, [*mine[:2], *others])
    tick(engine, SETTINGS, NOW)
    (before,) = conversion(engine)
    key = user_key("me", SECRET)
    number = int.from_bytes(bytes.fromhex(key)[:4], signed=True)
    assert number in before.pop("user_numbers")
    assert forget_user(engine, key, now=NOW) == (1, 2)
    assert forget_user(engine, key, now=NOW) == (0, 0)
    assert key not in str(contents(engine, "alerts")) + str(contents(engine, "alert_events"))
    tick(engine, SETTINGS, NOW)
    (after,) = conversion(engine)
    numbers = after.pop("user_numbers")
    assert (after, 0 in numbers, number in numbers) == (before, True, False)
    track(engine, mine)
    assert key not in str(contents(engine, "alerts")) + str(contents(engine, "alert_events"))
    assert len(contents(engine, "alert_events")) == len(others)
    tick(engine, SETTINGS, NOW)
    assert [step.count for step in funnel(engine, now=NOW).total.steps] == [2, 2, 1, 1]
    assert_sound(engine)


def test_forgetting_before_the_tick_loses_no_count(engine):
    track(engine, alert(SENT, 30, user_id="me"))
    forget_user(engine, user_key("me", SECRET), now=NOW)
    tick(engine, SETTINGS, NOW)
    assert funnel(engine, now=NOW).total.steps[1].count == 1


def test_a_secret_is_configured_or_kept_beside_the_embedded_database(tmp_path):
    configured = Settings(_env_file=None, user_key_secret="x" * 40, data_dir=tmp_path)
    assert user_key_secret(configured) == b"x" * 40
    own = Settings(_env_file=None, data_dir=tmp_path / "new")
    assert user_key_secret(own) == user_key_secret(own) != user_key_secret(configured)
    kept = tmp_path / "new" / "user_key_secret"
    assert kept.stat().st_mode & 0o777 == 0o600
    elsewhere = Settings(_env_file=None, DATABASE_URL="postgresql://somewhere/db")
    with pytest.raises(NoUserKeySecretError, match="TABLESTAKES_USER_KEY_SECRET"):
        user_key_secret(elsewhere)


def test_like_is_compared_with_like(engine):
    """Saved venues are the easy ones here: the crude ratio says 2, each venue by itself says 1."""
    events = []
    for venue_id, rate, saved, others in (("easy", 2, 40, 8), ("hard", 8, 8, 40)):
        for goal_match, size in ((True, saved), (False, others)):
            for place in range(size):
                booked = 60 if place % rate == 0 else None
                events += alert(
                    SENT,
                    *(None, None, booked),
                    alert_id=f"a{len(events)}",
                    venue_id=venue_id,
                    goal_match=goal_match,
                )
    track(engine, events)
    tick(engine, SETTINGS, NOW)
    found = saved_or_not(engine, now=NOW)
    assert (found.first.successes, found.first.trials) == (21, 48)
    assert (found.second.successes, found.second.trials) == (9, 48)
    assert found.crude.ratio == pytest.approx(21 / 9)
    assert found.adjusted.share_ratio == pytest.approx(1.0)
    assert found.disagrees

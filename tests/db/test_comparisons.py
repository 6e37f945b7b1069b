"""Comparisons and reactions read what the funnel reads, and say what the alerts say."""

import itertools
from dataclasses import asdict
from datetime import timedelta

import pytest

from db import insights
from db.alert_writes import forget_user
from db.user_keys import user_key
from metrics.proportions import share_ratio
from pipeline.tick import tick
from tests.alerting import SECRET, SETTINGS, alert, track
from tests.factories import NOW, at, closed, deliver, new_drop

OPENED = at("2026-11-10 20:00")
SENT = OPENED + timedelta(seconds=5)
DROP = {"slot_id": "s", "opened_at": OPENED}


def alerts_of(users, booked_each, *, variant, goal_match, venue_id="v", per_user=2):
    """Alerts to so many users; of each user's, the first `booked_each` lead to a booking."""
    return [
        event
        for user in users
        for number in range(per_user)
        for event in alert(
            SENT,
            *(10, 20, 30 if number < booked_each else None),
            alert_id=f"{variant}{goal_match}{venue_id}{user}-{number}",
            user_id=f"user {user}",
            message_variant=variant,
            goal_match=goal_match,
            venue_id=venue_id,
        )
    ]


@pytest.fixture
def seeded(engine):
    """Forty users: variant A books one in two, B all; B's user numbers are others'."""
    events = alerts_of(range(20), 1, variant="A", goal_match=True)
    events += alerts_of(range(20, 40), 2, variant="B", goal_match=False)
    events += alerts_of(range(6), 0, variant="A", goal_match=None, venue_id="w")
    track(engine, events)
    tick(engine, SETTINGS, NOW)
    return engine


def test_variants_are_held_against_the_one_that_most_alerts_had(seeded):
    found = insights.kinds_compared(seeded, "message_variant", now=NOW)
    assert found.reference == "A"
    assert {name: (s.successes, s.trials) for name, s in found.shares.items()} == {
        "A": (20, 52),
        "B": (40, 40),
    }
    (compared,) = found.compared
    assert compared.name == "B"
    assert compared.users == (20, 20)
    # Like with like there is only venue v, where B books twice as often.
    assert compared.adjusted.share_ratio == pytest.approx(2.0)
    assert compared.crude.ratio == pytest.approx(52 / 20)


def test_comparisons_and_the_funnel_count_the_same_alerts(seeded):
    by_venue = {row.key: (row.booked, row.sent) for row in _rows(seeded, "venue")}
    ranked = insights.venues_by_conversion(seeded, now=NOW)
    assert {v.venue_id: (v.own.successes, v.own.trials) for v in ranked} == by_venue
    by_goal = {row.key: (row.booked, row.sent) for row in _rows(seeded, "goal_match")}
    saved = insights.saved_or_not(seeded, now=NOW)
    assert (saved.first.successes, saved.first.trials) == by_goal["true"]
    assert (saved.second.successes, saved.second.trials) == by_goal["false"]
    by_variant = {row.key: (row.booked, row.sent) for row in _rows(seeded, "message_variant")}
    variants = insights.kinds_compared(seeded, "message_variant", now=NOW)
    assert {k: (s.successes, s.trials) for k, s in variants.shares.items()} == by_variant


def _rows(engine, by):
    return insights.funnel(engine, now=NOW, by=by).rows


def test_a_rank_has_a_band_that_holds_it(seeded):
    ranked = insights.venues_by_conversion(seeded, now=NOW)
    assert [venue.band.rank for venue in ranked] == [1, 2]
    assert all(v.band.best <= v.band.rank <= v.band.worst for v in ranked)


def test_many_alerts_to_few_users_are_less_sure_than_they_look(engine):
    events = []
    for user in range(24):
        # A user books either always or never.
        events += alerts_of(
            [user],
            10 * (user % 4 < 2),
            variant="AB"[user % 2],
            goal_match=True,
            per_user=10,
        )
    track(engine, events)
    tick(engine, SETTINGS, NOW)
    (compared,) = insights.kinds_compared(engine, "message_variant", now=NOW).compared
    as_if_alone = share_ratio(60, 120, 60, 120)
    assert (compared.first.successes, compared.first.trials) == (60, 120)
    assert compared.crude.interval[1] > 1.5 * as_if_alone.interval[1]
    assert compared.adjusted.share_ratio_interval[1] > 1.5 * as_if_alone.interval[1]


def test_forgetting_a_user_changes_no_count_and_no_ratio(seeded):
    before = insights.kinds_compared(seeded, "message_variant", now=NOW)
    ranked = insights.venues_by_conversion(seeded, now=NOW)
    forget_user(seeded, user_key("user 3", SECRET), now=NOW)
    tick(seeded, SETTINGS, NOW)
    after = insights.kinds_compared(seeded, "message_variant", now=NOW)
    assert after.shares == before.shares
    assert after.compared[0].adjusted.share_ratio == before.compared[0].adjusted.share_ratio
    assert [v.own for v in insights.venues_by_conversion(seeded, now=NOW)] == [
        v.own for v in ranked
    ]


def test_losses_by_step_and_cause_are_the_funnels_losses(engine):
    deliver(engine, new_drop(OPENED), closed(OPENED + timedelta(seconds=90), OPENED))
    fates = [(10, 20, 30), (10, 95, None), (100, None, None), (5, None, None), (None, 20, None)]
    events = [
        e for k, fate in enumerate(fates) for e in alert(SENT, *fate, alert_id=f"{k}", **DROP)
    ]
    track(engine, events)
    tick(engine, SETTINGS, NOW)
    total = insights.funnel(engine, now=NOW).total
    found = insights.reaction_curves(engine, now=NOW)
    by_cause = found.lost.groupby("cause")["alerts"].sum().to_dict()
    assert by_cause == total.losses
    counts = [step.count for step in total.steps]
    by_step = found.lost.groupby("step")["alerts"].sum()
    assert [by_step[s] for s in ("opened", "tapped", "booked")] == [
        a - b for a, b in itertools.pairwise(counts)
    ]
    assert (found.settled, found.losses) == (5, 4)
    # Tapped 10 s after the table went, and opened 15 s after it.
    saved = found.saved.set_index("seconds")["saved"]
    assert (saved[0], saved[5], saved[10], saved[15], saved[300]) == (0, 0, 1, 2, 2)
    last = found.acted.iloc[-1]
    assert (last["opened"], last["tapped"], last["booked"]) == (4, 3, 1)
    assert last["seconds"] == 24 * 3600
    assert found.acted.drop(columns="seconds").apply(lambda c: c.is_monotonic_increasing).all()


def test_without_alerts_there_is_nothing_to_compare(engine):
    assert insights.kinds_compared(engine, "message_variant", now=NOW) is None
    assert list(insights.venues_by_conversion(engine, now=NOW)) == []
    found = insights.saved_or_not(engine, now=NOW)
    assert (found.first, found.crude, found.adjusted) == (None, None, None)
    fact = insights.saved_fact(found, NOW.date(), NOW.date(), "/drivers")
    assert fact.printable is None
    assert asdict(fact)["reason"]
    assert insights.alerted_markets(engine).empty


@pytest.mark.parametrize("by", [None, "channel", "venue", "goal_match", "hour", "week", "tier"])
def test_shares_by_users_are_those_of_the_funnel(seeded, by):
    found = insights.funnel(seeded, now=NOW, by=by)
    whole, rows = insights.funnel_users(seeded, now=NOW, by=by, is_compared=by is not None)
    assert list(rows) == [row.key for row in found.rows]
    for row, users in [(found.total, whole), *((row, rows[row.key]) for row in found.rows)]:
        for step, rate, overall in zip(row.steps, users.rates, users.overall, strict=True):
            assert (overall.successes, overall.trials) == (step.count, row.sent)
            assert rate.share == step.rate.share
    assert whole.users == 46 - 6


def test_bands_of_time_to_open_add_up_and_an_empty_one_has_no_share(seeded):
    found = insights.funnel(seeded, now=NOW, by="time_to_open")
    _, rows = insights.funnel_users(seeded, now=NOW, by="time_to_open", is_compared=True)
    assert {row.key: row.sent for row in found.rows if row.sent} == {"0": 92}
    assert (sum(row.sent for row in found.rows), found.total.sent) == (92, 92)
    assert list(rows) == [row.key for row in found.rows]
    assert rows["0"].overall[-1].successes == found.total.booked
    assert rows["3"].overall[-1] is rows["3"].against_others is None


def test_users_who_were_forgotten_are_taken_for_one(seeded):
    for user in range(20):
        forget_user(seeded, user_key(f"user {user}", SECRET), now=NOW)
    tick(seeded, SETTINGS, NOW)
    whole, rows = insights.funnel_users(seeded, now=NOW, by="message_variant", is_compared=True)
    assert whole.users == 21
    assert rows["A"].users == 1
    assert rows["A"].overall[-1].interval is None
    assert rows["B"].against_others.is_small


def test_a_venue_whose_alerts_went_to_one_user_is_ranked_by_hardly_more_than_one(engine):
    events = alerts_of(["whale"], 40, variant="A", goal_match=None, venue_id="w", per_user=40)
    for venue_id in "abc":
        events += alerts_of(
            [f"{venue_id}{k}" for k in range(40)],
            1,
            variant="A",
            goal_match=None,
            venue_id=venue_id,
        )
    track(engine, events)
    tick(engine, SETTINGS, NOW)
    whale = insights.venues_by_conversion(engine, now=NOW)[0]
    assert whale.own.share == 1.0
    assert whale.shrunken.share < 0.6
    assert (whale.band.best, whale.band.worst) == (1, 4)

"""The simulated users: tied to drops, booking what is open, moved by effects that are known."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from metrics.calendar import local_day_start
from pipeline import simulate
from pipeline.simulate import alerts as alerts_module
from pipeline.simulate.alerts import STEPS

UNTIL = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 17, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo():
    return simulate.demo_world(until=UNTIL, weeks=6)


@pytest.fixture(scope="module")
def events(demo):
    return simulate.alert_events(demo, demo.start_at, NOW).to_pandas()


@pytest.fixture(scope="module")
def drops(demo):
    return simulate.drop_events(demo, demo.start_at, NOW).to_pandas()


@pytest.fixture(scope="module")
def confounded_world():
    return simulate.confounded_world()


@pytest.fixture(scope="module")
def funnels(confounded_world):
    """One row an alert of the confounded world, with a column a step."""
    world = confounded_world
    end = local_day_start(world.origin, world.timezone)
    frame = simulate.alert_events(world, world.start_at, end + timedelta(days=3)).to_pandas()
    steps = frame.pivot(index="alert_id", columns="event_type", values="occurred_at")
    facts = frame[frame.event_type == "alert_sent"].set_index("alert_id")
    return facts.join(steps.notna().astype(int))


def test_alerts_have_the_columns_of_the_contract(demo, events):
    table = simulate.alert_events(demo, NOW - timedelta(days=1), NOW)
    assert table.schema == alerts_module.ALERT_SCHEMA
    assert set(events.event_type) == set(STEPS)
    assert events.event_id.is_unique
    assert events.occurred_at.is_monotonic_increasing
    assert set(events.channel) == {"push", "email", "sms"}
    assert set(events.message_variant) == {"A", "B"}
    assert events.user_id.str.fullmatch(r"sim-user-\d{5}").all()
    assert events.time_to_action_seconds.isna().eq(events.event_type == "alert_sent").all()


def test_intervals_of_alerts_laid_end_to_end_give_the_whole(demo):
    instants = [NOW - timedelta(hours=h) for h in (80, 61, 60.5, 24, 24, 0)]
    parts = [simulate.alert_events(demo, a, b) for a, b in pairwise(instants)]
    whole = simulate.alert_events(demo, instants[0], instants[-1])
    assert whole.num_rows > 300
    assert pa.concat_tables(parts).equals(whole)


def test_users_do_not_change_what_opens(demo, drops):
    silent = replace(demo, audience=None)
    assert simulate.drop_events(silent, demo.start_at, NOW).to_pandas().equals(drops)
    with pytest.raises(ValueError, match="no users"):
        simulate.alert_events(silent, demo.start_at, NOW)


def test_every_alert_follows_a_drop_that_was_seen(events, drops):
    openings = drops[drops.event_type == "NEW_DROP"].set_index("event_id")
    drop = openings.loc[events.drop_event_id]
    for column in ("venue_id", "slot_id", "opened_at"):
        assert (drop[column].to_numpy() == events[column].to_numpy()).all()
    sent = events[events.event_type == "alert_sent"]
    delay = (sent.occurred_at - sent.opened_at).dt.total_seconds()
    assert delay.between(2, 11).all()
    assert not sent.duplicated(["drop_event_id", "user_id"]).any()


def test_steps_come_in_order_and_none_is_left_out(events):
    steps = events.pivot(index="alert_id", columns="event_type", values="occurred_at")[[*STEPS]]
    for before, after in pairwise(STEPS):
        reached = steps[after].notna()
        assert reached.sum() > 200
        assert (steps[after][reached] >= steps[before][reached]).all()
    assert steps.alert_sent.notna().all()


def test_nobody_books_a_table_that_is_gone(events, drops):
    closed = drops[drops.event_type == "CLOSED"].set_index(["slot_id", "opened_at"]).occurred_at
    slot_at = drops.drop_duplicates("slot_id").set_index("slot_id").slot_at
    booked = events[events.event_type == "booking_confirmed"]
    ends = closed.reindex(pd.MultiIndex.from_frame(booked[["slot_id", "opened_at"]])).to_numpy()
    known = ~pd.isna(ends)
    assert known.sum() > 500
    assert (booked.occurred_at.to_numpy()[known] < ends[known]).all()
    assert (booked.occurred_at < slot_at.loc[booked.slot_id].to_numpy()).all()


def test_the_hardest_tables_are_lost_more_often(demo, events):
    profile = {v.venue_id: v.profile for v in demo.venues}
    booked = events.event_type == "booking_confirmed"
    sent = events.event_type == "alert_sent"
    rate = {
        kind: (booked & of_kind).sum() / (sent & of_kind).sum()
        for kind in ("hardest", "easy")
        for of_kind in [events.venue_id.map(profile) == kind]
    }
    assert 0 < rate["hardest"] < 0.5 * rate["easy"]


def test_what_a_user_has_saved_stays_saved(events):
    assert (events.groupby(["user_id", "venue_id"]).goal_match.nunique() == 1).all()
    assert events.goal_match.mean() == pytest.approx(0.3, abs=0.08)


def mantel_haenszel_risk_ratio(frame, by):
    """Pooled over venues, by Mantel and Haenszel's weights."""
    above, below = 0.0, 0.0
    for _, stratum in frame.groupby("venue_id"):
        yes, no = (stratum[stratum[by] == value].booking_confirmed for value in (True, False))
        if len(yes) and len(no):
            above += yes.sum() * len(no) / len(stratum)
            below += no.sum() * len(yes) / len(stratum)
    return above / below


def test_within_a_venue_the_effect_of_saving_is_the_true_one(confounded_world, funnels):
    truth = simulate.effects(confounded_world)["goal_match"]
    saved, other = (
        funnels[funnels.goal_match == value].booking_confirmed.mean() for value in (True, False)
    )
    assert mantel_haenszel_risk_ratio(funnels, "goal_match") == pytest.approx(truth, rel=0.12)
    assert saved / other > 1.3 * truth


def test_a_world_without_an_effect_still_looks_as_if_saving_mattered():
    world = simulate.confounded_world(saved_ratio=1.0, seed=4)
    end = local_day_start(world.origin, world.timezone)
    frame = simulate.alert_events(world, world.start_at, end).to_pandas()
    booked = frame[frame.event_type == "booking_confirmed"].alert_id
    sent = frame[frame.event_type == "alert_sent"]
    sent = sent.assign(booking_confirmed=sent.alert_id.isin(booked))
    crude = sent.groupby("goal_match").booking_confirmed.mean()
    assert crude[True] / crude[False] > 1.3
    assert mantel_haenszel_risk_ratio(sent, "goal_match") == pytest.approx(1.0, abs=0.12)


def test_the_other_effects_are_as_told(confounded_world, funnels):
    effects = simulate.effects(confounded_world)
    variant = funnels.assign(is_b=funnels.message_variant == "B")
    # Opening an alert shows the same ratio with less noise than booking.
    opened = variant.groupby("is_b").alert_opened.mean()
    assert opened[True] / opened[False] == pytest.approx(effects["message_variant"], rel=0.08)
    by_channel = funnels.groupby("channel").alert_opened.mean()
    assert by_channel["email"] < by_channel["push"]
    assert effects["daypart"] == 1.1


def test_chances_above_one_are_refused(demo):
    eager = replace(demo, audience=simulate.Audience(saved_ratio=5.0))
    with pytest.raises(ValueError, match="a chance of"):
        simulate.alert_events(eager, NOW - timedelta(days=1), NOW)


def test_offline_phones_repeat_lose_and_disorder_but_invent_nothing(demo):
    table = simulate.alert_events(demo, NOW - timedelta(days=10), NOW)
    sent = simulate.as_delivered(table, seed=1, repeat_share=0.2, missing_share=0.1)
    assert sent.equals(simulate.as_delivered(table, seed=1, repeat_share=0.2, missing_share=0.1))
    original, delivered = table.to_pandas(), sent.to_pandas()
    counts = delivered.event_id.value_counts()
    assert counts.max() == 2
    assert (counts == 2).mean() == pytest.approx(0.2, abs=0.03)
    assert not delivered.occurred_at.is_monotonic_increasing
    missing = original[~original.event_id.isin(delivered.event_id)]
    assert len(missing) > 0
    assert "alert_sent" not in set(missing.event_type)
    assert delivered.drop_duplicates().event_id.isin(original.event_id).all()

    ordered = simulate.as_delivered(table, seed=1, repeat_share=0.2, in_order=True)
    assert ordered.slice(0, table.num_rows).equals(table)
    assert np.isin(ordered["event_id"].to_numpy(), original.event_id.to_numpy()).all()

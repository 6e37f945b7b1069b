"""The simulated users: who is told of a drop, who looks, taps and books. Effects as in `Audience`.

A user books only while the table is truly open. A slot may have more than one table behind it: a
booking does not end the drop, so the drops stay exactly as they would be without users.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.simulate.events import (
    INSTANT,
    due_rows,
    event_id_column,
    instant_column,
    slot_id_column,
    venue_id_column,
)
from pipeline.simulate.model import Bools, Floats, Ints, Model, Rows
from pipeline.simulate.world import Audience, World

ALERT_SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("alert_id", pa.string()),
        ("event_type", pa.string()),
        ("occurred_at", INSTANT),
        ("venue_id", pa.string()),
        ("user_id", pa.string()),
        ("drop_event_id", pa.string()),
        ("slot_id", pa.string()),
        ("opened_at", INSTANT),
        ("goal_match", pa.bool_()),
        ("channel", pa.string()),
        ("message_variant", pa.string()),
        ("time_to_action_seconds", pa.int64()),
    ]
)
STEPS = ("alert_sent", "alert_opened", "tap_to_reserve", "booking_confirmed")
VARIANTS = ("A", "B")


class Channel(NamedTuple):
    """A way to be told: share of users, chance to open, log-normal seconds until opened."""

    name: str
    user_share: float
    open_rate: float
    median_seconds: float
    log_sd: float


CHANNELS = (
    Channel("push", 0.70, 0.30, 45, 1.0),
    Channel("email", 0.20, 0.16, 900, 1.2),
    Channel("sms", 0.10, 0.33, 60, 0.9),
)
TAP_MEDIAN_SECONDS, TAP_LOG_SD = 12.0, 0.7
CONFIRM_MEDIAN_SECONDS, CONFIRM_LOG_SD = 40.0, 0.6
SENT_AFTER_SECONDS = (2, 12)  # from the poll that found the drop
GIVES_UP_SECONDS = 48 * 3600  # no step of an alert comes later

# The last number keeps these streams apart from the venues' and from one another.
_DAY_STREAM, _USER_STREAM = 1, 2

_ALERT_FIELDS = np.dtype(
    [
        ("venue", np.int32),
        ("origin", np.int32),
        ("slot_no", np.int32),
        ("opened_at", np.int64),
        ("user", np.int32),
        ("is_saved", np.bool_),
        ("channel", np.int8),
        ("variant", np.int8),
        ("sent_at", np.int64),
        ("occurred_at", np.int64),
        ("step", np.int8),
    ]
)


def alert_events(world: World, start: datetime, end: datetime) -> pa.Table:
    """Alert events with start < occurred_at <= end, ordered by occurred_at; `ALERT_SCHEMA`.

    Intervals laid end to end give exactly the whole. Raises ValueError for a world without an
    audience, or whose ratios make a chance exceed one.
    """
    return pa.concat_tables([ALERT_SCHEMA.empty_table(), *iter_alert_events(world, start, end)])


def iter_alert_events(world: World, start: datetime, end: datetime) -> Iterator[pa.Table]:
    """`alert_events` in one table a local day."""
    crowd = _Crowd(world)
    for rows in due_rows(world, start, end, crowd.day_steps):
        yield _alert_table(world, rows)


def effects(world: World) -> dict[str, float]:
    """The true causal ratios of the chance to book, alike in every venue, daypart and channel."""
    audience = _audience(world)
    return {
        "goal_match": audience.saved_ratio,
        "message_variant": audience.variant_b_ratio,
        "daypart": audience.prime_ratio,
    }


def as_delivered(
    alerts: pa.Table,
    *,
    seed: int,
    repeat_share: float = 0.1,
    missing_share: float = 0.0,
    in_order: bool = False,
) -> pa.Table:
    """The same events as phones that go offline send them: some twice, some never, in disorder.

    repeat_share of the rows come a second time, missing_share of the steps after alert_sent not at
    all; with `in_order` repeats follow at the end and nothing else moves.
    """
    rng = np.random.default_rng(seed)
    is_sent = np.asarray(pc.equal(alerts["event_type"], STEPS[0]))
    kept = np.flatnonzero(is_sent | (rng.random(alerts.num_rows) >= missing_share))
    repeated = kept[rng.random(len(kept)) < repeat_share]
    order = np.concatenate([kept, repeated])
    return alerts.take(pa.array(order if in_order else rng.permutation(order)))


def _audience(world: World) -> Audience:
    if world.audience is None:
        raise ValueError("this world has no users to alert")
    return world.audience


class _Crowd:
    """The world's users with what is fixed about each."""

    def __init__(self, world: World) -> None:
        self.model = Model(world)
        self.audience = audience = _audience(world)
        rng = np.random.default_rng([world.seed, 0, 0, _USER_STREAM])
        shares = np.array([v.saved_share for v in world.venues], dtype=np.float32)
        # float32: a large world has millions of pairs of user and venue.
        draws = rng.random((audience.n_users, len(world.venues)), dtype=np.float32)
        self.has_saved = draws < shares
        spread = audience.user_spread
        self.keenness = rng.uniform(1 - spread, 1 + spread, audience.n_users)
        shares_by_channel = [channel.user_share for channel in CHANNELS]
        self.channel = rng.choice(len(CHANNELS), size=audience.n_users, p=shares_by_channel)
        self.alerts_per_drop = np.array([v.alerts_per_drop for v in world.venues])
        self.appeal = np.array([v.appeal for v in world.venues])
        highest = (
            max(channel.open_rate for channel in CHANNELS)
            * max(audience.saved_ratio, 1)
            * max(audience.variant_b_ratio, 1)
            * max(audience.prime_ratio, 1)
            * float(self.appeal.max())
            * (1 + spread)
        )
        if highest > 1:
            raise ValueError(f"the audience's ratios make a chance of {highest:.2f}")

    def day_steps(self, day: date) -> Rows:
        """Every step of every alert about the drops of a local day."""
        drops = self.model.day_drops(day)
        rng = np.random.default_rng([self.model.world.seed, day.toordinal(), 0, _DAY_STREAM])
        told = np.repeat(np.arange(len(drops)), rng.poisson(self.alerts_per_drop[drops["venue"]]))
        user = rng.integers(self.audience.n_users, size=len(told))
        _, once = np.unique(told * self.audience.n_users + user, return_index=True)
        told, user = told[once], user[once]
        drop = drops[told]

        alerts = np.empty(len(told), dtype=_ALERT_FIELDS)
        for field in ("venue", "origin", "slot_no", "opened_at"):
            alerts[field] = drop[field]
        alerts["user"] = user
        alerts["is_saved"] = self.has_saved[user, drop["venue"]]
        alerts["channel"] = self.channel[user]
        alerts["variant"] = rng.integers(len(VARIANTS), size=len(told))
        alerts["sent_at"] = drop["opened_at"] + rng.integers(*SENT_AFTER_SECONDS, size=len(told))
        times = self._times(rng, alerts, drop["is_prime"], drop["gone_at"])
        # A time of infinity is a step that was not taken; all after it are infinite too.
        taken = times - alerts["sent_at"] <= GIVES_UP_SECONDS
        rows = np.concatenate([alerts[taken[step]] for step in range(len(STEPS))])
        rows["step"] = np.repeat(np.arange(len(STEPS)), taken.sum(axis=1))
        rows["occurred_at"] = np.floor(times[taken]).astype(np.int64)
        return rows

    def _times(
        self, rng: np.random.Generator, alerts: Rows, is_prime: Bools, gone_at: Floats
    ) -> Floats:
        """When each step of each alert comes, infinity for never: shape (steps, alerts)."""
        audience, n = self.audience, len(alerts)
        open_rates, medians, log_sds = (
            np.array([getattr(channel, name) for channel in CHANNELS])[alerts["channel"]]
            for name in ("open_rate", "median_seconds", "log_sd")
        )
        chance = (
            open_rates
            * self.keenness[alerts["user"]]
            * self.appeal[alerts["venue"]]
            * np.where(alerts["is_saved"], audience.saved_ratio, 1.0)
            * np.where(alerts["variant"] == 1, audience.variant_b_ratio, 1.0)
            * np.where(is_prime, audience.prime_ratio, 1.0)
        )
        will_open, will_tap, will_confirm = (
            rng.random(n) < rate for rate in (chance, audience.tap_rate, audience.confirm_rate)
        )
        to_open = medians * np.exp(log_sds * rng.normal(size=n))
        to_tap = TAP_MEDIAN_SECONDS * np.exp(TAP_LOG_SD * rng.normal(size=n))
        to_confirm = CONFIRM_MEDIAN_SECONDS * np.exp(CONFIRM_LOG_SD * rng.normal(size=n))

        sent = alerts["sent_at"].astype(np.float64)
        opened = np.where(will_open, sent + to_open, np.inf)
        # The message shows whether the table is still there; only the last step needs it to be.
        tapped = np.where(will_tap & (opened < gone_at), opened + to_tap, np.inf)
        confirmed = np.where(will_confirm, tapped + to_confirm, np.inf)
        return np.stack([sent, opened, tapped, np.where(confirmed < gone_at, confirmed, np.inf)])


def _alert_table(world: World, rows: Rows) -> pa.Table:
    keys = ("step", "user", "opened_at", "slot_no", "origin", "venue", "occurred_at")
    rows = rows[np.lexsort([rows[key] for key in keys])]
    slot_ids = slot_id_column(world, rows)
    drop_ids = event_id_column(slot_ids, rows["opened_at"], np.zeros(len(rows), dtype=bool))
    users = _user_id_column(rows["user"])
    steps = pa.array(STEPS).take(pa.array(rows["step"]))
    alert_ids = pc.binary_join_element_wise(drop_ids, users, "/")
    waited = rows["occurred_at"] - rows["sent_at"]
    return pa.table(
        {
            "event_id": pc.binary_join_element_wise(alert_ids, steps, "/"),
            "alert_id": alert_ids,
            "event_type": steps,
            "occurred_at": instant_column(rows["occurred_at"]),
            "venue_id": venue_id_column(world, rows),
            "user_id": users,
            "drop_event_id": drop_ids,
            "slot_id": slot_ids,
            "opened_at": instant_column(rows["opened_at"]),
            "goal_match": pa.array(rows["is_saved"]),
            "channel": pa.array([c.name for c in CHANNELS]).take(pa.array(rows["channel"])),
            "message_variant": pa.array(VARIANTS).take(pa.array(rows["variant"])),
            "time_to_action_seconds": pa.array(waited, mask=rows["step"] == 0),
        },
        schema=ALERT_SCHEMA,
    )


def _user_id_column(users: Ints) -> pa.Array:
    numbers, which = np.unique(users, return_inverse=True)
    return pa.array([f"sim-user-{number:05d}" for number in numbers], pa.string()).take(
        pa.array(which)
    )

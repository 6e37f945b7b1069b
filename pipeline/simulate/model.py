"""One local day of a world: which tables open, when they are gone, and what the poller sees of it.

The randomness of a venue's day comes from a seed of its own, [world seed, venue's position, day's
ordinal], so any day can be drawn without the days before it, and alike each time. Everything but
that draw is done for all venues of a day at once.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from metrics.calendar import local_day_start
from metrics.prime_time import DEFAULT_PRIME_TIME
from pipeline.simulate.world import BUCKETS, HORIZON_DAYS, World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Rows = NDArray[np.void]  # of named fields

HOUR = 3600
NO_END = np.int64(2**62)

LUNCH_SECONDS = np.arange(int(11.5 * HOUR), 17 * HOUR, 900)
DINNER_SECONDS = np.arange(17 * HOUR, int(22.25 * HOUR), 900)
SLOT_SECONDS = np.concatenate([LUNCH_SECONDS, DINNER_SECONDS])
SLOT_IS_PRIME = np.isin(SLOT_SECONDS // HOUR, DEFAULT_PRIME_TIME.hours)
EVENING_ANCHOR_SECONDS = 17 * HOUR  # slots from here on are found by the later anchor
DINNER_SD_HOURS = 1.75

PARTY_SIZES = np.array([2, 4, 6, 3], dtype=np.int16)
PARTY_SHARES = np.array([0.58, 0.26, 0.08, 0.08])

WAKING_START, WAKING_END = 8 * HOUR, int(23.5 * HOUR)
# Cancellations by whole days before the date: most the day before, when the fee falls due.
LEAD_SHARES = np.array([0.10, 0.58, 0.10] + [0.02] * (HORIZON_DAYS - 3))
LAST_MINUTE_SECONDS = HOUR  # nobody cancels later than this before the slot

DROP_FIELDS = np.dtype(
    [
        ("venue", np.int32),  # position in world.venues
        ("origin", np.int32),  # ordinal of the local day it was drawn for
        ("slot_no", np.int32),  # counts the slots of a venue and origin
        ("slot_at", np.int64),  # UTC seconds, as all below
        ("opened_at", np.int64),  # first poll that saw it
        ("closed_at", np.int64),  # first poll that saw it gone, NO_END if none before slot_at
        ("gone_at", np.float64),  # true: taken, or slot_at
        ("party_size", np.int16),
        ("is_prime", np.bool_),
        ("bucket", np.int32),
    ]
)


class Model:
    """The arrays of a world that its days are drawn from. Axis 0 is the venue throughout."""

    def __init__(self, world: World) -> None:
        self.world = world
        venues = world.venues
        self.factors = np.array([v.weekday_factors for v in venues])
        self.release_rate = np.array([v.release_rate for v in venues])
        self.cancel_rate = np.array([v.cancel_rate for v in venues])
        self.release_lead = np.array([v.release_lead_days for v in venues])
        self.release_second = np.array([v.release_minute * 60.0 for v in venues])
        self.release_spread = np.array([float(v.release_spread_seconds) for v in venues])
        self.median_seconds = np.array([v.median_seconds for v in venues])
        self.off_peak_stretch = np.array([v.off_peak_stretch for v in venues])
        self.log_sd = np.array([v.log_sd for v in venues])
        self.untaken_share = np.array([v.untaken_share for v in venues])
        self.trend = np.array([v.trend_per_week for v in venues])
        self.dispersion = np.array([v.dispersion for v in venues])
        self.slot_shares = np.array(
            [_slot_shares(v.lunch_share, v.dinner_peak_hour) for v in venues]
        )
        self.slot_cdf = np.cumsum(self.slot_shares, axis=1)
        self.outages = np.array(
            [[o.start_at.timestamp(), o.end_at.timestamp()] for o in world.outages]
        ).reshape(-1, 2)
        self.phase_step = world.poll_interval_seconds // BUCKETS

    @cached_property
    def cancel_leads(self) -> Floats:
        """Expected cancellations by opening weekday and lead: shape (venues, 7, horizon)."""
        opened = np.arange(7)[:, None]
        for_weekday = (opened + np.arange(HORIZON_DAYS)) % 7
        expected: Floats = (
            self.cancel_rate[:, None, None] * LEAD_SHARES * self.factors[:, for_weekday]
        )
        return expected

    def multipliers(self, day: date) -> Floats:
        """What trend and spikes make of each venue's rates on a local day."""
        world = self.world
        days = min(max((day - world.first_date).days, 0), (world.origin - world.first_date).days)
        spike = np.prod([s.factor for s in world.spikes if s.opened_date == day])
        return np.asarray(np.exp(self.trend * days / 7) * spike)

    def phases(self, bucket: Ints) -> Ints:
        """The second within the poll interval at which a bucket is polled."""
        return bucket % BUCKETS * self.phase_step

    def first_good_polls(self, instants: Floats, bucket: Ints) -> Ints:
        """The first poll of the bucket at or after each instant that did not fail, UTC seconds."""
        interval = self.world.poll_interval_seconds
        phase = self.phases(bucket)

        def poll_from(seconds: Floats | Ints) -> Ints:
            return (np.ceil((seconds - phase) / interval) * interval + phase).astype(np.int64)

        polls = poll_from(instants)
        for start, end in self.outages:
            failed = (polls >= start) & (polls < end)
            if failed.any():
                polls = np.where(failed, poll_from(np.full(len(polls), end)), polls)
        return polls

    def failed(self, polls: Ints) -> Bools:
        """Which polls fall into an outage."""
        failed = np.zeros(len(polls), dtype=bool)
        for start, end in self.outages:
            failed |= (polls >= start) & (polls < end)
        return failed

    def day_drops(self, day: date) -> Rows:
        """The drops of one local day that the poller saw, as `DROP_FIELDS`, by venue and slot.

        Empty before the world's first date. A table that was gone before the first look at it is
        not among them.
        """
        if day < self.world.first_date:
            return np.empty(0, dtype=DROP_FIELDS)
        venue, is_release, draws = self._draw(day)
        weekday = day.weekday()

        slot_index = _pick(self.slot_cdf[venue], draws[:, 0])
        slot_second = SLOT_SECONDS[slot_index]
        is_prime = SLOT_IS_PRIME[slot_index]
        party = PARTY_SIZES[_pick(np.cumsum(PARTY_SHARES), draws[:, 1])]
        lead_cdf = np.cumsum(self.cancel_leads[:, weekday], axis=1)
        lead_cdf /= np.maximum(lead_cdf[:, -1:], np.finfo(float).tiny)
        cancel_lead = _pick(lead_cdf[venue], draws[:, 2])
        lead = np.where(is_release, self.release_lead[venue], cancel_lead)
        opened_second = np.where(
            is_release,
            self.release_second[venue] + draws[:, 3] * self.release_spread[venue],
            _cancelled_at(lead, slot_second, draws[:, 3]),
        )

        opened = self._to_utc(day, np.zeros_like(lead), opened_second)
        slot_at = self._to_utc(day, lead, slot_second.astype(np.float64))
        stretch = np.where(is_prime, 1.0, self.off_peak_stretch[venue])
        lasting = (
            self.median_seconds[venue] * stretch * np.exp(self.log_sd[venue] * ndtri(draws[:, 4]))
        )
        is_taken = (draws[:, 5] >= self.untaken_share[venue]) & (opened + lasting < slot_at)
        gone_at = np.where(is_taken, opened + lasting, slot_at)

        bucket = (day.toordinal() + lead) * 2 + (slot_second >= EVENING_ANCHOR_SECONDS)
        seen_at = self.first_good_polls(opened, bucket)
        closed_at = self.first_good_polls(gone_at, bucket)

        drops = np.empty(len(venue), dtype=DROP_FIELDS)
        drops["venue"] = venue
        drops["origin"] = day.toordinal()
        drops["slot_at"] = slot_at
        drops["opened_at"] = seen_at
        drops["closed_at"] = np.where(is_taken & (closed_at < slot_at), closed_at, NO_END)
        drops["gone_at"] = gone_at
        drops["party_size"] = party
        drops["is_prime"] = is_prime
        drops["bucket"] = bucket
        return _with_slots(drops[seen_at < gone_at])

    def _draw(self, day: date) -> tuple[Ints, Bools, Floats]:
        """Venue, release or not, and six uniform numbers for each table that opens on a day."""
        weekday = day.weekday()
        multipliers = self.multipliers(day)
        venues = np.arange(len(self.world.venues))
        released_for = self.factors[venues, (weekday + self.release_lead) % 7]
        releases = self.release_rate * released_for * multipliers
        cancellations = self.cancel_leads[:, weekday].sum(axis=1) * multipliers
        counts = np.empty((len(venues), 2), dtype=np.int64)
        draws = []
        for venue in venues:
            rng = np.random.default_rng([self.world.seed, int(venue), day.toordinal()])
            dispersion = self.dispersion[venue]
            luck = rng.gamma(1 / dispersion, dispersion) if dispersion > 0 else 1.0
            counts[venue] = (
                rng.poisson(releases[venue] * luck),
                rng.poisson(cancellations[venue] * luck),
            )
            draws.append(rng.random((int(counts[venue].sum()), 6)))
        is_release = np.repeat(np.tile([True, False], len(venues)), counts.ravel())
        return np.repeat(venues, counts.sum(axis=1)), is_release, np.concatenate(draws)

    def _to_utc(self, day: date, days_ahead: Ints, seconds: Floats) -> Floats:
        """UTC seconds of wall-clock times on a local day or days after it."""
        whole = np.floor(seconds)
        naive = np.datetime64(day, "s") + (days_ahead * 86_400 + whole).astype("timedelta64[s]")
        local = pd.DatetimeIndex(naive).tz_localize(
            self.world.timezone,
            ambiguous=np.ones(len(naive), dtype=bool),
            nonexistent="shift_forward",
        )
        instants: Floats = local.as_unit("s").asi8 + (seconds - whole)
        return instants


def day_start_seconds(world: World, day: date) -> int:
    """The first second of a local day, UTC."""
    return int(local_day_start(day, world.timezone).timestamp())


def _slot_shares(lunch_share: float, dinner_peak_hour: float) -> Floats:
    """How a venue's tables spread over `SLOT_SECONDS`; sums to one."""
    dinner = np.exp(-0.5 * ((DINNER_SECONDS / HOUR - dinner_peak_hour) / DINNER_SD_HOURS) ** 2)
    lunch = np.full(len(LUNCH_SECONDS), lunch_share / len(LUNCH_SECONDS))
    return np.concatenate([lunch, (1 - lunch_share) * dinner / dinner.sum()])


def _pick(cdf: Floats, draws: Floats) -> Ints:
    """The category of each uniform draw, by one cumulative distribution or by one a draw."""
    found: Ints = np.minimum((draws[:, None] >= cdf).sum(axis=1), cdf.shape[-1] - 1)
    return found


def _cancelled_at(lead: Ints, slot_second: Ints, draws: Floats) -> Floats:
    """Second of the local day of a cancellation.

    On the day itself up to an hour before; the day before more and more towards the slot's own
    clock time, 24 hours ahead of it; earlier at any waking time.
    """
    same_day = WAKING_START + draws * (slot_second - LAST_MINUTE_SECONDS - WAKING_START)
    day_before = WAKING_START + np.sqrt(draws) * (slot_second - WAKING_START)
    earlier = WAKING_START + draws * (WAKING_END - WAKING_START)
    return np.select([lead == 0, lead == 1], [same_day, day_before], earlier)


def _with_slots(drops: Rows) -> Rows:
    """Numbers the slots: a table that opens again after it was seen taken is the same slot."""
    order = np.lexsort((drops["opened_at"], drops["party_size"], drops["slot_at"], drops["venue"]))
    drops = drops[order]
    before, after = drops[:-1], drops[1:]
    reopens = before["closed_at"] < after["opened_at"]
    for field in ("venue", "slot_at", "party_size"):
        reopens &= before[field] == after[field]
    running = np.cumsum(np.concatenate([[1], ~reopens])[: len(drops)])
    first_of_venue = np.searchsorted(drops["venue"], drops["venue"])
    drops["slot_no"] = running - running[first_of_venue] + 1 if len(drops) else running
    return drops

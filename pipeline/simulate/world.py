"""Simulated markets whose truth is known: venues with their true rates, spikes, outages, users.

A world is a frozen value. What happens in it on a local day is a pure function of the world and
that day (see `events` and `alerts`), so that a world can be extended to any later instant without
remembering anything but `World.params()`.

How a venue behaves. Tables open in two ways. *Scheduled releases* open at the venue's usual minute
for the date `release_lead_days` ahead. *Cancellations* open at any time of the waking day, most of
them 24 to 48 hours before the slot, when the fee is about to fall due. Both are Poisson counts
around a daily rate, times the venue's trend, the market's spikes and (where `dispersion` is above
zero) a gamma factor of mean one a venue-day. A table is gone after a log-normal time, the same law
for releases and cancellations, or is never taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from math import exp, log
from typing import Any

import numpy as np

from metrics.calendar import local_day_start
from pipeline.simulate.catalogue import CUISINES, ENTRIES, NEIGHBORHOODS

HORIZON_DAYS = 14  # dates that are bookable at once, today included
ANCHOR_HOURS = (15, 19)
BUCKETS = HORIZON_DAYS * len(ANCHOR_HOURS)

EVEN_WEEK = (1.0,) * 7
DEMO_MARKET_ID = "nyc-demo"
DEMO_MARKET_NAME = "New York (simulated)"
NEW_YORK = "America/New_York"


@dataclass(frozen=True)
class Venue:
    """A venue's facts and its true parameters; rates are tables a local day, before any trend.

    weekday_factors: Monday to Sunday, by the date a table is *for*; their mean is 1.
    median_seconds: of prime tables that get taken; off-peak ones last `off_peak_stretch` times it.
    log_sd: of the log-normal open duration.
    trend_per_week: change of the log rate a week, from the world's first date to its origin.
    dispersion: variance of the gamma factor of mean one that a venue-day's rate is multiplied by.
    alerts_per_drop, saved_share, appeal: see `Audience`.
    """

    venue_id: str
    name: str
    neighborhood: str
    cuisine: str
    price: int
    lists: tuple[str, ...] = ()
    profile: str = ""
    release_rate: float = 1.0
    cancel_rate: float = 2.0
    weekday_factors: tuple[float, ...] = EVEN_WEEK
    lunch_share: float = 0.1
    dinner_peak_hour: float = 19.25
    median_seconds: float = 600.0
    off_peak_stretch: float = 1.0
    log_sd: float = 1.0
    untaken_share: float = 0.0
    release_minute: int = 10 * 60
    release_spread_seconds: int = 120
    release_lead_days: int = HORIZON_DAYS - 1
    trend_per_week: float = 0.0
    dispersion: float = 0.0
    alerts_per_drop: float = 0.0
    saved_share: float = 0.0
    appeal: float = 1.0

    def __post_init__(self) -> None:
        if len(self.weekday_factors) != 7 or abs(sum(self.weekday_factors) - 7) > 1e-9:
            raise ValueError("weekday factors are seven numbers with mean 1")
        if not 1 <= self.release_lead_days < HORIZON_DAYS:
            raise ValueError(f"a release is 1 to {HORIZON_DAYS - 1} days ahead")
        if not 0 <= self.untaken_share < 1:
            raise ValueError("the untaken share lies in [0, 1)")


@dataclass(frozen=True)
class Outage:
    """A time in which every poll fails: UTC instants, start included, end not."""

    start_at: datetime
    end_at: datetime


@dataclass(frozen=True)
class Spike:
    """A local day on which every venue of the market opens `factor` times its usual tables."""

    opened_date: date
    factor: float


@dataclass(frozen=True)
class Audience:
    """The users who get alerts, and what truly moves them.

    Each drop is announced to a Poisson number of users around its venue's `alerts_per_drop`. A user
    has saved a venue with probability `saved_share` of that venue, once and for all. The chance to
    open an alert is the product of the channel's base and the ratios below, the venue's `appeal`
    and a factor of the user's own, even in 1 - user_spread to 1 + user_spread: every ratio is
    exactly the causal ratio of booking probabilities, in every stratum, since reaction times
    depend on the channel alone. Scarcity acts by itself: a table that is gone cannot be booked.
    """

    n_users: int = 600
    saved_ratio: float = 1.5
    variant_b_ratio: float = 1.15
    prime_ratio: float = 1.1
    user_spread: float = 0.3
    tap_rate: float = 0.65
    confirm_rate: float = 0.8

    def __post_init__(self) -> None:
        if not 0 <= self.user_spread <= 1:
            raise ValueError("the spread of users lies between 0 and 1")


@dataclass(frozen=True)
class World:
    """A simulated market. Nothing opens before `first_date`; trends end at `origin`.

    The poller looks at every bucket each `poll_interval_seconds`, the buckets one after another
    within the interval. Its log keeps one poll in `scan_log_every` of each bucket, in turn, since
    28 buckets a minute would be 4.5 million rows in sixteen weeks: with 28, one bucket's poll a
    minute is logged. Every logged scan is one that was made, none is summed or invented.
    """

    seed: int
    first_date: date
    origin: date
    venues: tuple[Venue, ...]
    market_id: str = DEMO_MARKET_ID
    market_name: str = DEMO_MARKET_NAME
    timezone: str = NEW_YORK
    poll_interval_seconds: int = 60
    scan_log_every: int = BUCKETS
    outages: tuple[Outage, ...] = ()
    spikes: tuple[Spike, ...] = ()
    audience: Audience | None = None
    recipe: tuple[tuple[str, str | int | float], ...] = ()

    def __post_init__(self) -> None:
        if self.origin < self.first_date:
            raise ValueError("a world's origin does not come before its first date")
        if self.poll_interval_seconds < 1 or self.scan_log_every < 1:
            raise ValueError("poll interval and scan log steps are at least 1")
        ends = [instant for outage in self.outages for instant in (outage.start_at, outage.end_at)]
        if ends != sorted(ends):
            raise ValueError("outages follow one another and do not overlap")

    @cached_property
    def start_at(self) -> datetime:
        """An instant before everything: `drop_events(world, world.start_at, now)` is all of it."""
        return local_day_start(self.first_date, self.timezone) - timedelta(seconds=1)

    def params(self) -> dict[str, str | int | float]:
        """What rebuilds this world by `world_from_params`; plain JSON.

        Raises ValueError if the world was put together or changed by hand.
        """
        params = dict(self.recipe)
        if not params or world_from_params(params) != self:
            raise ValueError("only a world as a builder made it can be rebuilt from parameters")
        return params


@dataclass(frozen=True)
class Profile:
    """What venues of one kind have in common; each draws its own numbers around these."""

    release_rate: float
    cancel_rate: float
    median_seconds: float
    log_sd: float
    untaken_share: float
    jitter: float  # log-sd of a venue's rates and median around the profile's
    trend_per_week: float = 0.0


PROFILES = {
    "never": Profile(0.0, 0.03, 80, 0.8, 0.0, 0.0),
    "hardest": Profile(0.20, 0.40, 80, 0.9, 0.0, 0.40),
    "hard": Profile(0.50, 1.10, 280, 1.1, 0.02, 0.35),
    "busy": Profile(3.0, 8.0, 35 * 60, 1.2, 0.06, 0.35),
    "easy": Profile(12.0, 26.0, 3.5 * 3600, 1.3, 0.20, 0.25),
    "harder": Profile(2.5, 5.0, 420, 1.1, 0.02, 0.0, trend_per_week=-0.11),
    "easier": Profile(0.8, 1.7, 420, 1.1, 0.02, 0.0, trend_per_week=0.09),
}

RELEASE_MINUTES = (0, 9 * 60, 10 * 60, 10 * 60, 11 * 60, 12 * 60, 17 * 60)
QUIET_WEEKEND = (1.15, 1.15, 1.10, 1.05, 0.80, 0.70, 1.05)
MONDAY_CLOSED = (0.0, 1.35, 1.30, 1.20, 0.95, 0.85, 1.35)
MAX_ALERTS_PER_DROP = 8.0
ALERTS_PER_VENUE_DAY = 4.0


def demo_world(seed: int = 20, *, until: date, weeks: int = 16) -> World:
    """Sixty invented New York restaurants over `weeks` weeks up to `until`.

    Among them one that is nearly never open, one that gets harder and one that gets easier; three
    weeks before the end a restaurant-week weekend, five weeks before it a poller down for nine
    hours, and three shorter outages. Positions are relative to `until`: keep `params()`.
    """
    if weeks < 1:
        raise ValueError("a demo has at least one week")
    rng = np.random.default_rng([seed, 0])
    venues = tuple(
        replace(
            _profiled_venue(rng, entry.profile),
            venue_id=_slug(entry.name),
            name=entry.name,
            neighborhood=entry.neighborhood,
            cuisine=entry.cuisine,
            price=entry.price,
            lists=entry.lists,
        )
        for entry in ENTRIES
    )
    first_date = until - timedelta(weeks=weeks)

    def outage(days_before: int, local_hour: float, hours: float) -> Outage:
        start_at = local_day_start(until - timedelta(days=days_before), NEW_YORK)
        start_at += timedelta(hours=local_hour)
        return Outage(start_at, start_at + timedelta(hours=hours))

    outages = (outage(89, 9.5, 0.6), outage(61, 15.2, 1.1), outage(36, 12, 9), outage(12, 20, 0.4))
    friday = until - timedelta(days=(until.weekday() - 4) % 7 + 21)
    return World(
        seed=seed,
        first_date=first_date,
        origin=until,
        venues=venues,
        outages=tuple(o for o in outages if o.start_at >= local_day_start(first_date, NEW_YORK)),
        spikes=tuple(Spike(friday + timedelta(days=day), 2.2) for day in range(3)),
        audience=Audience(),
        recipe=(("kind", "demo"), ("seed", seed), ("until", until.isoformat()), ("weeks", weeks)),
    )


def flat_world(
    seed: int = 1,
    *,
    first_date: date = date(2026, 1, 5),
    weeks: int = 12,
    n_venues: int = 20,
    drops_per_day: float = 6.0,
    median_seconds: float = 600.0,
    log_sd: float = 1.0,
    untaken_share: float = 0.0,
    trend_per_week: float = 0.0,
    poll_interval_seconds: int = 60,
    timezone: str = NEW_YORK,
) -> World:
    """Venues that are all alike, without spikes or outages: for checking formulas against."""
    venue = Venue(
        venue_id="",
        name="",
        neighborhood="Flatland",
        cuisine="Plain",
        price=2,
        profile="flat",
        release_rate=drops_per_day / 3,
        cancel_rate=drops_per_day * 2 / 3,
        median_seconds=median_seconds,
        log_sd=log_sd,
        untaken_share=untaken_share,
        trend_per_week=trend_per_week,
    )
    return World(
        seed=seed,
        first_date=first_date,
        origin=first_date + timedelta(weeks=weeks),
        venues=tuple(
            replace(venue, venue_id=f"flat-{n:03d}", name=f"Flat Venue {n}")
            for n in range(1, n_venues + 1)
        ),
        market_id="flat-sim",
        market_name="Flatland (simulated)",
        timezone=timezone,
        poll_interval_seconds=poll_interval_seconds,
        recipe=(
            ("kind", "flat"),
            ("seed", seed),
            ("first_date", first_date.isoformat()),
            ("weeks", weeks),
            ("n_venues", n_venues),
            ("drops_per_day", drops_per_day),
            ("median_seconds", median_seconds),
            ("log_sd", log_sd),
            ("untaken_share", untaken_share),
            ("trend_per_week", trend_per_week),
            ("poll_interval_seconds", poll_interval_seconds),
            ("timezone", timezone),
        ),
    )


def large_world(
    n_venues: int,
    *,
    seed: int = 5,
    first_date: date = date(2026, 1, 5),
    weeks: int = 4,
    drops_per_day: float = 90.0,
) -> World:
    """Many venues of every kind, for benchmarks: `drops_per_day` is their mean a venue."""
    if n_venues < 1:
        raise ValueError("a world has at least one venue")
    rng = np.random.default_rng([seed, 1])
    kinds = rng.choice(["hardest", "hard", "busy", "easy"], size=n_venues, p=[0.1, 0.3, 0.35, 0.25])
    drawn = [_profiled_venue(rng, str(kind)) for kind in kinds]
    scale = drops_per_day * n_venues / sum(v.release_rate + v.cancel_rate for v in drawn)
    return World(
        seed=seed,
        first_date=first_date,
        origin=first_date + timedelta(weeks=weeks),
        venues=tuple(
            replace(
                venue,
                venue_id=f"sim-{n:05d}",
                name=f"Simulated Venue {n}",
                neighborhood=NEIGHBORHOODS[n % len(NEIGHBORHOODS)],
                cuisine=CUISINES[n % len(CUISINES)],
                price=1 + n % 4,
                release_rate=venue.release_rate * scale,
                cancel_rate=venue.cancel_rate * scale,
            )
            for n, venue in enumerate(drawn, start=1)
        ),
        market_id="large-sim",
        market_name="Large market (simulated)",
        audience=Audience(n_users=4000),
        recipe=(
            ("kind", "large"),
            ("n_venues", n_venues),
            ("seed", seed),
            ("first_date", first_date.isoformat()),
            ("weeks", weeks),
            ("drops_per_day", drops_per_day),
        ),
    )


def confounded_world(
    seed: int = 3,
    *,
    first_date: date = date(2026, 1, 5),
    weeks: int = 4,
    n_venues: int = 12,
    saved_ratio: float = 1.5,
    alerts_per_venue_day: float = 40.0,
) -> World:
    """A world in which users have saved the venues that are easy anyway.

    A third of the venues each keeps a table open for one, five and sixty minutes; one, three and
    six in ten of their alerts go to users who saved them. The crude ratio of saved to not saved
    mixes both; the ratio within a venue is `saved_ratio`.
    """
    kinds = ((60.0, 0.1), (300.0, 0.3), (3600.0, 0.6))
    drops_per_day = 4.0

    def venue(n: int) -> Venue:
        median_seconds, saved_share = kinds[n % len(kinds)]
        return Venue(
            venue_id=f"conf-{n:03d}",
            name=f"Confounded Venue {n}",
            neighborhood=NEIGHBORHOODS[n % len(NEIGHBORHOODS)],
            cuisine="Plain",
            price=2,
            profile="confounded",
            release_rate=drops_per_day / 4,
            cancel_rate=drops_per_day * 3 / 4,
            median_seconds=median_seconds,
            alerts_per_drop=alerts_per_venue_day / drops_per_day,
            saved_share=saved_share,
        )

    return World(
        seed=seed,
        first_date=first_date,
        origin=first_date + timedelta(weeks=weeks),
        venues=tuple(venue(n) for n in range(n_venues)),
        market_id="confounded-sim",
        market_name="Confounded market (simulated)",
        audience=Audience(n_users=400, saved_ratio=saved_ratio),
        recipe=(
            ("kind", "confounded"),
            ("seed", seed),
            ("first_date", first_date.isoformat()),
            ("weeks", weeks),
            ("n_venues", n_venues),
            ("saved_ratio", saved_ratio),
            ("alerts_per_venue_day", alerts_per_venue_day),
        ),
    )


BUILDERS: dict[str, Callable[..., World]] = {
    "demo": demo_world,
    "flat": flat_world,
    "large": large_world,
    "confounded": confounded_world,
}


def world_from_params(params: dict[str, Any]) -> World:
    """The world that `World.params()` described. Raises ValueError for an unknown kind."""
    arguments = dict(params)
    kind = arguments.pop("kind", None)
    if kind not in BUILDERS:
        raise ValueError(f"{kind!r} is not a kind of simulated world: {', '.join(BUILDERS)}")
    for name in ("until", "first_date"):
        if name in arguments:
            arguments[name] = date.fromisoformat(arguments[name])
    return BUILDERS[kind](**arguments)


def _profiled_venue(rng: np.random.Generator, kind: str) -> Venue:
    """A venue of a kind, without its facts. Draws the same numbers whatever the kind."""
    profile = PROFILES[kind]
    rate_shift, median_shift, appeal = rng.normal(size=3)
    closes_mondays, has_week_ahead = rng.random(2) < (0.3, 0.2)
    release_rate = profile.release_rate * exp(profile.jitter * rate_shift)
    cancel_rate = profile.cancel_rate * exp(profile.jitter * rate_shift)
    factors = np.array(MONDAY_CLOSED if closes_mondays else QUIET_WEEKEND)
    return Venue(
        venue_id="",
        name="",
        neighborhood="",
        cuisine="",
        price=1,
        profile=kind,
        release_rate=release_rate,
        cancel_rate=cancel_rate,
        weekday_factors=tuple((factors * 7 / factors.sum()).tolist()),
        lunch_share=float(rng.uniform(0.02, 0.25)),
        dinner_peak_hour=float(rng.uniform(18.75, 20.0)),
        median_seconds=exp(log(profile.median_seconds) + profile.jitter * median_shift),
        off_peak_stretch=float(rng.uniform(1.3, 2.5)),
        log_sd=profile.log_sd,
        untaken_share=profile.untaken_share,
        release_minute=int(rng.choice(RELEASE_MINUTES)),
        release_spread_seconds=120,
        release_lead_days=6 if has_week_ahead else HORIZON_DAYS - 1,
        trend_per_week=profile.trend_per_week,
        dispersion=0.1,
        alerts_per_drop=min(
            MAX_ALERTS_PER_DROP, ALERTS_PER_VENUE_DAY / (release_rate + cancel_rate)
        ),
        saved_share=float(rng.uniform(0.15, 0.45)),
        appeal=float(np.clip(1 + 0.07 * appeal, 0.85, 1.15)),
    )


def _slug(name: str) -> str:
    """`Nonna's Elevator` as `demo-nonnas-elevator`."""
    words = re.sub(r"[^a-z0-9]+", "-", name.lower().replace("'", ""))
    return f"demo-{words}"

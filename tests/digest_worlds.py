"""Simulated markets for editions: one week with a planted story, one without, one with an outage.

Each is the demo's venues, fewer of them, over the nine weeks that end with the week told of.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from db.deliveries import Delivery
from db.engine import Engine
from db.intake import DROPS, SCANS, VENUES, Format
from db.scan_writes import accept_scans
from db.schema import markets
from db.venue_writes import accept_venues
from db.writes import accept_drops
from metrics.calendar import IsoWeek, iso_week_bounds, local_day_start
from pipeline.simulate import Outage, Spike, World, demo_world, drop_events, scans, venues
from pipeline.tick import tick
from settings import Settings

WEEK = IsoWeek(2026, 46)
MONDAY, SUNDAY = iso_week_bounds(WEEK)
WEEKS = 9
POLL_SECONDS = 300  # a fifth of the scans to load
SETTINGS = Settings(_env_file=None)
AFTER = datetime(2026, 11, 16, 12, tzinfo=UTC)  # Monday, 7 am in New York


def world_of_a_week(
    *,
    spikes: tuple[Spike, ...] = (),
    outages: tuple[Outage, ...] = (),
    seed: int = 20,
    n_venues: int = 16,
    zone: str | None = None,
    weeks: int = WEEKS,
) -> World:
    """A market in which nothing happens but what is asked for; no venue has a trend."""
    world = demo_world(seed, until=SUNDAY + timedelta(days=1), weeks=weeks)
    chosen = [replace(venue, trend_per_week=0.0) for venue in world.venues]
    step = len(chosen) // n_venues
    return replace(
        world,
        venues=tuple(chosen[::step][:n_venues]),
        spikes=spikes,
        outages=outages,
        timezone=zone or world.timezone,
        poll_interval_seconds=POLL_SECONDS,
        recipe=(),
    )


def spike_world() -> World:
    """From Friday on two and a half times as many tables open."""
    days = [SUNDAY - timedelta(days=back) for back in (2, 1, 0)]
    return world_of_a_week(spikes=tuple(Spike(day, 2.5) for day in days))


def outage_world() -> World:
    """On Tuesday nobody looks from noon to 9 pm."""
    noon = local_day_start(MONDAY + timedelta(days=1), "America/New_York") + timedelta(hours=12)
    return world_of_a_week(outages=(Outage(noon, noon + timedelta(hours=9)),))


def load(
    engine: Engine,
    world: World,
    *,
    now: datetime = AFTER,
    newest_first: bool = False,
    with_scans: bool = True,
) -> None:
    """The world's venues, drops and scans up to `now`, taken in and scored.

    newest_first: the same deliveries in the opposite order. with_scans: without them the market
    counts as watched.
    """
    with engine.begin() as connection:
        connection.execute(
            sa.insert(markets).values(
                market_id=world.market_id,
                name=world.market_name,
                timezone=world.timezone,
                is_simulated=True,
                poll_interval_seconds=world.poll_interval_seconds,
            )
        )
    _deliver(engine, VENUES, "all", venues(world), now)
    start = local_day_start(world.first_date, world.timezone)
    spans = [
        (start + k * timedelta(weeks=1), min(start + (k + 1) * timedelta(weeks=1), now))
        for k in range(WEEKS + 1)
        if start + k * timedelta(weeks=1) < now
    ]
    for begin, end in reversed(spans) if newest_first else spans:
        _deliver(engine, DROPS, str(begin), drop_events(world, begin, end), now)
        if with_scans:
            _deliver(engine, SCANS, str(begin), scans(world, begin, end), now)
    tick(engine, SETTINGS, now)


def _deliver(engine: Engine, kind: Format, key: str, rows: object, now: datetime) -> None:
    delivery = Delivery(kind, lambda: [rows], f"{kind.kind} {key}", key, "test", is_simulated=True)
    if kind is SCANS:
        accept_scans(engine, delivery, received_at=now)
    elif kind is VENUES:
        accept_venues(engine, delivery, received_at=now)
    else:
        accept_drops(engine, delivery, received_at=now, max_lead_days=SETTINGS.max_lead_days)

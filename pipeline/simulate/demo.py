"""The demo: a simulated New York loaded into an empty database, and kept up to now."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pyarrow as pa

from db.alert_writes import accept_alerts
from db.deliveries import Acceptance, Delivery
from db.engine import Engine
from db.intake import ALERTS, DROPS, SCANS, VENUES, Format
from db.markets import (
    Simulation,
    is_empty,
    note_extension,
    register_simulated_market,
    simulated_markets,
)
from db.scan_writes import accept_scans
from db.user_keys import takes_alerts, user_key_secret
from db.venue_writes import accept_venues
from db.writes import accept_drops
from metrics.calendar import local_date
from pipeline.simulate.alerts import alert_events, iter_alert_events
from pipeline.simulate.events import drop_events, iter_drop_events, iter_scans, scans, venues
from pipeline.simulate.world import NEW_YORK, World, demo_world, world_from_params
from pipeline.tick import tick
from settings import Settings

DEMO_SEED = 20
SHORTEST_EXTENSION = timedelta(seconds=60)
LONGEST_STEP = timedelta(days=7)
ALERTS_SINCE = timedelta(weeks=8)  # alerts are for the last weeks only: the demo is there at once

Note = Callable[[str], None]


def load_demo(
    engine: Engine, settings: Settings, now: datetime, note: Note = lambda text: None
) -> bool:
    """Loads the demo into a database that nothing was delivered to; returns whether it did.

    `note` is told what begins, for it takes up to a minute, and that it is done. Stopped halfway,
    the next start takes up what is missing: the deliveries have stable keys.
    """
    now = now.replace(microsecond=0)
    started = [s for s in simulated_markets(engine) if s.params.get("seed") == DEMO_SEED]
    if started:
        simulation = started[0]
        world = world_from_params(simulation.params)
        if simulation.extended_to > world.start_at:
            return False
    elif not is_empty(engine):
        return False
    else:
        world = demo_world(DEMO_SEED, until=local_date(now, NEW_YORK))
        register_simulated_market(
            engine,
            Simulation(world.market_id, world.params(), world.start_at),
            name=world.market_name,
            zone=world.timezone,
            poll_interval_seconds=world.poll_interval_seconds,
        )
    days = (now - world.start_at).days
    note(
        f"Loading the demo, {len(world.venues)} fictional venues and {days} simulated days of "
        "each. This is done once."
    )
    _deliver(engine, settings, world, VENUES, lambda: iter([venues(world)]), "venues", now)
    _extend(engine, settings, world, world.start_at, now, note)
    note("Demo, 4 of 4: all numbers of it.")
    tick(engine, settings, now)
    note("The demo is loaded; the address answers in a moment.")
    return True


def extend_simulations(engine: Engine, settings: Settings, now: datetime) -> int:
    """Adds what "happened" since the last extension to every simulated market; returns the rows."""
    rows = 0
    now = now.replace(microsecond=0)
    for simulation in simulated_markets(engine):
        world = world_from_params(simulation.params)
        start = max(simulation.extended_to, world.start_at)
        while now - start >= SHORTEST_EXTENSION:
            end = min(now, start + LONGEST_STEP)
            rows += _extend(engine, settings, world, start, end)
            start = end
    return rows


def _extend(
    engine: Engine,
    settings: Settings,
    world: World,
    start: datetime,
    end: datetime,
    note: Note = lambda text: None,
) -> int:
    """Loads the world's scans, drops and alert events with start < time <= end."""
    span = f"{start.isoformat()}/{end.isoformat()}"
    is_long = end - start > timedelta(days=1)
    note("Demo, 1 of 4: scans.")
    scanned = _deliver(
        engine,
        settings,
        world,
        SCANS,
        (lambda: iter_scans(world, start, end))
        if is_long
        else (lambda: iter([scans(world, start, end)])),
        span,
        end,
    )
    note("Demo, 2 of 4: drops.")
    dropped = _deliver(
        engine,
        settings,
        world,
        DROPS,
        (lambda: iter_drop_events(world, start, end))
        if is_long
        else (lambda: iter([drop_events(world, start, end)])),
        span,
        end,
    )
    received = scanned.received + dropped.received
    # The alerts come last: their venues are known by then.
    if world.audience is not None and takes_alerts(settings):
        note("Demo, 3 of 4: alerts.")
        since = max(start, end - ALERTS_SINCE)
        tracked = _deliver(
            engine,
            settings,
            world,
            ALERTS,
            (lambda: iter_alert_events(world, since, end))
            if is_long
            else (lambda: iter([alert_events(world, since, end)])),
            span,
            end,
        )
        received += tracked.received
    note_extension(engine, world.market_id, end)
    return received


def _deliver(
    engine: Engine,
    settings: Settings,
    world: World,
    format: Format,
    tables: Callable[[], Iterator[pa.Table]],
    span: str,
    now: datetime,
) -> Acceptance:
    delivery = Delivery(
        format=format,
        chunks=tables,
        idempotency_key=f"simulated:{world.market_id}:{format.kind}:{span}",
        content_sha256=f"{world.market_id} {span}",
        source=f"simulated {format.kind}",
        is_simulated=True,
    )
    if format is SCANS:
        return accept_scans(engine, delivery, received_at=now)
    if format is VENUES:
        return accept_venues(engine, delivery, received_at=now)
    if format is ALERTS:
        secret = user_key_secret(settings)
        return accept_alerts(engine, delivery, received_at=now, secret=secret)
    return accept_drops(engine, delivery, received_at=now, max_lead_days=settings.max_lead_days)

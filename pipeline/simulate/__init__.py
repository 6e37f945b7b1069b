"""A seeded market with known truth: its venues, the poller's events and scans, and its users."""

from pipeline.simulate.alerts import alert_events, as_delivered, effects, iter_alert_events
from pipeline.simulate.demo import extend_simulations, load_demo
from pipeline.simulate.events import drop_events, iter_drop_events, iter_scans, scans, venues
from pipeline.simulate.expected import truth
from pipeline.simulate.files import add_arguments, run, write_files
from pipeline.simulate.world import (
    Audience,
    Outage,
    Spike,
    Venue,
    World,
    confounded_world,
    demo_world,
    flat_world,
    large_world,
    world_from_params,
)

__all__ = [
    "Audience",
    "Outage",
    "Spike",
    "Venue",
    "World",
    "add_arguments",
    "alert_events",
    "as_delivered",
    "confounded_world",
    "demo_world",
    "drop_events",
    "effects",
    "extend_simulations",
    "flat_world",
    "iter_alert_events",
    "iter_drop_events",
    "iter_scans",
    "large_world",
    "load_demo",
    "run",
    "scans",
    "truth",
    "venues",
    "world_from_params",
    "write_files",
]

"""Databases the pages are tried on: a simulated market, a real one, and one with nothing in it."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import sqlalchemy as sa

from db.alert_writes import accept_alerts
from db.deliveries import Delivery
from db.engine import Engine, create_engine
from db.intake import ALERTS, DROPS, SCANS, VENUES, Format
from db.scan_writes import accept_scans
from db.schema import markets
from db.venue_writes import accept_venues
from db.writes import accept_drops
from metrics.calendar import local_day_start
from pipeline.ingest import ingest_file
from pipeline.simulate import alert_events, demo_world, drop_events, scans, venues
from pipeline.tick import tick
from settings import Settings

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)  # Monday noon in New York
LAST_WHOLE_DAY = date(2026, 11, 22)
WEEKS = 4
ALERT_DAYS = 12
SETTINGS = Settings(_env_file=None)


def load_demo_like(url: str, days: int = WEEKS * 7) -> None:
    """The last days of the demo's venues up to `NOW`, scored; nothing extends them to today."""
    world = demo_world(until=NOW.date(), weeks=WEEKS)
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(
                sa.insert(markets).values(
                    market_id=world.market_id,
                    name=world.market_name,
                    timezone=world.timezone,
                    is_simulated=True,
                )
            )
        start = local_day_start(LAST_WHOLE_DAY - timedelta(days=days - 1), world.timezone)
        _deliver(engine, VENUES, "all", venues(world))
        _deliver(engine, DROPS, "all", drop_events(world, start, NOW))
        told = alert_events(world, max(start, NOW - timedelta(days=ALERT_DAYS)), NOW)
        _deliver(engine, ALERTS, "all", told)
        while start < NOW:
            end = min(start + timedelta(days=1), NOW)
            _deliver(engine, SCANS, str(start), scans(world, start, end))
            start = end
        tick(engine, SETTINGS, NOW)
    finally:
        engine.dispose()


def _deliver(engine: Engine, kind: Format, key: str, rows: pa.Table) -> None:
    delivery = Delivery(kind, lambda: [rows], f"{kind.kind} {key}", key, "test", is_simulated=True)
    if kind is SCANS:
        accept_scans(engine, delivery, received_at=NOW)
    elif kind is ALERTS:
        accept_alerts(engine, delivery, received_at=NOW, secret=b"a secret for simulated users")
    elif kind is VENUES:
        accept_venues(engine, delivery, received_at=NOW)
    else:
        accept_drops(engine, delivery, received_at=NOW, max_lead_days=SETTINGS.max_lead_days)


OFFICE_MARKETS = ("Stadt Frankfurt", "Kreis Groß-Gerau", "Stadt Magdeburg")
OFFICE_NOW = datetime(2021, 7, 26, tzinfo=UTC)


def load_office(url: str, shared_data: Path, folder: Path) -> None:
    """Three cities of the real data (44 calendars, 18,000 events), through files in `folder`."""
    source = shared_data / "office_2021w28-29"
    venues = pd.read_csv(source / "venues.csv")
    venues = venues[venues["market"].isin(OFFICE_MARKETS)]
    events = pd.read_parquet(
        source / "drop_events.parquet", filters=[("venue_id", "in", set(venues["venue_id"]))]
    )
    venues.to_csv(folder / "venues.csv", index=False)
    events.to_parquet(folder / "events.parquet", index=False)
    settings = Settings(_env_file=None, retention_days=2000)
    engine = create_engine(url)
    try:
        for name in ("venues.csv", "events.parquet"):
            ingest_file(engine, settings, folder / name, received_at=OFFICE_NOW)
        tick(engine, settings, OFFICE_NOW)
    finally:
        engine.dispose()

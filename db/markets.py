"""Markets: their zones, and the models of those that are simulated."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, select, text, update
from sqlalchemy.dialects.postgresql import insert

from db.schema import markets, simulations


@dataclass(frozen=True)
class Simulation:
    """A simulated market, the parameters of its world, and how far its events are loaded."""

    market_id: str
    params: dict[str, Any]
    extended_to: datetime


def market_zones(engine: Engine) -> dict[str, str]:
    """The IANA zone of every market."""
    with engine.connect() as connection:
        return {
            row.market_id: row.timezone
            for row in connection.execute(select(markets.c.market_id, markets.c.timezone))
        }


def is_empty(engine: Engine) -> bool:
    """Whether nothing was ever delivered to this database."""
    with engine.connect() as connection:
        return bool(connection.scalar(text("SELECT NOT EXISTS (SELECT FROM batches)")))


def register_simulated_market(
    engine: Engine, simulation: Simulation, *, name: str, zone: str, poll_interval_seconds: int
) -> None:
    """Registers a market whose events are simulated, and the model they come from."""
    with engine.begin() as connection:
        connection.execute(
            insert(markets)
            .values(
                market_id=simulation.market_id,
                name=name,
                timezone=zone,
                is_simulated=True,
                poll_interval_seconds=poll_interval_seconds,
            )
            .on_conflict_do_nothing()
        )
        connection.execute(
            insert(simulations)
            .values(
                market_id=simulation.market_id,
                params=simulation.params,
                extended_to=simulation.extended_to,
            )
            .on_conflict_do_nothing()
        )


def simulated_markets(engine: Engine) -> list[Simulation]:
    """All simulated markets."""
    with engine.connect() as connection:
        return [
            Simulation(row.market_id, row.params, row.extended_to)
            for row in connection.execute(select(simulations))
        ]


def note_extension(engine: Engine, market_id: str, extended_to: datetime) -> None:
    """Notes up to when a simulated market's events are loaded."""
    with engine.begin() as connection:
        connection.execute(
            update(simulations)
            .where(simulations.c.market_id == market_id)
            .values(extended_to=extended_to)
        )

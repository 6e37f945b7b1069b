"""Markets and what the timer keeps about simulated ones."""

from sqlalchemy import Engine, select

from db.schema import markets


def market_zones(engine: Engine) -> list[str]:
    """The IANA zones of all markets."""
    with engine.connect() as connection:
        return list(connection.execute(select(markets.c.timezone).distinct()).scalars())

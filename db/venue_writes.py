"""Accepting facts about venues: names, neighborhoods, lists, and the market they belong to."""

from datetime import datetime

from sqlalchemy import Engine

from db.deliveries import (
    Acceptance,
    Delivery,
    finish_batch,
    first_acceptance,
    open_batch,
    stage,
)
from db.queries import run
from db.retry import retried
from db.writes import DEFAULT_MARKET_ID

DEFAULT_TIMEZONE = "America/New_York"


def accept_venues(engine: Engine, delivery: Delivery, *, received_at: datetime) -> Acceptance:
    """Takes in venues; rows that say what is known already are counted as duplicates.

    A market never seen before is registered with its row's zone. Raises what
    `db.writes.accept_drops` raises.
    """

    def attempt() -> Acceptance:
        with engine.begin() as connection:
            batch_id = open_batch(connection, delivery, received_at)
            if batch_id is None:
                return first_acceptance(connection, delivery)
            received = stage(connection, delivery, batch_id)
            market = {"batch_id": batch_id, "default_market_id": DEFAULT_MARKET_ID}
            run(connection, "await_new_venues")
            run(connection, "lock_staged_venues", batch_id=batch_id)
            run(
                connection,
                "reject_invalid_venues",
                **market,
                is_simulated=delivery.is_simulated,
            )
            rejected = run(connection, "quarantine_venues", batch_id=batch_id).rowcount
            run(
                connection,
                "register_markets",
                batch_id=batch_id,
                default_timezone=DEFAULT_TIMEZONE,
            )
            run(connection, "change_market_zones", **market)
            accepted = len(run(connection, "write_venues", **market).all())
            duplicate = received - accepted - rejected
            finish_batch(
                connection,
                batch_id,
                received=received,
                accepted=accepted,
                duplicate=duplicate,
                rejected=rejected,
                is_empty=True,
            )
            run(connection, "delete_staged_venues", batch_id=batch_id)
            return Acceptance(batch_id, received, accepted, duplicate, 0, rejected, 0)

    return retried(attempt)

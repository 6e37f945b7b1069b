"""Accepting scans: when the poller looked at a bucket, and whether it saw anything."""

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
from db.partitions import days_to_make, make_days
from db.queries import run
from db.retry import retried
from db.writes import lock_days

# From so many on the planner must know how many came, or it holds each against each other.
MANY_SCANS = 1_000


def accept_scans(engine: Engine, delivery: Delivery, *, received_at: datetime) -> Acceptance:
    """Takes in scans: all of the delivery or, when this raises, nothing of it.

    Raises what `db.writes.accept_drops` raises. Scans of sealed days and of markets that nobody
    registered are rejected.
    """

    def attempt() -> Acceptance:
        with engine.begin() as connection:
            batch_id = open_batch(connection, delivery, received_at)
            if batch_id is None:
                return first_acceptance(connection, delivery)
            received = stage(connection, delivery, batch_id, analyze_above=MANY_SCANS)
            run(
                connection,
                "reject_invalid_scans",
                batch_id=batch_id,
                received_at=received_at,
                is_simulated=delivery.is_simulated,
            )
            dates = list(run(connection, "staged_scan_dates", batch_id=batch_id).scalars())
            make_days(engine, days_to_make(connection, dates))
            open_dates, sealed_dates = lock_days(connection, dates, has_unnamed=False)
            if sealed_dates:
                run(connection, "reject_late_scans", batch_id=batch_id, sealed_dates=sealed_dates)
            rejected = run(connection, "quarantine_scans", batch_id=batch_id).rowcount
            accepted = run(connection, "write_scans", batch_id=batch_id).rowcount
            run(connection, "note_scan_days", batch_id=batch_id, dates=open_dates)
            duplicate = received - accepted - rejected
            finish_batch(
                connection,
                batch_id,
                received=received,
                accepted=accepted,
                duplicate=duplicate,
                rejected=rejected,
                is_empty=accepted == 0,
            )
            run(connection, "delete_staged_scans", batch_id=batch_id)
            return Acceptance(batch_id, received, accepted, duplicate, 0, rejected, 0)

    return retried(attempt)

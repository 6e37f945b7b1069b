"""Adding accepted batches to the durable rollup, each whole and exactly once."""

from datetime import datetime

from sqlalchemy import Connection

from db.alert_stamps import stamp_alerts
from db.queries import run


def aggregate_batches(connection: Connection, now: datetime, *, poll_interval_seconds: int) -> int:
    """Merges every batch that is not in the rollup yet; returns how many.

    The rollup and the batches' `aggregated_at` change in the caller's one transaction, and the
    batches' rows are locked from the start: whatever stops it, a batch is in the rollup if and only
    if it says so. Cost follows the batches' rows, not what is kept.
    """
    batch_ids = list(run(connection, "unaggregated_batches").scalars())
    if not batch_ids:
        return 0
    dates = list(run(connection, "batch_dates", batch_ids=batch_ids).scalars())
    for statement in ("merge_rollup", "note_touched", "supersede_open_drops"):
        run(connection, statement, batch_ids=batch_ids, dates=dates)
    stamp_alerts(connection, batch_ids, dates)
    run(
        connection,
        "merge_scan_rollup",
        batch_ids=batch_ids,
        dates=dates,
        poll_interval_seconds=poll_interval_seconds,
    )
    run(connection, "rescore_rescanned", batch_ids=batch_ids, dates=dates)
    run(connection, "mark_aggregated", batch_ids=batch_ids, now=now)
    return len(batch_ids)

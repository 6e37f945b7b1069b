"""Adding accepted batches to the durable rollup, each whole and exactly once."""

from datetime import date, datetime

from sqlalchemy import Connection, text

from db.alert_stamps import stamp_alerts
from db.queries import run

EXPIRY = "expiry"  # the kind of batches of what the seal infers


def aggregate_batches(connection: Connection, now: datetime, *, poll_interval_seconds: int) -> int:
    """Merges every batch that is not in the rollup yet; returns how many.

    The rollup and the batches' `aggregated_at` change in the caller's one transaction, and the
    batches' rows are locked from the start: whatever stops it, a batch is in the rollup if and only
    if it says so. Cost follows the batches' rows, not what is kept.
    """
    batches = run(connection, "unaggregated_batches").all()
    if not batches:
        return 0
    batch_ids = [batch.batch_id for batch in batches]
    dates = list(run(connection, "batch_dates", batch_ids=batch_ids).scalars())
    _merge(
        connection,
        batch_ids,
        dates,
        seen_batch_ids=[batch.batch_id for batch in batches if batch.kind != EXPIRY],
    )
    run(connection, "supersede_open_drops", batch_ids=batch_ids, dates=dates)
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


def _merge(
    connection: Connection, batch_ids: list[int], dates: list[date], *, seen_batch_ids: list[int]
) -> None:
    """Groups the batches' rows into cells, adds these to the rollup and notes what they touched."""
    # Groups of one day lie in its partition alone, so each can be made by itself.
    connection.execute(text("SET LOCAL enable_partitionwise_aggregate = on"))
    run(
        connection,
        "group_batches",
        batch_ids=batch_ids,
        dates=dates,
        seen_batch_ids=seen_batch_ids,
    )
    connection.execute(text("SET LOCAL enable_partitionwise_aggregate = DEFAULT"))
    # Of the columns that are joined by; arrays would take a while.
    connection.execute(text("ANALYZE added_cells (venue_id, opened_date)"))
    run(connection, "merge_rollup")
    run(connection, "note_touched")
    connection.execute(text("DROP TABLE added_cells"))

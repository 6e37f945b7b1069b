"""What aggregating a batch does for alerts: their days are noted to be scored, and the drops they
are about are stamped with their ends while raw events still say so."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Connection

from db.queries import run


def stamp_alerts(connection: Connection, batch_ids: Sequence[int], dates: Sequence[date]) -> None:
    """Runs with every aggregation, the seal's too: what it does not find is pruned unknown."""
    if not run(connection, "has_alerts").scalar_one():
        return
    run(connection, "mark_unscored_alerts", batch_ids=batch_ids)
    run(connection, "stamp_alerted_drops", batch_ids=batch_ids, dates=dates)
    run(connection, "stamp_superseded_drops")

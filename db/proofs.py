"""Proving conservation of every batch, day and receipt: `python -m pipeline verify`."""

from collections.abc import Callable, Iterator
from datetime import date

from sqlalchemy import Connection, Engine, text

from db.partitions import partition_exists
from db.queries import run
from db.schema import drop_events
from db.work import snapshot

Progress = Callable[[int, int], None]


def problems(engine: Engine, progress: Progress = lambda done, total: None) -> Iterator[str]:
    """Everything that does not hold, first things first; nothing where all is well.

    Reads one snapshot, so that it can run beside everything else. `progress` is told how many of
    how many days have been gone through.
    """
    with snapshot(engine) as connection:
        # Before the snapshot: no day is pruned between what it says of days and their raw events.
        connection.execute(text("LOCK TABLE drop_events, scans IN ACCESS SHARE MODE"))
        for row in run(connection, "unbalanced_batches").all():
            yield f"batch {row.batch_id} ({row.source}): {row.problem}"
        for row in run(connection, "unequal_batch_days").all():
            where = f"day {row.opened_date}, batch {row.batch_id}, market {row.market_id}"
            yield f"{where}: {row.problem}"
        for row in run(connection, "unequal_open_drops").all():
            yield (
                f"drop of venue {row.venue_id}, slot {row.slot_id}, opened {row.opened_at}: "
                f"{row.problem}"
            )
        for row in run(connection, "unknown_venues").all():
            yield f"venue {row.venue_id}: the rollup has cells of it, but nobody registered it"
        days = run(connection, "all_days").all()
        for done, row in enumerate(days, start=1):
            if row.sealed_at is None:
                yield from _unsealed_day_problems(connection, row.opened_date)
            else:
                yield from _sealed_day_problems(connection, row.opened_date)
            for packed in run(connection, "unequal_packed_days", day=row.opened_date).all():
                yield (
                    f"day {row.opened_date}, venue {packed.venue_id}: the packed drops are not "
                    "what the rollup and the open drops give"
                )
            progress(done, len(days))
        for row in run(connection, "unequal_scores").all():
            yield f"day {row.opened_date}, venue {row.venue_id}: {row.problem}"
        for row in run(connection, "unequal_conversion").all():
            yield f"day {row.sent_date}, venue {row.venue_id}: {row.problem}"


def _unsealed_day_problems(connection: Connection, day: date) -> Iterator[str]:
    for cell in run(connection, "unequal_cells", days=[day]).all():
        yield (
            f"day {day}, venue {cell.venue_id}, slots of {cell.slot_date} at {cell.slot_hour}:00, "
            f"party of {cell.party_size}: the rollup is not what the raw events give "
            f"({cell.kept_openings}/{cell.raw_openings} openings, "
            f"{cell.kept_closings}/{cell.raw_closings} closings, "
            f"{cell.kept_expiries}/{cell.raw_expiries} expiries)"
        )


def _sealed_day_problems(connection: Connection, day: date) -> Iterator[str]:
    if partition_exists(connection, drop_events.name, day):
        yield f"day {day}: sealed, but its raw events are still there"
    receipts = {row.market_id: row for row in run(connection, "receipts", day=day)}
    for total in run(connection, "day_totals", day=day).all():
        receipt = receipts.pop(total.market_id, None)
        if receipt is None:
            yield f"day {day}, market {total.market_id}: sealed, but without a receipt"
            continue
        receipted = (receipt.rollup_openings, receipt.rollup_closings, receipt.rollup_expiries)
        for name, kept in (
            ("rollup", (total.rollup_openings, total.rollup_closings, total.rollup_expiries)),
            (
                "batches' ledger",
                (total.ledger_openings, total.ledger_closings, total.ledger_expiries),
            ),
        ):
            if kept != receipted:
                yield (
                    f"day {day}, market {total.market_id}: the receipt says {receipted} openings, "
                    f"closings and expiries, the {name} holds {kept}"
                )
                break
        else:
            if total.rollup_checksum != receipt.rollup_checksum:
                yield (
                    f"day {day}, market {total.market_id}: the rollup's values have changed since "
                    "the day was sealed (the receipt's checksum differs)"
                )
    for market_id in receipts:
        yield f"day {day}, market {market_id}: there is a receipt, but nothing it stands for"

"""`python -m pipeline …`: the commands of the pipeline. `python -m pipeline --help` lists them."""

import argparse
import dataclasses
import json
import logging
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from tqdm import tqdm

from db import migrate
from db.alert_writes import forget_user
from db.deliveries import Acceptance, IdempotencyConflictError
from db.digests import UnknownDigestError
from db.embedded import EmbeddedDatabaseError
from db.engine import DatabaseUnusableError, Engine, open_database
from db.insights import (
    DATABASE_UNAVAILABLE,
    NothingToTellError,
    UnknownMarketError,
    rejection_reasons,
    status,
)
from db.intake import UnreadableFileError
from db.proofs import problems
from db.seals import HeldDay, SealedDay, UnprovenDayError
from db.user_keys import NoUserKeySecretError, user_key, user_key_secret
from pipeline import simulate
from pipeline.digest import WeekNotOverError
from pipeline.digest import commands as digest_commands
from pipeline.ingest import FORMATS, ingest_file
from pipeline.jobs import Timer, recorded
from pipeline.mail import MailNotSetError
from pipeline.seal import seal
from pipeline.tick import rescore, tick
from settings import Settings, SettingsError, load_settings

MOST_REASONS = 5  # why rows of a file were rejected

Command = Callable[[Engine, Settings, argparse.Namespace], int]


class CommandError(Exception):
    """What was wrong and how to mend it, in one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("tablestakes").setLevel(logging.INFO)  # others speak from warnings on
    try:
        if options.command == "simulate":
            return simulate.run(options, datetime.now(UTC))
        settings = load_settings()
        with open_database(settings) as engine:
            migrate.upgrade(engine)
            command: Command = options.run
            return command(engine, settings, options)
    except (
        CommandError,
        DatabaseUnusableError,
        EmbeddedDatabaseError,
        IdempotencyConflictError,
        MailNotSetError,
        NoUserKeySecretError,
        NothingToTellError,
        SettingsError,
        UnknownDigestError,
        UnknownMarketError,
        UnprovenDayError,
        WeekNotOverError,
        UnreadableFileError,
    ) as error:
        return _failed(str(error))
    except OSError as error:
        return _failed(f"{error.filename or 'file'}: {error.strerror or error}")
    except DATABASE_UNAVAILABLE as error:
        reason = str(error.__cause__ or error).splitlines()[0]
        return _failed(f"The database cannot be used: {reason} Check DATABASE_URL and the server.")


def _failed(text: str) -> int:
    print(text, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def add(name: str, text: str, run: Command | None = None) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(run=run)
        return command

    command = add("ingest", "load files: .csv, .ndjson (either also .gz), .parquet", _ingest)
    command.add_argument("--kind", choices=sorted(FORMATS), help="default: told from the columns")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command = add("tick", "aggregate what is not yet aggregated, and score what changed", _tick)
    _add_now(command)
    command = add("seal", "prove and prune the days past retention", _seal)
    _add_now(command)
    command.add_argument("--through", type=date.fromisoformat, metavar="DATE", help="last day")
    add("run", "the timer: ticks and nightly seals, until SIGTERM", _run)
    add("verify", "prove conservation for every batch, day and receipt", _verify)
    command = add("rescore", "rebuild every derived table from the durable ones", _rescore)
    _add_now(command)
    command = add("status", "last runs, backlog, retention, coverage, late and rejected", _status)
    command.add_argument("--json", action="store_true", help="as one JSON object")
    _add_now(command)
    digest_commands.add_to(add, _add_now)
    command = add("forget-user", "erase a user's key and raw events; counts stay", _forget_user)
    command.add_argument("user", metavar="USER", help="the id as the app sends it")
    simulate.add_arguments(add("simulate", "write labelled synthetic events with known truth"))
    return parser


def _add_now(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--now",
        type=_instant,
        metavar="T",
        help="the instant to count from, ISO 8601 with an offset; default: the clock",
    )


def _instant(value: str) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{value!r} is not an ISO-8601 time") from None
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{value!r} has no zone: write its offset, as in {value}Z")
    return instant.astimezone(UTC)


def _now(options: argparse.Namespace) -> datetime:
    return options.now or datetime.now(UTC)


def _ingest(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    for path in options.files:
        acceptance = _ingest_one(engine, settings, path, options.kind)
        print(_counts(path.name, acceptance))
        if acceptance.rejected:
            print("\n".join(_why_rejected(engine, acceptance)))
    return 0


def _ingest_one(engine: Engine, settings: Settings, path: Path, kind: str | None) -> Acceptance:
    with tqdm(desc=path.name, unit=" rows", unit_scale=True, disable=None, leave=False) as bar:
        return ingest_file(
            engine,
            settings,
            path,
            received_at=datetime.now(UTC),
            kind=kind,
            progress=lambda rows: bar.update(rows - bar.n),
            note=lambda text: print(text, file=sys.stderr),
        )


def _counts(name: str, acceptance: Acceptance) -> str:
    counts = {
        "received": acceptance.received,
        "accepted": acceptance.accepted,
        "duplicate": acceptance.duplicate,
        "rejected": acceptance.rejected,
        "late": acceptance.late,
        "pending": acceptance.pending,
    }
    return f"{name}: " + ", ".join(f"{what} {count}" for what, count in counts.items())


def _why_rejected(engine: Engine, acceptance: Acceptance) -> Iterator[str]:
    """The most frequent reasons, each with how many rows and one of them, and where all are."""
    reasons = rejection_reasons(engine, acceptance.batch_id, MOST_REASONS)
    for reason in reasons:
        alike = f"{reason.row_count} rows like " if reason.row_count > 1 else ""
        yield f"  rejected: {alike}row {reason.row_number}: {reason.reason}"
    others = acceptance.rejected - sum(reason.row_count for reason in reasons)
    if others:
        yield f"  rejected: {others} more, for other reasons"
    yield (
        f"  Each row, why, and what was sent: table rejected_events, batch_id {acceptance.batch_id}"
        "; the last ones on the page Data health."
    )


def _tick(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    with recorded(engine, "tick") as detail:
        result = tick(engine, settings, _now(options))
        detail.update(dataclasses.asdict(result))
    print(
        f"aggregated {result.batches_aggregated} batches, scored {result.venues_scored} venues, "
        f"settled {result.pending_settled} closings that had waited"
    )
    return 0


def _seal(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    with tqdm(desc="days", unit=" days", disable=None, leave=False) as bar:

        def told(day: SealedDay | HeldDay) -> None:
            bar.update()
            if isinstance(day, SealedDay):
                bar.write(f"{day.day}: sealed, {day.rows_pruned} raw events pruned")
            else:
                bar.write(
                    f"{day.day}: held, a drop of it could still end until "
                    f"{day.held_until:%Y-%m-%dT%H:%MZ}"
                )

        with recorded(engine, "seal") as detail:
            result = seal(engine, settings, _now(options), through=options.through, progress=told)
            detail.update(result.summary())
    print(f"sealed {len(result.sealed)} days, held {len(result.held)}")
    return 0


def _run(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    timer = Timer(engine, settings)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: timer.stop())
    timer.run()
    return 0


def _verify(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    with tqdm(desc="days", unit=" days", disable=None, leave=False) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        first = next(problems(engine, progress), None)
    if first is not None:
        raise CommandError(f"does not hold: {first}")
    print("every batch, day and receipt holds")
    return 0


def _rescore(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    print(f"scored {rescore(engine, settings, _now(options))} venues anew")
    return 0


def _forget_user(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    key = user_key(options.user, user_key_secret(settings))
    # The record of the job is the audit: that somebody was forgotten and when, never who.
    with recorded(engine, "forget-user") as detail:
        alerts, events = forget_user(engine, key, now=datetime.now(UTC))
        detail.update(alerts=alerts, events=events)
    print(f"made {alerts} alerts anonymous, erased {events} raw events")
    return 0


def _status(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    state = status(engine, now=_now(options), retention_days=settings.retention_days)
    if options.json:
        print(json.dumps(dataclasses.asdict(state), default=str))
        return 0
    for job in state.jobs:
        ended = f"{job.seconds:.1f} s" if job.seconds is not None else "still running"
        print(f"job {job.job}: {job.status}, began {job.started_at:%Y-%m-%dT%H:%M:%SZ}, {ended}")
    backlog, retention = state.backlog, state.retention
    print(f"backlog: {backlog.batches} batches, {backlog.rows} rows to aggregate")
    print(f"waiting closings: {backlog.pending_ends}")
    print(
        f"retention: {retention.retention_days} days; {retention.unsealed_days} days not sealed, "
        f"the oldest {retention.oldest_unsealed_date or 'none'}; {len(retention.due_dates)} due "
        f"({len(retention.overdue_dates)} overdue), {len(retention.held_days)} held"
    )
    print(f"late events: {state.late_events}, rejected events: {state.rejected_events}")
    print(f"alerts with steps but no sending: {state.unsent_alerts}")
    for market in state.markets:
        coverage = (
            "not enough data" if market.coverage_rate is None else f"{market.coverage_rate:.1%}"
        )
        assumed = " (assumed where no scans tell)" if market.is_coverage_assumed else ""
        print(
            f"market {market.market_id}: {market.first_date} to {market.latest_date}, "
            f"coverage {coverage}{assumed}"
        )
    for mails in state.sends:
        error = "" if mails.last_error is None else f" (last error: {mails.last_error})"
        print(
            f"mails {mails.market_id} {mails.iso_week} {mails.audience}: sent {mails.sent}, under "
            f"way {mails.under_way}, failed {mails.failed}, unknown {mails.unknown}{error}"
        )
    for problem in (state.schema_problem, state.timer_problem):
        if problem is not None:
            print(f"attention: {problem}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

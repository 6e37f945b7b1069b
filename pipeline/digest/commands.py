"""The commands around editions: build, archive, send, and who gets them."""

import argparse
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path

from db import digests, insights, subscribers
from db.digests import AUDIENCES, UnknownDigestError
from db.engine import Engine
from metrics.calendar import IsoWeek, parse_iso_week
from pipeline.digest.build import build_editions, summary
from pipeline.digest.files import write_archive, write_files
from pipeline.jobs import recorded
from pipeline.mail import deliver, planned
from pipeline.tick import tick
from settings import Settings

Add = Callable[..., argparse.ArgumentParser]
TOKEN_BYTES = 32


def add_to(add: Add, add_now: Callable[[argparse.ArgumentParser], None]) -> None:
    """Adds the commands to the parser of `python -m pipeline`."""
    command = add("digest", "build a week's edition; made again, a revision if it changed", _digest)
    _add_week(command)
    command.add_argument("--market", metavar="M", help="default: each that had drops that week")
    command.add_argument("--out", type=Path, metavar="DIR", help="write its files there")
    add_now(command)
    command = add("digest-archive", "write every public edition as static HTML", _archive)
    command.add_argument("folder", type=Path, metavar="DIR")
    command.add_argument("--market", metavar="M", help="default: all")
    command = add("digest-send", "mail an edition to those who are still to get it", _send)
    _add_week(command)
    command.add_argument("--market", metavar="M", help="default: all")
    command.add_argument("--dry-run", action="store_true", help="say who would get it")
    add("subscribers", "who gets which edition", _subscribers)
    for name, text, run in (
        ("subscribe", "send somebody an edition every week", _subscribe),
        ("unsubscribe", "send it no more", _unsubscribe),
    ):
        command = add(name, text, run)
        command.add_argument("email", type=_address, metavar="EMAIL")
        command.add_argument("--market", metavar="M", help="default: the default one")
        command.add_argument("--edition", choices=AUDIENCES, default="public")


def _add_week(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--week", type=_iso_week, metavar="2026-W46", help="default: the last one that is over"
    )


def _iso_week(value: str) -> IsoWeek:
    try:
        return parse_iso_week(value)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{value!r} is not an ISO week: write it as in 2026-W46"
        ) from None


def _address(value: str) -> str:
    _, email = parseaddr(value)
    name, _, domain = email.rpartition("@")
    if email != value or not name or "." not in domain or not email.isascii():
        raise argparse.ArgumentTypeError(f"{value!r} is not a mail address")
    return f"{name}@{domain.lower()}"


def _digest(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    now = options.now or datetime.now(UTC)
    tick(engine, settings, now)  # what was accepted is what the edition is about
    with recorded(engine, "digest") as detail:
        built = build_editions(engine, settings, now, week=options.week, market_id=options.market)
        detail.update(summary(built))
    for one in built:
        edition = one.edition
        state = "made" if one.is_new else "as it was"
        if one.is_new and edition.revision > 1:
            state = "revised"
        print(
            f"{edition.market_id} {edition.iso_week} {edition.audience}: No. {edition.number}, "
            f"revision {edition.revision}, {state}: {edition.facts['headline']}"
        )
        for notice in edition.facts["notices"]:
            print(f"  {notice}")
    if options.out is not None:
        for one in built:
            for path in write_files(one.edition, options.out):
                print(path)
    return 0


def _archive(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    if options.market is not None:
        insights.markets_asked_for(engine, options.market)
    found = digests.editions(engine, market_id=options.market)
    print(f"{len(write_archive(found, options.folder))} files of {len(found)} editions written")
    return 0


def _send(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    if options.market is not None:
        insights.markets_asked_for(engine, options.market)
    found = [
        edition
        for audience in AUDIENCES
        for edition in _latest(engine, options.market, audience, options.week)
    ]
    if not found:
        raise UnknownDigestError(
            "There is no such edition: build it first with python -m pipeline digest."
        )
    for edition in found:
        about = f"{edition.market_id} {edition.iso_week} {edition.audience}"
        if options.dry_run:
            print(f"{about}: would go to {', '.join(planned(engine, edition)) or 'nobody'}")
            continue
        with recorded(engine, "digest-send") as detail:
            result = deliver(engine, settings, edition, now=lambda: datetime.now(UTC))
            detail.update(vars(result))
        print(f"{about}: sent {result.sent}, failed {result.failed}, unknown {result.unknown}")
    return 0


def _latest(
    engine: Engine, market_id: str | None, audience: str, week: IsoWeek | None
) -> list[digests.Edition]:
    """Of each market the edition of that week, by default its newest."""
    found: dict[str, digests.Edition] = {}
    for edition in digests.editions(engine, market_id=market_id, audience=audience):
        if week is None or edition.iso_week == str(week):
            found.setdefault(edition.market_id, edition)
    return list(found.values())


def _subscribers(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    for one in subscribers.subscribers(engine):
        left = "" if one.unsubscribed_at is None else f", left {one.unsubscribed_at:%Y-%m-%d}"
        print(f"{one.email}: {one.market_id} {one.audience}{left}")
    return 0


def _subscribe(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    market_id = _market(engine, options)
    subscribers.subscribe(
        engine,
        options.email,
        market_id,
        options.edition,
        secrets.token_urlsafe(TOKEN_BYTES),
        now=datetime.now(UTC),
    )
    print(f"{options.email} gets the {options.edition} edition of {market_id} from the next one on")
    return 0


def _unsubscribe(engine: Engine, settings: Settings, options: argparse.Namespace) -> int:
    market_id = _market(engine, options)
    has_left = subscribers.leave(
        engine, options.email, market_id, options.edition, now=datetime.now(UTC)
    )
    print(f"{options.email} {'gets no more of' if has_left else 'did not get'} {market_id}")
    return 0


def _market(engine: Engine, options: argparse.Namespace) -> str:
    market_id = options.market or insights.default_market(engine)
    insights.markets_asked_for(engine, market_id)
    return str(market_id)

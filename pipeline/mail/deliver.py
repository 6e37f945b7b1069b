"""Sends an edition to those who are still to get it."""

import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr

from db import digests, subscribers
from db.digests import Edition
from db.engine import Engine
from db.subscribers import Claim
from pipeline.mail.message import Letter, addressed, letter
from pipeline.mail.post import LostError, RefusedError, connected, post
from settings import Settings


class MailNotSetError(Exception):
    """No mail server is set; the text says how to set one."""

    def __init__(self) -> None:
        super().__init__(
            "No mail can be sent: set TABLESTAKES_SMTP_URL, TABLESTAKES_MAIL_FROM and "
            "TABLESTAKES_PUBLIC_URL."
        )


@dataclass(frozen=True)
class Delivered:
    """What became of the sends of a pass."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0


def planned(engine: Engine, edition: Edition) -> Sequence[str]:
    """Who is still to get the edition: the dry run."""
    return subscribers.waiting(
        engine,
        edition.market_id,
        edition.iso_week,
        edition.audience,
        first_made_at=_first_made_at(engine, edition),
    )


def deliver(
    engine: Engine, settings: Settings, edition: Edition, *, now: Callable[[], datetime]
) -> Delivered:
    """Sends the edition to every subscriber who is still to get it. Raises MailNotSetError."""
    if settings.smtp_url is None or settings.mail_from is None or settings.public_url is None:
        raise MailNotSetError
    subscribers.settle_lost(engine, now=now())
    first_made_at = _first_made_at(engine, edition)

    def claim() -> Claim | None:
        return subscribers.claim(
            engine,
            edition.market_id,
            edition.iso_week,
            edition.audience,
            first_made_at=first_made_at,
            now=now(),
        )

    claimed = claim()
    if claimed is None:
        return Delivered()
    name, email = parseaddr(settings.mail_from)
    what = letter(edition, sender=Address(name, addr_spec=email), public_url=settings.public_url)
    counts = {"sent": 0, "failed": 0, "unknown": 0}
    while claimed is not None:
        # One connection a message: who is refused or lost takes nobody else along.
        became = _send(engine, settings.smtp_url.get_secret_value(), what, claimed, now)
        if became == "away":
            counts["failed"] += 1
            break  # the others need not wait for a server that is not there; the next pass tries
        if became is not None:
            counts[became] += 1
        claimed = claim()
    return Delivered(**counts)


def _first_made_at(engine: Engine, edition: Edition) -> datetime:
    """When the first revision was made: who subscribed later waits for the next week's edition."""
    first = digests.edition(
        engine, edition.market_id, edition.iso_week, edition.audience, revision=1
    )
    assert first is not None  # whatever has a revision has the first
    return first.created_at


def _send(
    engine: Engine, url: str, what: Letter, claimed: Claim, now: Callable[[], datetime]
) -> str | None:
    """Sends one message; what became of it: "sent", "failed", "unknown", "away" where the server
    cannot be reached, None where the claim had lapsed."""
    message = addressed(what, claimed.email, claimed.token, now=now())
    try:
        with connected(url) as server:
            is_ours = post(
                server,
                message,
                sender=what.sender.addr_spec,
                recipient=claimed.email,
                hand_over=lambda: subscribers.hand_over(engine, claimed),
            )
            if not is_ours:
                return None
            subscribers.sent(engine, claimed, now=now())
            return "sent"
    except RefusedError as error:
        subscribers.failed(engine, claimed, str(error), now=now(), is_final=error.is_final)
        return "failed"
    except LostError as error:
        subscribers.lost(engine, claimed, str(error), now=now())
        return "unknown"
    except (OSError, smtplib.SMTPException) as error:
        subscribers.failed(engine, claimed, f"{type(error).__name__}: {error}", now=now())
        return "away"

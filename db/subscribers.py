"""Who gets which edition, and what was sent to them.

A send goes through *claimed* (nobody else takes it), *handing over* (written just before the
message's bytes leave) and *sent*. A sender that dies while *claimed* has sent nothing: the claim
lapses and is taken again. One that dies while *handing over* may have: that becomes *unknown* and
is not repeated, because a reader who gets an edition twice is worse off than one who finds it on
the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.dialects.postgresql import insert

from db.queries import run
from db.schema import digest_sends, digest_subscribers

MOST_ATTEMPTS = 8
REST_SECONDS = 120.0  # after the first failure; doubled each time, so eight take about four hours
ABANDONED_AFTER = timedelta(minutes=10)  # longer than a claim can rightly take
FRESH = timedelta(days=15)  # since the Monday of its week: an older edition is not sent
LONGEST_ERROR = 500  # characters


@dataclass(frozen=True)
class Subscriber:
    """Somebody who gets an edition. token: the secret of the link that ends it."""

    email: str
    market_id: str
    audience: str
    token: str
    subscribed_at: datetime
    unsubscribed_at: datetime | None


@dataclass(frozen=True)
class Claim:
    """The right to send one edition to one subscriber. attempts: how often it was claimed."""

    subscriber_id: int
    iso_week: str
    attempts: int
    email: str
    token: str


_COLUMNS = [digest_subscribers.c[name] for name in Subscriber.__dataclass_fields__]


def subscribe(
    engine: Engine, email: str, market_id: str, audience: str, token: str, *, now: datetime
) -> None:
    """Adds a subscriber, or takes back that they had left; a known one keeps their token."""
    with engine.begin() as connection:
        connection.execute(
            insert(digest_subscribers)
            .values(
                email=email,
                market_id=market_id,
                audience=audience,
                token=token,
                subscribed_at=now,
            )
            .on_conflict_do_update(
                index_elements=["email", "market_id", "audience"],
                set_={"unsubscribed_at": None, "subscribed_at": now},
                where=digest_subscribers.c.unsubscribed_at.is_not(None),
            )
        )


def unsubscribe(engine: Engine, token: str, *, now: datetime) -> bool:
    """Ends the subscription of a token; whether there is one. Twice is as once."""
    with engine.begin() as connection:
        known = digest_subscribers.c.token == token
        connection.execute(
            update(digest_subscribers)
            .where(known, digest_subscribers.c.unsubscribed_at.is_(None))
            .values(unsubscribed_at=now)
        )
        return connection.scalar(select(digest_subscribers.c.token).where(known)) is not None


def leave(engine: Engine, email: str, market_id: str, audience: str, *, now: datetime) -> bool:
    """Ends the subscription of an address; whether there was one in force."""
    with engine.begin() as connection:
        return bool(
            connection.execute(
                update(digest_subscribers)
                .where(
                    digest_subscribers.c.email == email,
                    digest_subscribers.c.market_id == market_id,
                    digest_subscribers.c.audience == audience,
                    digest_subscribers.c.unsubscribed_at.is_(None),
                )
                .values(unsubscribed_at=now)
            ).rowcount
        )


def subscribers(engine: Engine) -> Sequence[Subscriber]:
    """Everybody, those who left too."""
    with engine.connect() as connection:
        rows = connection.execute(select(*_COLUMNS).order_by(digest_subscribers.c.subscriber_id))
        return [Subscriber(**row._mapping) for row in rows]


def waiting(
    engine: Engine, market_id: str, iso_week: str, audience: str, *, first_made_at: datetime
) -> Sequence[str]:
    """Addresses that are still to get an edition: those `claim` would come to, sooner or later."""
    is_over = (
        select(digest_sends.c.subscriber_id)
        .where(
            digest_sends.c.subscriber_id == digest_subscribers.c.subscriber_id,
            digest_sends.c.iso_week == iso_week,
            digest_sends.c.state.in_(["handing over", "sent", "unknown"])
            | (digest_sends.c.state == "failed") & (digest_sends.c.attempts >= MOST_ATTEMPTS),
        )
        .exists()
    )
    asked = select(digest_subscribers.c.email).where(
        digest_subscribers.c.market_id == market_id,
        digest_subscribers.c.audience == audience,
        digest_subscribers.c.unsubscribed_at.is_(None),
        digest_subscribers.c.subscribed_at <= first_made_at,
        ~is_over,
    )
    with engine.connect() as connection:
        return list(connection.scalars(asked.order_by(digest_subscribers.c.subscriber_id)))


def claim(
    engine: Engine,
    market_id: str,
    iso_week: str,
    audience: str,
    *,
    first_made_at: datetime,
    now: datetime,
) -> Claim | None:
    """Claims the next send of an edition; None where nobody is left."""
    with engine.begin() as connection:
        row = run(
            connection,
            "claim_send",
            market_id=market_id,
            iso_week=iso_week,
            audience=audience,
            now=now,
            first_made_at=first_made_at,
            abandoned_before=now - ABANDONED_AFTER,
            most_attempts=MOST_ATTEMPTS,
            rest_seconds=REST_SECONDS,
        ).one_or_none()
    if row is None:
        return None
    return Claim(row.subscriber_id, iso_week, row.attempts, row.email, row.token)


def sends_due(engine: Engine, *, now: datetime) -> Sequence[tuple[str, str, str]]:
    """(market_id, iso_week, audience) of recent editions that somebody is still to get."""
    with engine.connect() as connection:
        rows = run(
            connection,
            "sends_due",
            now=now,
            since=(now - FRESH).date(),
            abandoned_before=now - ABANDONED_AFTER,
            most_attempts=MOST_ATTEMPTS,
            rest_seconds=REST_SECONDS,
        )
        return [(row.market_id, row.iso_week, row.audience) for row in rows]


def hand_over(engine: Engine, claimed: Claim) -> bool:
    """Notes that the message's bytes are about to leave; False where the claim has lapsed."""
    return _set(engine, claimed, "claimed", state="handing over")


def sent(engine: Engine, claimed: Claim, *, now: datetime) -> None:
    """Notes that the server took the message."""
    _set(engine, claimed, "handing over", state="sent", finished_at=now)


def failed(
    engine: Engine, claimed: Claim, error: str, *, now: datetime, is_final: bool = False
) -> None:
    """Notes that the message was not taken. is_final: trying again would be no use."""
    _set(
        engine,
        claimed,
        "claimed",
        "handing over",
        state="failed",
        finished_at=now,
        error=error[:LONGEST_ERROR],
        attempts=MOST_ATTEMPTS if is_final else claimed.attempts,
    )


def lost(engine: Engine, claimed: Claim, error: str, *, now: datetime) -> None:
    """Notes that nobody knows whether the message was taken."""
    _set(
        engine,
        claimed,
        "handing over",
        state="unknown",
        finished_at=now,
        error=error[:LONGEST_ERROR],
    )


def settle_lost(engine: Engine, *, now: datetime) -> None:
    """Marks what a sender that died was handing over as unknown."""
    with engine.begin() as connection:
        run(connection, "settle_sends", before=now - ABANDONED_AFTER, now=now)


def _set(engine: Engine, claimed: Claim, *states: str, **values: object) -> bool:
    """Changes the send if it is in one of these states and still this claim's."""
    with engine.begin() as connection:
        changed = connection.execute(
            update(digest_sends)
            .where(
                digest_sends.c.subscriber_id == claimed.subscriber_id,
                digest_sends.c.iso_week == claimed.iso_week,
                digest_sends.c.attempts == claimed.attempts,
                digest_sends.c.state.in_(states),
            )
            .values(**values)
        )
        return changed.rowcount == 1

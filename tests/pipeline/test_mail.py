"""Editions by mail, against a real SMTP server that the tests run: once each, whatever breaks."""

import email
import re
import socket
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default

import pytest
from aiosmtpd.controller import Controller
from pydantic import SecretStr

from db import digests, insights, subscribers
from metrics.calendar import IsoWeek
from pipeline.digest import build_editions
from pipeline.mail import MailNotSetError, deliver, planned
from tests.factories import execute, read
from tests.seeding import NOW, SETTINGS

pytestmark = pytest.mark.world("edition")
WEEK = IsoWeek(2026, 47)
READER, OTHER = "reader@example.org", "other@example.org"


@dataclass
class Mailbox:
    """What a server took, and how it answers: to whom which code, or by hanging up."""

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    hangs_up_for: set[str] = field(default_factory=set)
    port: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        (address,) = envelope.rcpt_tos
        message = email.message_from_bytes(envelope.content, policy=default)
        self.taken.append((address, message))
        if address in self.hangs_up_for:
            server.transport.close()  # taken, and the answer never arrives
        return "250 OK"


@pytest.fixture
def mailbox():
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    yield box
    controller.stop()


@pytest.fixture
def settings(mailbox):
    return SETTINGS.model_copy(
        update={
            "smtp_url": SecretStr(f"smtp+plain://127.0.0.1:{mailbox.port}"),
            "mail_from": "Table Stakes <digest@example.com>",
            "public_url": "https://tables.example.com",
        }
    )


@pytest.fixture
def edition(engine):
    for address in (READER, OTHER):
        subscribe(engine, address)
    return digests.edition(engine, "nyc", "2026-W47", "public")


def subscribe(engine, address, audience="public", when=NOW - timedelta(days=1)):
    token = f"token-of-{address.partition('@')[0]}-{audience}-0123456789"
    subscribers.subscribe(engine, address, "nyc", audience, token, now=when)


def send(engine, settings, edition, now=NOW):
    return deliver(engine, settings, edition, now=lambda: now)


def states(engine) -> dict[str, str]:
    rows = read(
        engine,
        "SELECT email, state FROM digest_sends JOIN digest_subscribers USING (subscriber_id)",
    )
    return {row["email"]: row["state"] for row in rows}


def test_every_subscriber_of_the_edition_gets_it_once(engine, settings, edition, mailbox):
    subscribe(engine, "inside@example.org", "internal")
    assert vars(send(engine, settings, edition)) == {"sent": 2, "failed": 0, "unknown": 0}
    assert [address for address, _ in mailbox.taken] == [READER, OTHER]
    assert send(engine, settings, edition).sent == 0
    assert len(mailbox.taken) == 2


def test_the_message_reads_in_text_and_html_with_pictures_inside(
    engine, settings, edition, mailbox
):
    send(engine, settings, edition)
    _, message = mailbox.taken[0]
    assert message["Subject"].startswith("State of ")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = message["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://tables.example.com/digests/unsubscribe/token-of-reader")
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for item in edition.facts["items"]:
        assert item["printable"] in text
    assert link in text
    assert link in html
    named = set(re.findall(r'src="cid:([^"]+)"', html))
    carried = {
        part["Content-ID"].strip("<>"): part.get_content()
        for part in message.walk()
        if part.get_content_type() == "image/png"
    }
    assert named == set(carried)
    assert len(named) == 2
    assert all(picture.startswith(b"\x89PNG") for picture in carried.values())


def test_a_refusal_for_now_is_tried_again_after_a_rest_and_one_for_good_is_not(
    engine, settings, edition, mailbox
):
    mailbox.answers = {READER: "451 try later", OTHER: "550 no such user"}
    assert send(engine, settings, edition).failed == 2
    assert states(engine) == {READER: "failed", OTHER: "failed"}
    mailbox.answers = {}
    assert send(engine, settings, edition, NOW + timedelta(seconds=30)).sent == 0
    assert send(engine, settings, edition, NOW + timedelta(minutes=5)).sent == 1
    assert [address for address, _ in mailbox.taken] == [READER]
    (mails,) = insights.status(engine, now=NOW, retention_days=21).sends
    assert (mails.sent, mails.failed, mails.last_error) == (1, 1, "550 no such user")


def test_a_server_that_is_away_takes_nothing_and_nobody_is_forgotten(
    engine, settings, edition, mailbox, monkeypatch
):
    away = settings.model_copy(update={"smtp_url": SecretStr("smtp+plain://127.0.0.1:1")})
    monkeypatch.setattr("pipeline.mail.post._connect.retry.wait", lambda _: 0)
    assert vars(send(engine, away, edition)) == {"sent": 0, "failed": 1, "unknown": 0}
    assert send(engine, settings, edition, NOW + timedelta(minutes=5)).sent == 2


def test_a_connection_that_breaks_after_the_last_byte_is_never_sent_again(
    engine, settings, edition, mailbox
):
    mailbox.hangs_up_for = {READER}
    result = send(engine, settings, edition)
    assert (result.sent, result.unknown) == (1, 1)
    assert states(engine) == {READER: "unknown", OTHER: "sent"}
    mailbox.hangs_up_for = set()
    assert send(engine, settings, edition, NOW + timedelta(days=1)).sent == 0
    assert [address for address, _ in mailbox.taken] == [READER, OTHER]


def test_the_dry_run_names_whom_claims_would_come_to_and_nobody_else(engine, edition):
    """READER and OTHER have no send yet; each of the others has one in a state of its own."""
    begun = NOW - timedelta(hours=1)
    for state in ("claimed", "handing over", "sent", "failed", "unknown"):
        for attempts in (1, subscribers.MOST_ATTEMPTS - 1, subscribers.MOST_ATTEMPTS):
            address = f"{state}.{attempts}@example.org".replace(" ", ".")
            subscribe(engine, address)
            execute(
                engine,
                "INSERT INTO digest_sends (subscriber_id, iso_week, state, attempts, claimed_at, "
                "finished_at) SELECT subscriber_id, :week, :state, :attempts, :begun, :begun "
                "FROM digest_subscribers WHERE email = :address",
                week=edition.iso_week,
                state=state,
                attempts=attempts,
                begun=begun,
                address=address,
            )
    expected = planned(engine, edition)
    asked = {"first_made_at": edition.created_at, "now": NOW + timedelta(days=1)}
    claims = iter(
        lambda: subscribers.claim(engine, "nyc", edition.iso_week, "public", **asked), None
    )
    assert [claim.email for claim in claims] == expected
    assert len(expected) == 2 + 3 + 2


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


def test_a_sender_killed_before_the_bytes_left_is_made_good(
    engine, settings, edition, mailbox, monkeypatch
):
    def killed(*_):
        raise Killed

    monkeypatch.setattr(subscribers, "hand_over", killed)
    with pytest.raises(Killed):
        send(engine, settings, edition)
    monkeypatch.undo()
    assert states(engine) == {READER: "claimed"}
    later = NOW + subscribers.ABANDONED_AFTER + timedelta(seconds=1)
    assert send(engine, settings, edition, later).sent == 2
    assert sorted(address for address, _ in mailbox.taken) == [OTHER, READER]


def test_a_sender_killed_after_the_bytes_left_is_not_repeated(
    engine, settings, edition, mailbox, monkeypatch
):
    def killed(*_, **__):
        raise Killed

    monkeypatch.setattr(subscribers, "sent", killed)
    with pytest.raises(Killed):
        send(engine, settings, edition)
    monkeypatch.undo()
    later = NOW + subscribers.ABANDONED_AFTER + timedelta(seconds=1)
    send(engine, settings, edition, later)
    assert states(engine) == {READER: "unknown", OTHER: "sent"}
    assert [address for address, _ in mailbox.taken] == [READER, OTHER]


def test_a_claim_that_lapsed_sends_nothing(engine, edition):
    asked = {"first_made_at": edition.created_at}
    first = subscribers.claim(engine, "nyc", "2026-W47", "public", now=NOW, **asked)
    later = NOW + subscribers.ABANDONED_AFTER + timedelta(seconds=1)
    second = subscribers.claim(engine, "nyc", "2026-W47", "public", now=later, **asked)
    assert (first.email, second.email) == (READER, READER)
    assert not subscribers.hand_over(engine, first)
    assert subscribers.hand_over(engine, second)


def test_who_left_or_came_later_is_not_written_to(engine, settings, edition, mailbox):
    assert subscribers.unsubscribe(engine, "token-of-reader-public-0123456789", now=NOW)
    subscribe(engine, "late@example.org", when=NOW + timedelta(hours=1))
    assert planned(engine, edition) == [OTHER]
    assert send(engine, settings, edition, NOW + timedelta(hours=2)).sent == 1
    assert [address for address, _ in mailbox.taken] == [OTHER]


def test_a_revision_is_not_sent_again(engine, settings, edition, mailbox):
    send(engine, settings, edition)
    digests.write_note(engine, "nyc", "2026-W47", "More.", written_at=NOW)
    build_editions(engine, SETTINGS, NOW, week=WEEK)
    assert subscribers.sends_due(engine, now=NOW + timedelta(hours=1)) == []


def test_without_a_server_it_is_said_what_to_set(engine, edition):
    with pytest.raises(MailNotSetError, match="TABLESTAKES_SMTP_URL"):
        send(engine, SETTINGS, edition)

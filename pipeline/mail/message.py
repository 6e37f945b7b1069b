"""An edition as a mail: a text part, an HTML part, the pictures inline."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import editions
from charts.edition import edition_figures
from charts.look import LIGHT
from charts.printing import print_image
from db.digests import Edition
from editions import Printed

UNSUBSCRIBE_PATH = "/digests/unsubscribe/"


@dataclass(frozen=True)
class Letter:
    """An edition ready to be addressed: what is alike for every subscriber."""

    printed: Printed
    pictures: tuple[tuple[str, str, bytes], ...]
    sender: Address
    public_url: str


def letter(edition: Edition, *, sender: Address, public_url: str) -> Letter:
    """Draws the pictures once for all."""
    printed = Printed.of(edition)
    return Letter(
        printed,
        tuple(
            (figure.name, figure.alt, print_image(figure.draw(LIGHT, figure.caption), "png"))
            for figure in edition_figures(edition.facts)
        ),
        sender,
        public_url,
    )


def addressed(what: Letter, email: str, token: str, *, now: datetime) -> EmailMessage:
    """The message to one subscriber, with the link and the headers that end the subscription."""
    facts, host = what.printed.facts, what.sender.domain
    unsubscribe_url = f"{what.public_url}{UNSUBSCRIBE_PATH}{token}"
    name = f"{facts['market']['market_id']}.{facts['iso_week']}.{facts['audience']}"
    message = EmailMessage(policy=SMTP)
    label = " (simulated data)" if facts["is_simulated"] else ""
    message["Subject"] = (
        f"{editions.title_of(what.printed)}, No. {facts['number']}: {facts['headline']}{label}"
    )
    message["From"] = what.sender
    message["To"] = email
    message["Date"] = format_datetime(now)
    # The same edition to the same reader has the same id: a mail box that knows it shows one.
    message["Message-ID"] = f"<{name}.{hashlib.sha256(token.encode()).hexdigest()[:24]}@{host}>"
    message["List-Id"] = f"<digest.{host}>"
    message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(
        editions.email_text(what.printed, base_url=what.public_url, unsubscribe_url=unsubscribe_url)
    )
    images = [{"source": f"cid:{picture}@{host}", "alt": alt} for picture, alt, _ in what.pictures]
    message.add_alternative(
        editions.email_html(
            what.printed,
            base_url=what.public_url,
            unsubscribe_url=unsubscribe_url,
            images=images,
        ),
        subtype="html",
    )
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    for picture, _, content in what.pictures:
        html.add_related(
            content,
            "image",
            "png",
            cid=f"<{picture}@{host}>",
            filename=f"{editions.file_stem(what.printed)}-{picture}.png",
            disposition="inline",
        )
    return message

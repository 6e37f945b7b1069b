"""A connection to the mail server, and the one place where a message leaves us.

SMTP has one moment that nobody can make safe: after the last byte and before the server's answer.
What is lost there may have arrived or not. So `hand_over` is asked just before the bytes go, and a
connection that breaks after it raises `LostError`, which is never tried again.
"""

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_random_exponential

TIMEOUT_SECONDS = 30
PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
ACCEPTED = 250
PERMANENT_FROM = 500


class RefusedError(Exception):
    """The server did not take the message. is_final: it will not take it later either."""

    def __init__(self, code: int, answer: bytes | str) -> None:
        text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
        super().__init__(f"{code} {text}")
        self.is_final = code >= PERMANENT_FROM


class LostError(Exception):
    """The connection broke while the message was being handed over."""


@contextmanager
def connected(url: str) -> Iterator[smtplib.SMTP]:
    """A connection that is encrypted (unless the URL says smtp+plain) and logged in.

    It is tried three times, further apart each time. Raises OSError and smtplib's errors.
    """
    server = _connect(url)
    try:
        yield server
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()


@retry(
    retry=retry_if_exception_type((OSError, smtplib.SMTPServerDisconnected)),
    stop=stop_after_attempt(3),
    wait=wait_random_exponential(multiplier=0.5, max=5),
    reraise=True,
)
def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    try:
        if parts.scheme == "smtp":
            server.starttls(context=context)
        server.ehlo_or_helo_if_needed()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def post(
    server: smtplib.SMTP,
    message: EmailMessage,
    *,
    sender: str,
    recipient: str,
    hand_over: Callable[[], bool],
) -> bool:
    """Hands a message over; False where `hand_over` said that it is not ours to send any more.

    Raises RefusedError, LostError, and OSError or smtplib's errors where nothing has left yet.
    """
    content = message.as_bytes()
    _expect(server.mail(sender))
    _expect(server.rcpt(recipient))
    if not hand_over():
        server.rset()
        return False
    try:
        _expect(server.data(content))
    except smtplib.SMTPDataError as error:  # refused before the bytes
        raise RefusedError(error.smtp_code, error.smtp_error) from None
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        raise LostError(f"The connection broke while the message left: {error}") from error
    return True


def _expect(answer: tuple[int, bytes]) -> None:
    code, text = answer
    if code not in (ACCEPTED, 251):
        raise RefusedError(code, text)

"""Mail over encrypted connections only, to a server whose certificate is trusted: a real one."""

import socket
import ssl

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from pydantic import SecretStr

from db import insights
from pipeline.mail import deliver
from tests.pipeline.test_mail import OTHER, READER, Mailbox, edition
from tests.seeding import NOW, SETTINGS

__all__ = ["edition"]

pytestmark = pytest.mark.world("edition")

USER, PASSWORD = "digest", "p@ss/word"
USER_IN_URL = "digest:p%40ss%2Fword"
ONE_FAILED = {"sent": 0, "failed": 1, "unknown": 0}  # the others wait for the next pass


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr("pipeline.mail.post._connect.retry.wait", lambda _: 0)


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """Who vouches for our servers; this process trusts it."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return made


def context_of(authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def serve():
    """Starts a server; gives its mailbox."""
    running = []

    def start(**options):
        box = Mailbox()
        with socket.create_server(("127.0.0.1", 0)) as free:
            box.port = free.getsockname()[1]
        controller = Controller(box, hostname="localhost", port=box.port, **options)
        controller.start()
        running.append(controller)
        return box

    yield start
    for controller in running:
        controller.stop()


def knows_the_password(server, session, envelope, mechanism, given):
    is_known = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=is_known, handled=False)


def send(engine, edition, url):
    settings = SETTINGS.model_copy(
        update={
            "smtp_url": SecretStr(url),
            "mail_from": "Table Stakes <digest@example.com>",
            "public_url": "https://tables.example.com",
        }
    )
    return deliver(engine, settings, edition, now=lambda: NOW)


def last_error(engine):
    (mails,) = insights.status(engine, now=NOW, retention_days=21).sends
    return mails.last_error


def test_smtp_asks_for_encryption_before_it_says_the_password(engine, edition, serve, authority):
    box = serve(
        tls_context=context_of(authority),
        require_starttls=True,
        auth_required=True,
        authenticator=knows_the_password,
    )
    done = send(engine, edition, f"smtp://{USER_IN_URL}@localhost:{box.port}")
    assert done.sent == 2
    assert [address for address, _ in box.taken] == [READER, OTHER]


def test_smtps_is_encrypted_from_the_first_byte(engine, edition, serve, authority):
    box = serve(ssl_context=context_of(authority))
    assert send(engine, edition, f"smtps://localhost:{box.port}").sent == 2
    assert len(box.taken) == 2


@pytest.mark.parametrize(("scheme", "option"), [("smtp", "tls_context"), ("smtps", "ssl_context")])
def test_nothing_goes_to_a_server_that_nobody_vouches_for(
    engine, edition, serve, authority, scheme, option
):
    box = serve(**{option: context_of(trustme.CA())})
    assert vars(send(engine, edition, f"{scheme}://localhost:{box.port}")) == ONE_FAILED
    assert box.taken == []
    assert "certificate verify failed" in last_error(engine)


def test_nothing_goes_unencrypted_to_a_server_that_cannot_encrypt(engine, edition, serve):
    box = serve()
    assert vars(send(engine, edition, f"smtp://localhost:{box.port}")) == ONE_FAILED
    assert box.taken == []
    assert "STARTTLS" in last_error(engine)

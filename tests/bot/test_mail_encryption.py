"""Mail over encrypted lines: which servers are trusted, and what never goes over an open one.

THREATS 112, against a TLS server whose certificate is made here.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.errors import Misconfigured, Unavailable
from bot.mail_api import MailInDoubt, send_mail
from bot.sandbox.mail import Door, MailServer
from bot.setting_values import parse_smtp_url
from tests.bot.test_mail_api import MAIL, NOW, SENDER
from tests.certificates import Certificate, make_certificate

LOGIN = ("desk", "tell-nobody")

pytestmark = pytest.mark.openssl


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@contextmanager
def serving(door: Door) -> Iterator[MailServer]:
    server = MailServer(door).start()
    try:
        yield server
    finally:
        server.stop()


def send(url: str) -> None:
    send_mail(parse_smtp_url(url), SENDER, MAIL, now=NOW)


@pytest.fixture(params=[True, False], ids=["STARTTLS", "smtps"])
def server(request: pytest.FixtureRequest, certificate: Certificate) -> Iterator[MailServer]:
    """A server that is spoken to encrypted, by a name and a password, and in no other way."""
    door = Door(tls=certificate.context(), starts_open=request.param, login=LOGIN)
    with serving(door) as made:
        yield made


def test_a_server_whose_authority_is_named_gets_the_mail_and_the_password(
    server: MailServer, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))

    send(server.url)

    (letter,) = server.mailbox.list_letters()
    assert letter.headers["Subject"] == MAIL.subject


def test_a_server_that_nobody_vouches_for_gets_neither(server: MailServer) -> None:
    with pytest.raises(Misconfigured, match=r"not trusted \(self-signed certificate\)") as raised:
        send(server.url)

    assert "SSL_CERT_FILE" in raised.value.message
    assert server.mailbox.list_letters() == []
    assert "AUTH" not in server.heard


def test_a_server_of_another_name_gets_neither(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_certificate(tmp_path, "DNS:mail.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(other.file))

    with (
        serving(Door(tls=other.context(), login=LOGIN)) as server,
        pytest.raises(Misconfigured, match=r"not trusted \(IP address mismatch"),
    ):
        send(server.url)

    assert "AUTH" not in server.heard


def test_the_wrong_password_is_said_to_be_wrong(
    server: MailServer, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.file))

    with pytest.raises(Misconfigured, match="does not accept the name and password"):
        send(server.url.replace("tell-nobody", "something"))


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A server on another machine, as it were, that encrypts nothing; or somebody before it."""
    monkeypatch.setattr("bot.mail_api.LOOPBACK", frozenset())
    with serving(Door(login=LOGIN)) as made:
        yield made


def test_where_no_encryption_is_offered_nothing_is_sent(plain: MailServer) -> None:
    for url in (plain.url, plain.url.replace("desk:tell-nobody@", "")):
        with pytest.raises(Misconfigured, match="offers no encryption"):
            send(url)

    assert plain.heard == ["EHLO", "EHLO"]


def test_a_server_inside_may_be_spoken_to_openly_where_the_setting_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.mail_api.LOOPBACK", frozenset())
    with serving(Door()) as inside:
        send(f"{inside.url}?encryption=off")

        assert len(inside.mailbox.list_letters()) == 1


def test_a_server_that_wants_no_password_is_given_none() -> None:
    with serving(Door()) as server:
        address = server.url.replace("//", "//desk:tell-nobody@")

        with pytest.raises(Misconfigured, match="SMTP_URL should have none"):
            send(address)

        assert "AUTH" not in server.heard


def test_a_line_that_can_not_be_encrypted_has_sent_nothing() -> None:
    with serving(Door()) as open_one:
        secure = open_one.url.replace("smtp:", "smtps:")

        with pytest.raises(Unavailable, match="no encrypted line comes about") as raised:
            send(secure)

    assert not isinstance(raised.value, MailInDoubt)


def test_a_name_that_nobody_knows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object, **_options: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(Unavailable, match="nobody knows its name"):
        send("smtp://mail.example")


def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(Unavailable, match="nothing listens there"):
        send("smtp://127.0.0.1:9")

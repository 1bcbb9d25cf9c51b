"""Mail over SMTP: what arrives, what can't, and what nobody knows about."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.errors import Refused, Unavailable
from bot.mail_api import Mail, MailInDoubt, message_id_of, send_mail
from bot.sandbox.mail import MailServer
from bot.setting_values import parse_mail_address, parse_smtp_url

NOW = datetime(2026, 11, 16, 12, tzinfo=UTC)
SENDER = parse_mail_address("Meridian Voice <billing@meridian.example>")
MAIL = Mail(
    key="send_payment_link:in_1",
    recipient="pay@acme.example",
    subject="Invoice ACME-0042",
    text="Hello,\n.a line with a dot\nhttps://invoice.stripe.com/i/acct_1/" + "x" * 1500,
    html="<p>Hello</p>",
)


@pytest.fixture(scope="module")
def post_office() -> Iterator[MailServer]:
    """A mail server that takes everything, unless a test says otherwise."""
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture
def server(post_office: MailServer) -> Iterator[MailServer]:
    """The same, without faults before and after."""
    yield post_office
    post_office.faults.reset()


def send(server: MailServer, mail: Mail = MAIL) -> None:
    """Hand a mail over."""
    send_mail(parse_smtp_url(server.url), SENDER, mail, now=NOW)


def test_a_mail_arrives_as_it_was_written(server: MailServer) -> None:
    send(server)

    letter = server.mailbox.list_letters()[0]
    assert letter.envelope_to == ("pay@acme.example",)
    assert letter.headers["From"] == "Meridian Voice <billing@meridian.example>"
    assert letter.headers["To"] == "pay@acme.example"
    assert letter.headers["Subject"] == "Invoice ACME-0042"
    assert letter.text.replace("\r\n", "\n").strip() == MAIL.text
    assert letter.html.strip() == MAIL.html


def test_the_same_deed_has_the_same_name_everywhere(server: MailServer) -> None:
    send(server)
    send(server)
    send(server, replace(MAIL, key="send_payment_link:in_2"))

    other, second, first = [one.headers["Message-ID"] for one in server.mailbox.list_letters()[:3]]
    assert first == second == message_id_of(SENDER, MAIL.key)
    assert other != first
    assert "in_1" not in first


def test_no_name_can_add_a_header(server: MailServer) -> None:
    nasty = "Pay\r\nBcc: everybody@evil.example\r\n\r\nAnd a body"

    send(server, replace(MAIL, subject=nasty))

    letter = server.mailbox.list_letters()[0]
    assert "Bcc" not in letter.headers
    assert letter.envelope_to == ("pay@acme.example",)
    assert letter.headers["Subject"] == "Pay Bcc: everybody@evil.example And a body"


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "nobody",
        "a@b.example\r\nRCPT TO:<c@evil.example>",
        "a@b.example, c@evil.example",
        "a b@c.example",
        "<a@b.example> <c@evil.example>",
        "x" * 300 + "@b.example",
    ],
)
def test_what_is_no_address_is_written_to_nobody(server: MailServer, recipient: str) -> None:
    before = len(server.mailbox.list_letters())

    with pytest.raises(Refused, match="no e-mail address"):
        send(server, replace(MAIL, recipient=recipient))

    assert len(server.mailbox.list_letters()) == before


def test_letters_of_every_script_arrive(server: MailServer) -> None:
    send(server, replace(MAIL, recipient="jörg@müller.example", subject="Rechnung für 日本"))

    letter = server.mailbox.list_letters()[0]
    assert letter.envelope_to == ("jörg@müller.example",)
    assert letter.headers["Subject"] == "Rechnung für 日本"


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        ("refuse", Refused, "550 5.1.1 no such mailbox"),
        ("refuse_after", Refused, "554 5.7.1"),
        ("busy", Unavailable, "451 4.7.1"),
        ("lose_answer", MailInDoubt, "did not say what became of it"),
        ("drop", MailInDoubt, "did not say what became of it"),
    ],
)
def test_what_came_of_it_is_told_exactly(
    server: MailServer, fault: str, error: type[Exception], words: str
) -> None:
    server.faults.set(fault, 1)

    with pytest.raises(error, match=words) as raised:
        send(server)

    assert type(raised.value) is error


def test_a_server_that_is_not_there_has_sent_nothing() -> None:
    nowhere = parse_smtp_url("smtp://127.0.0.1:9")

    with pytest.raises(Unavailable, match="can’t be reached") as raised:
        send_mail(nowhere, SENDER, MAIL, now=NOW)

    assert not isinstance(raised.value, MailInDoubt)


@pytest.mark.parametrize(
    ("text", "host", "port", "is_tls", "user"),
    [
        ("smtp://mail.example", "mail.example", 587, False, ""),
        ("smtps://mail.example", "mail.example", 465, True, ""),
        ("smtp://desk:p%40ss@mail.example:2525", "mail.example", 2525, False, "desk"),
        ("smtp://a%40b:x@[::1]:25/", "::1", 25, False, "a@b"),
    ],
)
def test_a_mail_server_is_named_by_an_address(
    text: str, host: str, port: int, *, is_tls: bool, user: str
) -> None:
    read = parse_smtp_url(text)

    assert (read.host, read.port, read.is_tls, read.user) == (host, port, is_tls, user)


@pytest.mark.parametrize(
    "text",
    [
        *("mail.example", "http://mail.example", "smtp://", "smtp://h/path", "smtp://h?x=1"),
        *("smtp://desk:tell/nobody@h", "smtp://desk:tell#nobody@h", "smtp://h:99999"),
    ],
)
def test_what_names_no_mail_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="must be such as") as raised:
        parse_smtp_url(text)
    assert "tell" not in str(raised.value)


@pytest.mark.parametrize("text", ["smtps://h?encryption=off", "smtp://desk:x@h?encryption=off"])
def test_a_password_needs_encryption(text: str) -> None:
    with pytest.raises(ValueError, match="can't have encryption=off"):
        parse_smtp_url(text)

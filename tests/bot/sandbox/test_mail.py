"""The sandbox's mail server: as strict as a real one, and its mailbox readable on the page."""

import json
import smtplib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.sandbox.mail import MailServer
from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn, open_workspace

MAIL = (
    b"From: Desk <desk@meridian.example>\r\nTo: pay@acme.example\r\nSubject: To pay\r\n"
    b"Message-ID: <1@meridian.example>\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>Hello <script>alert(1)</script></p>\r\n"
)


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    """A mail server."""
    post_office = MailServer().start()
    yield post_office
    post_office.stop()


@pytest.fixture
def line(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A line to it on which nothing was said yet."""
    host, _, port = server.url.removeprefix("smtp://").partition(":")
    with smtplib.SMTP(host, int(port), timeout=100) as smtp:
        yield smtp


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (["MAIL FROM:<a@b.example>"], 503),
        (["EHLO x", "RCPT TO:<a@b.example>"], 503),
        (["EHLO x", "DATA"], 503),
        (["EHLO x", "MAIL FROM:<a@b.example>", "MAIL FROM:<a@b.example>"], 503),
        (["EHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<nobody>"], 501),
        (["EHLO x", "MAIL TO:<a@b.example>"], 501),
        (["EHLO x", "STARTTLS"], 502),
        (["EHLO x", "MAIL FROM:<a@b.example>", "RSET", "DATA"], 503),
        (["HELO x", "NOOP"], 250),
    ],
)
def test_what_is_out_of_order_is_refused(line: smtplib.SMTP, said: list[str], code: int) -> None:
    answers = [line.docmd(each)[0] for each in said]

    assert answers[-1] == code


def test_what_is_no_mail_is_not_taken(line: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPDataError):
        line.sendmail("a@b.example", ["c@d.example"], b"Subject: no sender\r\n\r\nx\r\n")


def test_a_fault_that_does_not_exist_is_refused(server: MailServer) -> None:
    with pytest.raises(ValueError, match="There is no fault"):
        server.faults.set("thunder", 1)


def test_a_mail_is_read_on_the_page_and_nothing_of_it_runs(
    server: MailServer, line: smtplib.SMTP
) -> None:
    line.sendmail("desk@meridian.example", ["pay@acme.example"], MAIL)
    manifest = json.loads(Path("manifest.json").read_text("utf-8"))
    slack = open_workspace(StandIn(manifest))
    slack.state.mailbox = server.mailbox

    with serving(slack.app) as page, httpx.Client(base_url=page.url, trust_env=False) as browser:
        state = browser.get("/page/state", params={"as": "U0AVERY"}).json()
        [mail] = browser.get("/page/mails", params={"as": "U0AVERY"}).json()["mails"]
        shown = browser.get(f"/mail/{mail['id']}")
        missing = browser.get("/mail/999")

    assert state["has_mailbox"] is True
    assert (mail["to"], mail["subject"]) == ("pay@acme.example", "To pay")
    assert "&lt;script&gt;alert(1)" in shown.text
    assert "<script" not in shown.text
    assert "script-src" not in shown.headers["Content-Security-Policy"]
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert missing.status_code == 404

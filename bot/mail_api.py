"""The one door out by SMTP: one mail in one connection, and what came of it told exactly.

Until the mail's last dot has gone out nothing was sent, whatever fails. From then on only the
server knows: where it does not answer any more, the mail may have arrived, and MailInDoubt says so.
"""

import contextlib
import hashlib
import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from bot.errors import Misconfigured, Refused, Unavailable
from bot.setting_values import MailAddress, SmtpAddress, is_mail_address
from bot.telemetry import clean_text
from bot.unreached import why_unreached

# For each step: to connect, and for each answer. Lists of recipients are checked while we wait.
CONNECT_SECONDS_MAX, ANSWER_SECONDS_MAX = 5.0, 15.0
# Source: RFC 5321, section 4.2.1: from here on a refusal holds; below, later may be otherwise.
REFUSALS, REFUSED_FOR_GOOD = 400, 500
KEY_CHARACTERS = 32
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class MailInDoubt(Unavailable):
    """The mail server took the mail and did not say what became of it."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to one person, in both of its forms.

    Shape: `key` names it for ever; the same key gives the same Message-ID.
    """

    key: str
    recipient: str
    subject: str
    text: str
    html: str


def send_mail(server: SmtpAddress, sender: MailAddress, mail: Mail, *, now: datetime) -> None:
    """Give a mail to the mail server.

    Raises: Refused when it will not take it, Misconfigured when it does not take us, Unavailable
        when nothing was sent and later may do, MailInDoubt when nobody knows whether it was.
    """
    recipient = parse_recipient(mail.recipient)
    content = wire_form(sender, mail, now=now)
    try:
        with _connected(server) as smtp:
            _address(smtp, sender.address, recipient)
            _hand_over(smtp, content)
    except smtplib.SMTPAuthenticationError:
        raise Misconfigured("The mail server does not accept the name and password.") from None
    except smtplib.SMTPNotSupportedError:
        raise Misconfigured(
            "The mail server takes no name and password on this line: SMTP_URL should have none."
        ) from None
    except smtplib.SMTPResponseException as answered:
        raise _judged(answered.smtp_code, answered.smtp_error) from None
    except ssl.SSLCertVerificationError as doubted:
        raise Misconfigured(_unreached(doubted)) from None
    except (OSError, smtplib.SMTPException) as failed:
        raise Unavailable(_unreached(failed)) from None


def parse_recipient(text: str) -> str:
    """An address as the envelope takes it.

    Raises: Refused for what is none, so that nothing else gets between the lines.
    """
    if not is_mail_address(text):
        raise Refused("That is no e-mail address that mail can be sent to.")
    return text


def message_id_of(sender: MailAddress, key: str) -> str:
    """The name by which every mail server knows a mail of this key, and tells nothing else."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:KEY_CHARACTERS]
    return f"<{digest}@{sender.address.rpartition('@')[2]}>"


def wire_form(sender: MailAddress, mail: Mail, *, now: datetime) -> bytes:
    """The mail with its headers, as it goes over the line."""
    recipient = parse_recipient(mail.recipient)
    is_ascii = (sender.address + recipient).isascii()
    message = EmailMessage(policy=policy.SMTP if is_ascii else policy.SMTPUTF8)
    message["From"] = _header_address(sender.address, sender.name)
    message["To"] = _header_address(recipient)
    # A name from outside may hold the end of a line, and behind it a header of its own.
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id_of(sender, mail.key)
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message.as_bytes()


def _header_address(address: str, name: str = "") -> Address:
    user, _, domain = address.rpartition("@")
    return Address(display_name=name, username=user, domain=domain)


@contextlib.contextmanager
def _connected(server: SmtpAddress) -> Iterator[smtplib.SMTP]:
    """A connection that is encrypted, but to a server here or one that is open on purpose."""
    trusted = ssl.create_default_context()
    smtp: smtplib.SMTP
    if server.is_tls:
        smtp = smtplib.SMTP_SSL(
            server.host, server.port, timeout=CONNECT_SECONDS_MAX, context=trusted
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=CONNECT_SECONDS_MAX)
    with contextlib.closing(smtp):
        if isinstance(smtp.sock, socket.socket):
            smtp.sock.settimeout(ANSWER_SECONDS_MAX)
        smtp.ehlo_or_helo_if_needed()
        if not server.is_tls and smtp.has_extn("starttls"):
            smtp.starttls(context=trusted)
            smtp.ehlo()
        elif not (server.is_tls or server.is_plain or server.host in LOOPBACK):
            # It may be somebody on the way who has taken the offer out of the server's answer.
            raise Misconfigured(
                "The mail server offers no encryption, so no mail is sent to it, and no password."
            )
        if server.user:
            smtp.login(server.user, server.password.get_secret_value())
        yield smtp


def _address(smtp: smtplib.SMTP, sender: str, recipient: str) -> None:
    """Say who writes to whom.

    Raises: SMTPResponseException for a server that takes one of them not.
    """
    is_ascii = (sender + recipient).isascii()
    if not is_ascii and not smtp.has_extn("smtputf8"):
        raise Refused(f"The mail server takes no address with such letters: {recipient}.")
    options = [] if is_ascii else ["SMTPUTF8"]
    if not is_ascii:
        smtp.command_encoding = "utf-8"
    for code, said in (smtp.mail(sender, options), smtp.rcpt(recipient)):
        if code >= REFUSALS:
            raise smtplib.SMTPResponseException(code, said)


def _hand_over(smtp: smtplib.SMTP, content: bytes) -> None:
    """Send the mail itself.

    Raises: SMTPResponseException for a server that says no, MailInDoubt for one that says nothing.
    """
    try:
        code, said = smtp.data(content)
    except smtplib.SMTPDataError:
        raise
    except (OSError, smtplib.SMTPException):
        raise MailInDoubt from None
    if code >= REFUSALS:
        raise smtplib.SMTPResponseException(code, said)
    # It has the mail; whether the farewell reaches it changes nothing.
    with contextlib.suppress(OSError, smtplib.SMTPException):
        smtp.quit()


def _unreached(failed: Exception) -> str:
    return clean_text(f"The mail server can’t be reached: {why_unreached(failed)}.")


def _judged(code: int, said: bytes | str) -> Exception:
    """What an answer that is no success means: never, or not now."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    told = clean_text(f"{code} {words}")
    if code >= REFUSED_FOR_GOOD:
        return Refused(f"The mail server refused it: {told}")
    return Unavailable(f"The mail server does not take it now: {told}")

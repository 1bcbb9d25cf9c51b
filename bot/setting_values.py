"""What the value of a setting must look like: each check gives the value, or raises ValueError.

bot.settings puts the name of the setting before what the error says. Values that may hold a secret
are never repeated.
"""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.clock import find_zone
from bot.errors import BadRequest
from bot.money import parse_amount

DATABASE_DRIVERS = ("sqlite", "postgresql+psycopg")
# What bot.access makes of these is said there; a test holds the two together.
ROLES = ("viewer", "collector", "reviewer", "approver", "admin")
AUDIT_KEY_CHARACTERS_MIN = 32
# Source: RFC 8314, section 3, and RFC 6409, read 2026-11.
SMTP_PORTS = {"smtp": 587, "smtps": 465}
# What SMTP_URL ends with where mail may go over an open line.
PLAIN = "encryption=off"
CURRENCY_CHARACTERS = 3
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

# No space, no bracket and no end of a line: it stands in commands to the mail server.
_MAIL_ADDRESS = re.compile(r"[^\s<>@,;:\\\"()\[\]\x00-\x1f]+@[^\s<>@,;:\\\"()\[\]\x00-\x1f]+")
MAIL_ADDRESS_CHARACTERS_MAX = 254


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """Where mail is handed over, and as whom; `is_tls` when the line is closed from the start.

    Shape: `is_plain` where somebody has said that it may stay open.
    """

    host: str
    port: int
    is_tls: bool
    user: str
    password: SecretStr
    is_plain: bool = False


@dataclass(frozen=True, slots=True)
class MailAddress:
    """Whom a mail comes from: "Acme Billing <billing@acme.example>", or without a name."""

    name: str
    address: str


def parse_smtp_url(text: str) -> SmtpAddress:
    """The mail server in an address such as smtp://user:password@mail.example:587.

    Raises: ValueError for any other.
    """
    parts = urlsplit(text)
    default = SMTP_PORTS.get(parts.scheme)
    is_plain = parts.query == PLAIN
    try:
        port = parts.port or default
    except ValueError:
        # What stands there may be a part of the password.
        port = None
    is_odd = bool(parts.path.strip("/") or parts.fragment or (parts.query and not is_plain))
    if port is None or not parts.hostname or is_odd:
        raise ValueError(
            "must be such as smtp://user:password@mail.example:587, or smtps://…; signs such as"
            " @ / : in a password are written %40 %2F %3A"
        )
    if is_plain and (parts.scheme == "smtps" or parts.username):
        raise ValueError(f"can't have {PLAIN} with smtps:// or a password")
    return SmtpAddress(
        host=parts.hostname,
        port=port,
        is_tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=SecretStr(unquote(parts.password or "")),
        is_plain=is_plain,
    )


def parse_mail_address(text: str) -> MailAddress:
    """A person's or a desk's e-mail address, with a name before it or without.

    Raises: ValueError for what is none.
    """
    name, address = parseaddr(text)
    if not is_mail_address(address) or any(map(_is_control, text)):
        raise ValueError("must be an e-mail address, such as Acme Billing <billing@acme.example>")
    return MailAddress(name=name, address=address)


def is_mail_address(text: str) -> bool:
    """Whether a text is one e-mail address and nothing else."""
    return len(text) <= MAIL_ADDRESS_CHARACTERS_MAX and bool(_MAIL_ADDRESS.fullmatch(text))


def _is_control(letter: str) -> bool:
    return letter < " " or letter == "\x7f"


def check_smtp_url(url: SecretStr) -> SecretStr:
    """A mail server, or none."""
    if url.get_secret_value():
        parse_smtp_url(url.get_secret_value())
    return url


def check_sender(text: str) -> str:
    """An address that mail comes from, or none."""
    if text:
        parse_mail_address(text)
    return text


def check_address(text: str) -> str:
    """An address without a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("must be an address such as https://slack.com")
    return text.rstrip("/")


def check_slack_address(text: str) -> str:
    """The base of Slack's Web API."""
    # slack_sdk wants the whole base, https://slack.com/api/; the bare host is understood too.
    address = check_address(text)
    return f"{address}/" if urlsplit(address).path else f"{address}/api/"


def check_zone(text: str) -> str:
    """The name of a time zone."""
    if find_zone(text) is None:
        raise ValueError("must be an IANA time zone such as Europe/Berlin")
    return text


def check_database(text: str) -> str:
    """The address of a database that we can use."""
    try:
        driver = make_url(text).drivername
    except ArgumentError:
        raise ValueError("must be an address such as sqlite:///tallyman.sqlite3") from None
    if driver not in DATABASE_DRIVERS:
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    if driver == "sqlite" and make_url(text).database in {None, "", ":memory:"}:
        raise ValueError("must name a file, such as sqlite:///tallyman.sqlite3")
    return text


def check_log_level(text: str) -> str:
    """A log level, in capitals."""
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.upper()


def read_list(value: Any) -> Any:
    """The parts of a text with commas; what is no text stays as it is."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def check_slack_users(users: tuple[str, ...]) -> tuple[str, ...]:
    """Ids of people in Slack."""
    for user in users:
        if not (user.startswith(("U", "W")) and user.isalnum() and user.isupper()):
            # Without the value: somebody may have put a token here.
            raise ValueError("must be Slack member ids (U…, copied from people’s profiles)")
    return users


def check_slack_channel(channel: str) -> str:
    """The id of a channel of Slack, or none."""
    if channel and not (channel.startswith(("C", "G")) and channel.isalnum() and channel.isupper()):
        raise ValueError("must be the id of a channel (C…, at the end of what is told about it)")
    return channel


def check_slack_group(group: str) -> str:
    """The id of a user group of Slack, or none."""
    if group and not (group.startswith("S") and group.isalnum() and group.isupper()):
        raise ValueError("must be the id of a user group (S…, at the end of its link in Slack)")
    return group


def read_amounts(value: Any) -> Any:
    """An amount for each part of a text with commas, each in a currency of its own."""
    if not isinstance(value, str):
        return value
    amounts = []
    for part in read_list(value):
        currency, _, figure = part.partition(" ")
        if not (len(currency) == CURRENCY_CHARACTERS and currency.isascii() and currency.isalpha()):
            raise ValueError(f"‘{part}’ must be a currency and an amount, such as USD 500")
        try:
            amounts.append(parse_amount(figure.strip(), currency=currency.lower()))
        except BadRequest as wrong:
            raise ValueError(wrong.message) from None
    if len({amount.currency for amount in amounts}) < len(amounts):
        raise ValueError("must name each currency once")
    return tuple(amounts)


def read_role_pairs(value: Any) -> Any:
    """An id and a role for each part of a text with commas; what is no text stays as it is."""
    if not isinstance(value, str):
        return value
    pairs = []
    for part in read_list(value):
        subject, _, role = part.partition("=")
        if not (subject.startswith(("U", "W", "S")) and subject.isalnum() and subject.isupper()):
            raise ValueError(f"‘{subject}’ is no id of a member (U…) or user group (S…) of Slack")
        if role not in ROLES:
            raise ValueError(f"‘{part}’ must end in = and one of {', '.join(ROLES)}")
        pairs.append((subject, role))
    return tuple(pairs)


def check_secret_key(key: SecretStr) -> SecretStr:
    """A key of Stripe that is kept secret, or none."""
    value = key.get_secret_value()
    if value and not value.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")):
        raise ValueError("must be a secret or restricted key of Stripe: sk_… or rk_…")
    return key


def check_audit_keys(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    """Keys that nobody can guess, each once."""
    values = [key.get_secret_value() for key in keys]
    if any(len(value) < AUDIT_KEY_CHARACTERS_MIN for value in values):
        raise ValueError(
            f"must be {AUDIT_KEY_CHARACTERS_MIN} characters or more: openssl rand -hex 32 makes one"
        )
    if len(set(values)) < len(values):
        raise ValueError("must hold each key once")
    return keys


def check_bot_token(token: SecretStr) -> SecretStr:
    """A bot token of Slack, or none."""
    value = token.get_secret_value()
    # Source: docs.slack.dev/authentication/using-token-rotation, read 2026-11.
    if value.startswith("xoxe"):
        raise ValueError(
            "expires after 12 hours, because token rotation is switched on in this Slack app. Slack"
            " never switches it off again: create the app anew from manifest.json, without it"
        )
    if value and not value.startswith("xoxb-"):
        raise ValueError("must be a bot token of Slack: xoxb-…")
    return token


def check_app_token(token: SecretStr) -> SecretStr:
    """An app-level token of Slack, or none."""
    value = token.get_secret_value()
    if value and not value.startswith("xapp-"):
        raise ValueError("must be an app-level token of Slack: xapp-…")
    return token

"""Asking a customer to pay: what is asked for, and the fresh links for exactly that.

A link is as good as a key and runs out, so none is stored: it is read at the moment of sending, and
only goes out for an invoice of which as much is left to pay as the person saw who asked (G9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot import announcements, customer_channels, mailing, stripe_mail
from bot.access import Permission, find_actor, permissions_for
from bot.audit.deeds import Private
from bot.clock import monotonic_seconds
from bot.effects import Done, Effect, Means, Outcome, Unknown, slack_lane
from bot.errors import NotAllowed, Refused, ToldToWait, Unavailable
from bot.mail_api import Mail
from bot.mirror.documents import payment_url
from bot.mirror.fields import amount_at, currency_at
from bot.mirror.fresh import keep_read, read_invoice
from bot.money import Money, money_text
from bot.queries.addressees import Addressee, Way
from bot.queries.asking import find_holds
from bot.queries.terms import Language
from bot.runtime import Runtime
from bot.setting_values import parse_mail_address
from bot.slack_posting import Place, find_message, post_message
from bot.telemetry import get_logger
from bot.views.blocks import Message
from bot.views.letters import MailText
from bot.views.mail import PaymentLine, payment_mail
from bot.views.payment_post import payment_post

log = get_logger("pay_links")

# Each read at Stripe; whoever sends many at once waits for them one after another.
READ_SECONDS_MAX = 10.0
# As long as a message that Slack has taken may take to be found.
UNSEEN_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class LinkLine:
    """An invoice that is asked for, as the person saw it who asked."""

    invoice_id: str
    name: str
    amount: Money
    due_on: date | None
    days_late: int


def lines_as_json(lines: Sequence[LinkLine]) -> list[dict[str, Any]]:
    """The lines as a promise keeps them."""
    return [
        {
            "invoice": line.invoice_id,
            "name": line.name,
            "minor": line.amount.minor,
            "currency": line.amount.currency,
            "due_on": line.due_on and line.due_on.isoformat(),
            "days_late": line.days_late,
        }
        for line in lines
    ]


def lines_of(payload: Mapping[str, Any]) -> list[LinkLine]:
    """The lines that a promise has kept."""
    return [
        LinkLine(
            invoice_id=one["invoice"],
            name=one["name"],
            amount=Money(one["minor"], one["currency"]),
            due_on=date.fromisoformat(one["due_on"]) if one["due_on"] else None,
            days_late=one["days_late"],
        )
        for one in payload["lines"]
    ]


def told_of(addressee: Addressee, language: Language) -> dict[str, str]:
    """Where it goes and in which language, as a promise keeps it."""
    told = {"way": addressee.way.value, "recipient": addressee.name, "language": language.value}
    return told | ({"channel": addressee.to} if addressee.way is Way.SLACK else {})


def lane_of(addressee: Addressee) -> str:
    """The lane in which what is sent there waits its turn."""
    match addressee.way:
        case Way.MAIL:
            return mailing.LANE
        case Way.SLACK:
            return slack_lane(addressee.to)
    return stripe_mail.LANE


def recipient_of(addressee: Addressee) -> Private | str:
    """Where it goes, as the audit trail keeps it: a person may have to be forgotten."""
    if not addressee.about:
        return addressee.to
    return Private(addressee.name, about=addressee.about)


def write_mail(
    runtime: Runtime,
    lines: Sequence[LinkLine],
    language: Language,
    urls: Mapping[str, str] | None = None,
) -> MailText:
    """The mail for these invoices; a preview says where the links will stand."""
    return payment_mail(with_urls(lines, urls), sender=sender_name(runtime), language=language)


def write_post(
    lines: Sequence[LinkLine], language: Language, urls: Mapping[str, str] | None = None
) -> Message:
    """The same as a message in the customer's channel."""
    return payment_post(with_urls(lines, urls), language=language)


def content_of(
    runtime: Runtime, lines: Sequence[LinkLine], way: Way, language: Language
) -> MailText | Message | None:
    """What goes out one way, but for the links themselves; None for what Stripe words."""
    match way:
        case Way.MAIL:
            return write_mail(runtime, lines, language)
        case Way.SLACK:
            return write_post(lines, language)
    return None


def sender_name(runtime: Runtime) -> str:
    """Who writes to customers, by name."""
    sender = parse_mail_address(runtime.settings.mail_from)
    return sender.name or sender.address


def language_of(payload: Mapping[str, Any]) -> Language:
    """The language that a promise was previewed in."""
    return Language(payload.get("language", Language.ENGLISH.value))


def with_urls(lines: Sequence[LinkLine], urls: Mapping[str, str] | None) -> list[PaymentLine]:
    """The lines as a letter has them, with their links or without."""
    return [
        PaymentLine(
            name=line.name,
            amount=line.amount,
            due_on=line.due_on,
            days_late=line.days_late,
            url=urls[line.invoice_id] if urls else None,
        )
        for line in lines
    ]


def read_link(runtime: Runtime, line: LinkLine, *, patient_until: float) -> str:
    """Where an invoice is paid, if it still stands as it was asked for.

    Raises: Refused with what has changed or what holds it, Unavailable when Stripe is silent.
    """
    url, left = read_owed(runtime, line.invoice_id, patient_until=patient_until)
    if left != line.amount:
        raise Refused(
            f"Invoice {line.name} has changed: {money_text(left)} is left to pay of it now, and "
            f"not {money_text(line.amount)}."
        )
    with runtime.database.looking() as reading:
        hold = find_holds(reading, [line.invoice_id]).get(line.invoice_id)
    if hold is not None:
        raise Refused(f"Nobody is asked for invoice {line.name} now: {hold}.")
    return url


def read_owed(runtime: Runtime, invoice_id: str, *, patient_until: float) -> tuple[str, Money]:
    """Where an invoice is paid and how much is left to pay of it, as Stripe has it now.

    Raises: Refused where nothing is to be paid, Unavailable when Stripe is silent.
    """
    fresh = read_invoice(runtime, invoice_id, patient_until=patient_until)
    try:
        keep_read(runtime, fresh)
    except Unavailable as busy:
        log.warning("read_not_kept", invoice=fresh.id, why=busy.message)
    url = payment_url(runtime, fresh)
    body = fresh.body or {}
    return url, Money(amount_at(body, "amount_remaining"), currency_at(body))


def read_links(runtime: Runtime, lines: Sequence[LinkLine]) -> dict[str, str]:
    """The same for several, by the ids of the invoices; all of them or none."""
    return {
        line.invoice_id: read_link(
            runtime, line, patient_until=monotonic_seconds() + READ_SECONDS_MAX
        )
        for line in lines
    }


def require_still_allowed(effect: Effect, means: Means, *, account_id: int) -> None:
    """Go on only when the person who asked may still send links to this account.

    Raises: NotAllowed.
    """
    runtime, team_id = means.runtime, means.deployment.slack_team_id
    with runtime.database.looking() as reading:
        actor = find_actor(
            reading, runtime.settings, user_id=effect.asked_by or "", team_id=team_id
        )
    if actor is None or Permission.SEND_LINKS not in permissions_for(actor, account_id):
        raise NotAllowed("Whoever asked for it may not send links to this account any more.")


def send_by_mail(effect: Effect, means: Means) -> Outcome:
    """Write to the customer with fresh links.

    Raises: what read_link and hand_over raise.
    """
    if effect.may_have_happened and mailing.is_in_doubt(effect, means.runtime):
        return Unknown(mailing.IN_DOUBT, is_final=True)
    lines = lines_of(effect.payload)
    urls = read_links(means.runtime, lines)
    written = write_mail(means.runtime, lines, language_of(effect.payload), urls)
    mail = Mail(
        key=effect.key,
        recipient=effect.payload["recipient"],
        subject=written.subject,
        text=written.text,
        html=written.html,
    )
    return mailing.hand_over(effect, means, mail)


def send_to_channel(effect: Effect, means: Means) -> Outcome:
    """Post fresh links in the customer's own channel, unless an earlier attempt has done so.

    Raises: what place_now, read_link and post_message raise.
    """
    channel_id, account_id = effect.payload["channel"], effect.payload["account"]
    if effect.may_have_happened and (ts := find_post(effect, means, channel_id)) is not None:
        return Done({"ts": ts})
    place = customer_channels.place_now(means, account_id, channel_id)
    lines = lines_of(effect.payload)
    urls = read_links(means.runtime, lines)
    message = write_post(lines, language_of(effect.payload), urls)
    posted = announcements.content_of(message)
    try:
        made = post_message(means.slack, place, posted, key=effect.key)
    except ToldToWait:
        raise
    except Unavailable as doubt:
        return Unknown(doubt.message, again_seconds=UNSEEN_SECONDS)
    return Done({"ts": made.ts}, refused_blocks=made.refused)


def find_post(effect: Effect, means: Means, channel_id: str) -> str | None:
    """The message of an effect in a channel, where an earlier attempt has posted it."""
    return find_message(
        means.slack,
        Place(channel_id),
        key=effect.key,
        since=effect.promised_at,
        bot_id=means.deployment.slack_bot_id,
    )

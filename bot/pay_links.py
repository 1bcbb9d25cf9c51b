"""Asking a customer to pay: what is asked for, and the fresh links for exactly that.

A link is as good as a key and runs out, so none is stored: it is read at the moment of sending, and
only goes out for an invoice of which as much is left to pay as the person saw who asked (G9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot import mailing
from bot.access import Permission, find_actor, permissions_for
from bot.clock import monotonic_seconds
from bot.effects import Effect, Means, Outcome, Unknown
from bot.errors import NotAllowed, Refused, Unavailable
from bot.mail_api import Mail
from bot.mirror.documents import payment_url
from bot.mirror.fields import amount_at, currency_at
from bot.mirror.fresh import keep_read, read_invoice
from bot.money import Money, money_text
from bot.queries.asking import find_holds
from bot.runtime import Runtime
from bot.setting_values import parse_mail_address
from bot.telemetry import get_logger
from bot.views.mail import LINK_HERE, MailText, PaymentLine, payment_mail

log = get_logger("pay_links")

# Each read at Stripe; whoever sends many at once waits for them one after another.
READ_SECONDS_MAX = 10.0


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


def write_mail(
    runtime: Runtime, lines: Sequence[LinkLine], urls: Mapping[str, str] | None = None
) -> MailText:
    """The mail for these invoices; a preview says where the links will stand."""
    sender = parse_mail_address(runtime.settings.mail_from)
    return payment_mail(
        [
            PaymentLine(
                name=line.name,
                amount=line.amount,
                due_on=line.due_on,
                days_late=line.days_late,
                url=urls[line.invoice_id] if urls else LINK_HERE,
            )
            for line in lines
        ],
        sender=sender.name or sender.address,
    )


def read_link(runtime: Runtime, line: LinkLine, *, patient_until: float) -> str:
    """Where an invoice is paid, if it still stands as it was asked for.

    Raises: Refused with what has changed or what holds it, Unavailable when Stripe is silent.
    """
    fresh = read_invoice(runtime, line.invoice_id, patient_until=patient_until)
    try:
        keep_read(runtime, fresh)
    except Unavailable as busy:
        log.warning("read_not_kept", invoice=fresh.id, why=busy.message)
    url = payment_url(runtime, fresh)
    body = fresh.body or {}
    left = Money(amount_at(body, "amount_remaining"), currency_at(body))
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
    written = write_mail(means.runtime, lines, read_links(means.runtime, lines))
    mail = Mail(
        key=effect.key,
        recipient=effect.payload["recipient"],
        subject=written.subject,
        text=written.text,
        html=written.html,
    )
    return mailing.hand_over(effect, means, mail)

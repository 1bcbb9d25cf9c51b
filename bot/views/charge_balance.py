"""The dialogs that charge an account's balance: which currency, and what exactly is agreed to."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.errors import BadRequest
from bot.money import Money, money_text
from bot.queries.cards import AccountRef, Freshness, InvoiceRow
from bot.queries.chargeable import BalanceToCharge, ToCharge
from bot.queries.payment_methods import DefaultMethod
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.dialogs import VIEW_TITLE_MAX
from bot.views.fields import RADIO_MAX, menu_field, radio_field
from bot.views.forms import Form
from bot.views.freshness import footing, freshness_warnings, warning
from bot.views.notices import Contact, contact_block
from bot.views.payment_methods import method_name, method_text
from bot.views.promise_words import pause_notes, pause_text
from bot.views.text import (
    account_name,
    count_text,
    days_late_text,
    invoice_name,
    literal,
)

TITLE = "Charge the balance"
CURRENCY_FIELD = "currency"
INVOICES_SHOWN, LEFT_OUT_SHOWN, METHODS_SHOWN = 15, 5, 5
RULE_OF_ONE = (
    "It is read from Stripe right before, and left alone if it was paid or has changed. If the "
    "bank declines, nothing is charged."
)
RULES = (
    "They are charged one after the other, oldest first. At the first decline it stops: what was "
    "charged before stays charged, and no later invoice is tried. Each is read from Stripe right "
    "before, and left alone if it was paid or has changed."
)
IF_CHARGED = "It is charged all the same if you go on."
WHOLE_ONLY = "Only whole invoices are charged here. About a part of one, turn to support."
_ACCOUNT = re.compile(r"@([1-9][0-9]{0,17})", re.ASCII)
_AGREED = re.compile(r"@([1-9][0-9]{0,17})\|([a-z]{3})\|([0-9]{1,19})\|([0-9a-f]{16})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a dialog was about when it was shown; `digest` is of each invoice, amount and method."""

    account_id: int
    total: Money
    digest: str


def agreed_of(account: AccountRef, balance: BalanceToCharge) -> Agreed:
    """What somebody agrees to who sends the dialog of this balance."""
    listed = [
        f"{one.invoice.id} {one.invoice.remaining.minor} {one.method_id}"
        for one in balance.invoices
    ]
    # Who has not read of a promise agrees to nothing that breaks it.
    listed += map(pause_text, balance.pauses)
    digest = hashlib.sha256("\n".join(listed).encode()).hexdigest()[:16]
    return Agreed(account.id, balance.total, digest)


def format_agreed(agreed: Agreed) -> str:
    """It as the dialog carries it."""
    account = actions.account_text(agreed.account_id)
    return f"{account}|{agreed.total.currency}|{agreed.total.minor}|{agreed.digest}"


def parse_agreed(text: str) -> Agreed:
    """It as it comes back.

    Raises: BadRequest when it is of another form.
    """
    matched = _AGREED.fullmatch(text)
    if matched is None:
        raise BadRequest("This dialog names no balance. Open it anew: /balance and the account.")
    return Agreed(int(matched[1]), Money(int(matched[3]), matched[2]), matched[4])


def parse_charge_balance(value: str) -> int:
    """The id of the account whose balance is to be charged: all of it, as no amount can be named.

    Raises: BadRequest when the value is of another form.
    """
    if (matched := _ACCOUNT.fullmatch(value)) is None:
        raise BadRequest("This button names no account. Ask for it anew: /balance and its name.")
    return int(matched[1])


def choose_charge_form(account: AccountRef, balances: Sequence[BalanceToCharge]) -> Message:
    """Which of the currencies is to be charged, as each is a charge of its own."""
    said = f"{account_name(account)} owes in several currencies. Each is charged by itself."
    choices = [
        (
            balance.currency,
            f"{money_text(balance.total)}, {count_text(len(balance.invoices), 'invoice')}",
        )
        for balance in balances
    ]
    field = radio_field if len(choices) <= RADIO_MAX else menu_field
    asked = field(CURRENCY_FIELD, "Charge", choices, initial=choices[0][0])
    form = Form(actions.CHOOSE_CHARGE, "Continue", subject=actions.account_text(account.id))
    parts = (blocks.header(TITLE), blocks.section(blocks.plain_text(said)), asked)
    return Message(text=literal(said), blocks=parts, form=form)


def charge_form(
    account: AccountRef,
    balance: BalanceToCharge,
    *,
    today: date,
    freshness: Freshness,
    contact: Contact,
    was: Money | None = None,
) -> Message:
    """All that is agreed to by sending it; `was` is what it came to before it changed."""
    total, count = money_text(balance.total), len(balance.invoices)
    submit = f"Charge {total}"
    if len(submit) > VIEW_TITLE_MAX:
        submit = "Charge it all"
    parts = [
        blocks.header(TITLE),
        *([_changed(was, balance.total)] if was is not None else []),
        blocks.rich_text(
            blocks.text(total, is_bold=True),
            blocks.text(f" · {count_text(count, 'invoice')}\n{account_name(account)}"),
        ),
        *freshness_warnings(freshness, account.time_zone),
        *(warning(note) for note in pause_notes(balance.pauses, consequence=IF_CHARGED)),
        *_methods(balance.invoices, today),
        _listed(balance.invoices),
        *_left_out(balance),
        blocks.section(blocks.plain_text(RULES if count > 1 else RULE_OF_ONE)),
        blocks.section(blocks.plain_text(WHOLE_ONLY)),
        contact_block(contact),
        footing(freshness, account.time_zone),
    ]
    form = Form(actions.CHARGE_BALANCE, submit, subject=format_agreed(agreed_of(account, balance)))
    return Message(text=literal(f"{TITLE}: {total}."), blocks=tuple(parts), form=form)


def nothing_to_charge(account: AccountRef, balances: Sequence[BalanceToCharge]) -> Message:
    """That there is nothing to pay, or nothing that can be charged, and why."""
    unsaved = [row for balance in balances for row in balance.unsaved]
    held = [each for balance in balances for each in balance.held]
    said = "Nothing to pay." if not (unsaved or held) else "Nothing of it can be charged."
    emoji = "white_check_mark" if said == "Nothing to pay." else "no_entry_sign"
    about = f" {account_name(account)}"
    parts = [
        blocks.header(TITLE),
        blocks.rich_text(
            blocks.emoji(emoji), blocks.text(f" {said}", is_bold=True), blocks.text(about)
        ),
        *(block for balance in balances for block in _left_out(balance)),
    ]
    return Message(text=literal(f"{said}{about}"), blocks=tuple(parts))


def _changed(was: Money, now: Money) -> Block:
    if was == now:
        words = "The invoices, the payment method or a promise have changed since you opened this."
    else:
        words = f"The balance has changed since you opened this: it was {money_text(was)}."
    return warning(f"{words} Nothing was charged. Please look again.")


def _methods(invoices: Sequence[ToCharge], today: date) -> list[Block]:
    """What is charged, each method once."""
    found = dict.fromkeys(one.method for one in invoices)
    lines = [method_text(method, today) for method in list(found)[:METHODS_SHOWN]]
    if hidden := len(found) - len(lines):
        lines.append(f"and {hidden:,} more")
    words = [blocks.emoji("credit_card"), blocks.text(" Charged to ")]
    parts = [blocks.rich_text(*words, blocks.text("; ".join(lines), is_bold=True))]
    if any(_has_expired(method, today) for method in found):
        parts.append(warning("An expired card is mostly declined."))
    return parts


def _has_expired(method: DefaultMethod, today: date) -> bool:
    if not method.exp_month or not method.exp_year:
        return False
    return (method.exp_year, method.exp_month) < (today.year, today.month)


def _listed(invoices: Sequence[ToCharge]) -> Block:
    several = len({one.method for one in invoices}) > 1
    elements: list[Element] = []
    for one in invoices[:INVOICES_SHOWN]:
        elements += _line(one.invoice, method_name(one.method) if several else "", elements)
    if rest := invoices[INVOICES_SHOWN:]:
        left = Money(
            sum(one.invoice.remaining.minor for one in rest), rest[0].invoice.total.currency
        )
        elements.append(blocks.text(f"\n… and {len(rest):,} more, {money_text(left)}"))
    return blocks.rich_text(*elements)


def _left_out(balance: BalanceToCharge) -> list[Block]:
    """What of the balance is not charged, each with its reason."""
    left = [(row, "no saved payment method") for row in balance.unsaved] + list(balance.held)
    if not left:
        return []
    elements: list[Element] = [blocks.text("Left out", is_bold=True)]
    for row, why in left[:LEFT_OUT_SHOWN]:
        elements += _line(row, why, elements)
    if hidden := left[LEFT_OUT_SHOWN:]:
        elements.append(blocks.text(f"\n… and {len(hidden):,} more"))
    return [blocks.rich_text(*elements)]


def _line(row: InvoiceRow, remark: str, before: Sequence[Element]) -> list[Element]:
    words = [money_text(row.remaining)]
    words += [days_late_text(row.days_late)] if row.days_late else []
    words += [remark] if remark else []
    start = [blocks.text("\n")] if before else []
    name = blocks.text(invoice_name(row), is_bold=True)
    return [*start, name, blocks.text(f" · {' · '.join(words)}")]

"""The card of one invoice: status, amount and days late at one glance, then how it came about."""

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.access import Permission
from bot.money import Money, money_text
from bot.queries.cards import InvoiceCard, PromiseMark, Status
from bot.views import actions, blocks, invoice_table
from bot.views.ageing import BEHIND
from bot.views.blocks import Block, Element, Message
from bot.views.chargebacks import LOST, chargeback_fact, chargeback_mark
from bot.views.dispute_words import DISPUTE_EMOJI, dispute_fact, dispute_mark
from bot.views.freshness import footing, freshness_warnings, warning
from bot.views.invoice_deeds import deeds_row
from bot.views.promise_words import PROMISE_EMOJI, SNOOZE_EMOJI, promise_text
from bot.views.text import (
    account_name,
    as_of_text,
    count_text,
    day_text,
    days_late_text,
    escape,
    invoice_title,
    literal,
    period_text,
    plain,
    short_day_text,
)
from bot.views.waiting import waiting_lines

# The emoji beside each status, by Slack's name; the word itself always stands beside it.
STATUS_EMOJI = {
    None: "grey_question",
    Status.DRAFT: "pencil2",
    Status.OPEN: "large_blue_circle",
    Status.PAST_DUE: "red_circle",
    Status.PAID: "white_check_mark",
    Status.UNCOLLECTIBLE: "black_circle",
    Status.VOID: "no_entry_sign",
}

# The name by which a card that was posted is kept up to date.
LIVE_VIEW = "invoice_card"

NAME_MAX = 60
# A draft has no PDF yet, and that of a void one is nothing to pass on.
WITHOUT_PDF = frozenset({None, Status.DRAFT, Status.VOID})
WITH_RECEIPT = frozenset({Status.PAID, Status.OPEN, Status.PAST_DUE})


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Where Stripe's dashboard is: its address without a slash at the end, and the mode."""

    base: str
    is_test: bool

    def invoice_url(self, invoice_id: str) -> str:
        """The page of an invoice."""
        return f"{self.base}/{'test/' if self.is_test else ''}invoices/{invoice_id}"


def invoice_card(
    card: InvoiceCard, *, dashboard: Dashboard, rights: Collection[Permission] = ()
) -> Message:
    """One invoice, as it is now, with what somebody with these rights may do about it."""
    shown = [
        blocks.header(invoice_title(card)),
        _glance(card),
        *([warning("Deleted at Stripe. This is what it last was.")] if card.is_deleted else []),
        *freshness_warnings(card.freshness, card.account.time_zone),
        *waiting_lines(card),
        *_facts(card),
        invoice_table.invoice_table(card),
    ]
    if card.difference:
        shown.append(warning(_difference_text(card.difference)))
    shown.extend(deeds_row(card, rights))
    shown.append(_buttons(card, dashboard))
    shown.append(footing(card.freshness, card.account.time_zone))
    is_draft = card.status is Status.DRAFT
    return Message(
        text=_summary(card),
        blocks=tuple(shown),
        is_shareable=not is_draft,
        live=(LIVE_VIEW, card.id),
    )


def status_words(invoice_status: Status | None, status_text: str) -> str:
    """The word for a status; one that we don't know is shown as Stripe writes it."""
    return plain(status_text, limit=40) if invoice_status is None else invoice_status.value


def _glance(card: InvoiceCard) -> Block:
    amount, purpose = _headline(card)
    remark = _status_remark(card)
    return blocks.rich_text(
        blocks.emoji(STATUS_EMOJI[card.status]),
        blocks.text(f" {status_words(card.status, card.status_text)}", is_bold=True),
        *_dispute_mark(card),
        *_pause_mark(card),
        *_chargeback_mark(card, f" · {remark}" if remark else ""),
        blocks.text(money_text(amount), is_bold=True),
        blocks.text(f" {purpose}\n{account_name(card.account)}"),
    )


def _chargeback_mark(card: InvoiceCard, remark: str) -> list[Element]:
    """The rest of the first line: the remark, and how the newest chargeback stands beside it."""
    if not card.chargebacks:
        return [blocks.text(f"{remark}\n")]
    newest = card.chargebacks[0]
    sign = [] if newest.is_harmless else [blocks.emoji("warning"), blocks.text(" ")]
    mark = blocks.text(chargeback_mark(newest), is_bold=not newest.is_harmless)
    return [blocks.text(f"{remark} · "), *sign, mark, blocks.text("\n")]


def _dispute_mark(card: InvoiceCard) -> list[Element]:
    """That the customer contests it, right beside the status."""
    if card.dispute is None:
        return []
    words = blocks.text(f" {dispute_mark(card.dispute)}", is_bold=True)
    return [blocks.text(" · "), blocks.emoji(DISPUTE_EMOJI), words]


def _pause_mark(card: InvoiceCard) -> list[Element]:
    """That it is promised or snoozed, so that nobody is chased."""
    marks = (
        (card.promise, PROMISE_EMOJI, "Promised"),
        (card.snoozed_until, SNOOZE_EMOJI, "Snoozed"),
    )
    return [
        element
        for holds, name, word in marks
        if holds
        for element in (
            blocks.text(" · "),
            blocks.emoji(name),
            blocks.text(f" {word}", is_bold=True),
        )
    ]


def _headline(card: InvoiceCard) -> tuple[Money, str]:
    """The one amount that matters in this status, and what it is."""
    match card.status:
        case Status.DRAFT:
            return card.total, "so far, not issued yet"
        case Status.PAID:
            return card.total, _settled_text(card)
        case Status.VOID:
            return card.total, "annulled, nothing to pay"
        case Status.UNCOLLECTIBLE:
            return card.remaining, "still owed, no longer chased"
        case _:
            return card.remaining, "to pay"


def _settled_text(card: InvoiceCard) -> str:
    # The invoice stays paid at Stripe when its payment is taken back.
    lost = [one.amount for one in card.chargebacks if one.status == LOST]
    if not lost:
        return "settled in full"
    return f"settled, then {' and '.join(map(money_text, lost))} charged back"


def _status_remark(card: InvoiceCard) -> str:
    """What else the status says: how late, what collection does, or when it is due; or ""."""
    remarks = [days_late_text(card.days_late)] if card.days_late else []
    if card.status in {Status.OPEN, Status.PAST_DUE}:
        if card.is_exhausted:
            remarks.append("payment failed; retries exhausted")
        elif card.failed_on and card.retry_on:
            remarks.append(f"payment failed; retrying {short_day_text(card.retry_on)}")
        elif card.failed_on:
            remarks.append("payment failed")
        elif card.due_on and not card.days_late:
            remarks.append(_due_text(card))
    return " · ".join(remarks)


def _due_text(card: InvoiceCard) -> str:
    today = card.now.astimezone(ZoneInfo(card.account.time_zone)).date()
    days = (card.due_on - today).days if card.due_on else 0
    if days < 0:
        return ""
    return f"due in {count_text(days, 'day')}" if days else "due today"


def _promised(card: InvoiceCard, promise: PromiseMark) -> str:
    is_for_more = promise.amount is None or promise.amount.minor > card.remaining.minor
    return promise_text(promise) + (", with other invoices" if is_for_more else "")


def _facts(card: InvoiceCard) -> list[Block]:
    """Dates and how it is collected, in two columns; only what there is."""
    facts = {
        "Issued": card.issued_on and day_text(card.issued_on),
        "Due": card.due_on and day_text(card.due_on),
        "Period": period_text(card.first_day, card.last_day),
        "Collection": "Charged automatically" if card.is_automatic else "Sent as an invoice",
        "Payment failed": card.failed_on and day_text(card.failed_on),
        "Next attempt": card.retry_on and day_text(card.retry_on),
        "Credited after payment": card.credited_after_payment
        and money_text(card.credited_after_payment),
        "Chargeback": card.chargebacks and chargeback_fact(card.chargebacks[0]),
        "Disputed": card.dispute and dispute_fact(card.dispute),
        "Promised": card.promise and _promised(card, card.promise),
        "Snoozed": card.snoozed_until and f"until {day_text(card.snoozed_until)}",
        "Looks after it": card.owner and escape(plain(card.owner, limit=NAME_MAX)),
        "Short number": card.short_number and str(card.short_number),
    }
    shown = [blocks.mrkdwn(f"*{label}*\n{fact}") for label, fact in facts.items() if fact]
    if len(shown) % 2:
        # The table says it too; here it fills what would be a hole in the second column.
        shown.append(blocks.mrkdwn(f"*Total*\n{money_text(card.total)}"))
    most = blocks.SECTION_FIELDS_MAX
    return [blocks.fields(shown[first : first + most]) for first in range(0, len(shown), most)]


def _difference_text(difference: Money) -> str:
    way = "less" if difference.minor < 0 else "more"
    amount = money_text(Money(abs(difference.minor), difference.currency))
    return f"The total is {amount} {way} than its parts add up to. The operators were told."


def _buttons(card: InvoiceCard, dashboard: Dashboard) -> Block:
    elements: list[Element] = []
    if not invoice_table.is_inline(card):
        lines = f"All {count_text(card.lines_count, 'line')}"
        value = actions.format_show_invoice_lines(card.id, 1)
        elements.append(blocks.button(lines, action_id=actions.SHOW_INVOICE_LINES, value=value))
    elements.extend(_documents(card))
    for text, place, invoice_id in (
        ("‹ Previous", "previous", card.previous_id),
        ("Next ›", "next", card.next_id),
    ):
        if invoice_id:
            name = actions.action_id(actions.SHOW_INVOICE, place)
            label = f"{place.capitalize()} invoice of this account"
            elements.append(blocks.button(text, action_id=name, value=invoice_id, label=label))
    account = actions.format_show_account(actions.account_text(card.account.id))
    elements.append(
        blocks.button("All its invoices", action_id=actions.SHOW_ACCOUNT, value=account)
    )
    balance = actions.action_id(actions.SHOW_BALANCE, BEHIND)
    elements.append(blocks.button("Balance", action_id=balance, value=account))
    elements.append(blocks.button("History", action_id=actions.SHOW_INVOICE_HISTORY, value=card.id))
    url = dashboard.invoice_url(card.id)
    elements.append(blocks.link_button("Open in Stripe", action_id=actions.OPEN_IN_STRIPE, url=url))
    return blocks.actions(elements)


def _documents(card: InvoiceCard) -> list[Element]:
    """Buttons for what Stripe may have of an invoice: the press reads it, and says what there is.

    A receipt may be asked for before the mirror knows of the payment: the answer is Stripe's.
    """
    if card.is_deleted or card.status in WITHOUT_PDF:
        return []
    pdf = blocks.button("PDF", action_id=actions.SHOW_INVOICE_PDF, value=card.id)
    receipt = blocks.button("Receipt", action_id=actions.SHOW_RECEIPT, value=card.id)
    return [pdf, receipt] if card.status in WITH_RECEIPT else [pdf]


def _summary(card: InvoiceCard) -> str:
    """The essence, for notifications and for those who hear instead of see."""
    amount, purpose = _headline(card)
    remark = _status_remark(card)
    mark = chargeback_mark(card.chargebacks[0]) if card.chargebacks else ""
    parts = [
        status_words(card.status, card.status_text),
        dispute_mark(card.dispute).lower() if card.dispute else "",
        f"promised {promise_text(card.promise)}" if card.promise else "",
        f"snoozed until {day_text(card.snoozed_until)}" if card.snoozed_until else "",
        remark,
        mark,
        f"{money_text(amount)} {purpose}",
    ]
    said = ", ".join(part for part in parts if part)
    return literal(
        f"{invoice_title(card)}, {account_name(card.account)}: {said}; "
        f"{as_of_text(card.freshness, card.account.time_zone)}."
    )

"""The PDF and the receipts of an invoice (I7): read at the press, never from what is stored."""

from collections.abc import Callable
from typing import TypeVar

from bot.errors import Unavailable
from bot.mirror.documents import pdf_url, read_receipts
from bot.mirror.fresh import FreshInvoice, keep_read, read_invoice
from bot.queries.invoices import get_invoice_card
from bot.telemetry import get_logger
from bot.views import actions
from bot.views.blocks import Message
from bot.views.documents import pdf_link, receipt_links
from bot.views.text import invoice_title
from handlers.slack.context import Ask

log = get_logger("slack.documents")

T = TypeVar("T")


def show_invoice_pdf(ask: Ask, value: str, patient_until: float) -> Message:
    """A fresh link to the PDF.

    Raises: NotFound for an invoice that this person may not see, Refused for one without a PDF,
        Unavailable when Stripe does not answer.
    """
    title, fresh = read_fresh(ask, value, patient_until)
    keep(ask, fresh)
    return pdf_link(title, url=pdf_url(ask.desk.runtime, fresh))


def show_receipt(ask: Ask, value: str, patient_until: float) -> Message:
    """Fresh links to the receipts of the invoice's payments; raises as the PDF does."""
    title, fresh = read_fresh(ask, value, patient_until)
    runtime = ask.desk.runtime
    try:
        receipts = ask_stripe(
            ask,
            lambda: read_receipts(runtime, fresh, patient_until=patient_until),
            patient_until,
        )
    finally:
        keep(ask, fresh)
    return receipt_links(title, receipts)


def read_fresh(ask: Ask, value: str, patient_until: float) -> tuple[str, FreshInvoice]:
    """The invoice as Stripe has it, for somebody who may see it, and what it is called here."""
    runtime = ask.desk.runtime
    invoice_id = actions.parse_show_invoice(value)
    with runtime.database.looking() as session:
        card = get_invoice_card(session, invoice_id, sight=ask.sight)
    fresh = ask_stripe(
        ask, lambda: read_invoice(runtime, invoice_id, patient_until=patient_until), patient_until
    )
    return invoice_title(card), fresh


def ask_stripe(ask: Ask, read: Callable[[], T], patient_until: float) -> T:
    """Read something from Stripe for somebody who waits.

    Raises: Unavailable when it does not answer in time, and what `read` raises.
    """
    try:
        return ask.desk.background.read(read, patient_until=patient_until)
    except Unavailable as silent:
        log.warning("document_unread", why=silent.message)
        raise Unavailable("Stripe did not answer. Try again in a minute.") from None


def keep(ask: Ask, fresh: FreshInvoice) -> None:
    """Keep what was read; the person gets their answer all the same where that fails."""
    try:
        keep_read(ask.desk.runtime, fresh)
    except Unavailable as busy:
        log.warning("read_not_kept", invoice=fresh.id, why=busy.message)

"""Where an invoice is paid, its PDF and its receipts, as Stripe has them at this moment.

Their addresses carry a secret and run out, so none is stored, and only addresses on Stripe's own
hosts are ever given out.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from bot.errors import NotFound, Refused
from bot.hosts import is_same_host
from bot.mirror.fields import amount_at, currency_at, dict_at, dicts_at, flag_at, id_at, text_at
from bot.mirror.fresh import FreshInvoice
from bot.mirror.translate_invoice import status_of
from bot.money import Money
from bot.runtime import Runtime

# More payments of one invoice than these are left to Stripe's own pages.
RECEIPTS_MAX = 5
# Source: invoice_pdf, hosted_invoice_url and receipt_url in docs.stripe.com/api, read 2026-11.
STRIPE_API_HOST = "api.stripe.com"
LINK_HOSTS = frozenset(
    {"invoice.stripe.com", "pay.stripe.com", "files.stripe.com", "billing.stripe.com"}
)
# No user before the host, and no sign that browsers and we might read differently.
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+/[A-Za-z0-9/._~!$&'()*+,;=:@%?#-]*", re.ASCII)
ADDRESS_CHARACTERS_MAX = 3000


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receipt of one payment: where it is, and what was paid."""

    url: str
    paid: Money


@dataclass(frozen=True, slots=True)
class Receipts:
    """The receipts of an invoice; `has_more` when Stripe has others that are not among them."""

    found: tuple[Receipt, ...]
    has_more: bool


def pdf_url(runtime: Runtime, fresh: FreshInvoice) -> str:
    """Where the PDF of an invoice is.

    Raises: Refused for an invoice that has none, or none that may be shown, with the reason.
    """
    body, name = _present(fresh)
    status = status_of(body)
    if status == "draft":
        raise Refused("This invoice is still a draft: it gets its PDF when it is issued.")
    if status == "void":
        raise Refused(f"{name} is void: there is nothing to pay, and no PDF is given out.")
    url = text_at(body, "invoice_pdf")
    if url is None:
        raise Refused(f"Stripe has made no PDF of {name} yet.")
    return _checked(runtime, url)


def read_receipts(runtime: Runtime, fresh: FreshInvoice, *, patient_until: float) -> Receipts:
    """Where the receipts of a paid invoice are, read payment by payment.

    Raises: Refused for an invoice that has none, with the reason; Unavailable when Stripe does not
        answer in time.
    """
    body, name = _present(fresh)
    _require_paid(body, name)
    listed = runtime.stripe.get(
        "/v1/invoice_payments",
        {"invoice": fresh.id, "status": "paid", "limit": RECEIPTS_MAX},
        patient_until=patient_until,
    )
    found = []
    has_charge = False
    for paying in dicts_at(listed, "data"):
        charge = _read_charge(runtime, dict_at(paying, "payment"), patient_until)
        has_charge |= charge is not None
        url = charge and text_at(charge, "receipt_url")
        if url:
            paid = Money(amount_at(paying, "amount_paid"), currency_at(paying))
            found.append(Receipt(_checked(runtime, url), paid))
    if not found:
        raise Refused(_why_none(body, name, has_charge=has_charge))
    return Receipts(tuple(found), flag_at(listed, "has_more"))


def payment_url(runtime: Runtime, fresh: FreshInvoice) -> str:
    """Where an invoice can be paid, for one of which something is to be paid.

    Raises: Refused for any other, saying how it stands.
    """
    body, name = _present(fresh)
    match status_of(body):
        case "open":
            pass
        case "draft":
            raise Refused("This invoice is still a draft: it can be paid once it is issued.")
        case "paid":
            raise Refused(f"{name} is already paid.")
        case "uncollectible":
            raise Refused(f"{name} is written off as uncollectible: nobody is asked to pay it.")
        case other:
            raise Refused(f"{name} is {other}: there is nothing to pay.")
    if amount_at(body, "amount_remaining") <= 0:
        raise Refused(f"Nothing of {name} is left to pay.")
    url = text_at(body, "hosted_invoice_url")
    if url is None:
        raise Refused(f"Stripe has no page on which {name} can be paid.")
    return _checked(runtime, url)


def _present(fresh: FreshInvoice) -> tuple[dict[str, Any], str]:
    if fresh.body is None:
        raise Refused("Stripe has deleted this invoice: there is nothing of it to open.")
    number = text_at(fresh.body, "number", characters_max=64)
    return fresh.body, f"Invoice {number}" if number else "This invoice"


def _require_paid(body: dict[str, Any], name: str) -> None:
    match status_of(body):
        case "paid":
            return
        case "void":
            raise Refused(f"{name} is void: nothing was paid, so there is no receipt.")
        case "draft":
            raise Refused("This invoice is still a draft: nothing is paid, so no receipt yet.")
        case _:
            raise Refused(f"{name} is not paid: no receipt yet.")


def _why_none(body: dict[str, Any], name: str, *, has_charge: bool) -> str:
    if has_charge:
        return f"Stripe has made no receipt for the payment of {name}."
    if amount_at(body, "amount_paid") == 0:
        return f"{name} was settled without a payment, so there is no receipt."
    return f"{name} was paid outside Stripe: no receipt there."


def _read_charge(
    runtime: Runtime, payment: dict[str, Any], patient_until: float
) -> dict[str, Any] | None:
    """The charge behind a payment; None for one that went past Stripe."""
    intent_id, charge_id = id_at(payment, "payment_intent"), id_at(payment, "charge")
    try:
        if intent_id is not None:
            # Expanded from here: from the invoice it would be deeper than Stripe allows.
            path = f"/v1/payment_intents/{quote(intent_id, safe='')}"
            intent = runtime.stripe.get(
                path, {"expand": ["latest_charge"]}, patient_until=patient_until
            )
            return dict_at(intent, "latest_charge") or None
        if charge_id is not None:
            path = f"/v1/charges/{quote(charge_id, safe='')}"
            return runtime.stripe.get(path, patient_until=patient_until)
    except NotFound:
        return None
    return None


def customer_page_url(runtime: Runtime, made: dict[str, Any]) -> str:
    """Where a customer changes how they pay, by a session of Stripe's portal that was just made.

    Raises: Refused when Stripe gives no address, or none that may be shown.
    """
    url = text_at(made, "url")
    if url is None:
        raise Refused("Stripe gave no link to the customer’s page.")
    return _checked(runtime, url)


def _checked(runtime: Runtime, url: str) -> str:
    """The address, once it is sure that it leads to Stripe, or to what stands in for it.

    Raises: Refused for any other.
    """
    if not may_show(url, api_base=runtime.settings.stripe_api_base):
        raise Refused("Stripe gave an address that is not on its own hosts: it is not shown.")
    return url


def may_show(url: str, *, api_base: str) -> bool:
    """Whether an address leads to one of Stripe's hosts, or to the configured stand-in's."""
    if len(url) > ADDRESS_CHARACTERS_MAX or not _ADDRESS.fullmatch(url):
        return False
    try:
        parts, own = urlsplit(url), urlsplit(api_base)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme == "https" and parts.hostname in LINK_HOSTS and port in {None, 443}:
        return True
    return own.hostname != STRIPE_API_HOST and is_same_host(parts.hostname, own.hostname)

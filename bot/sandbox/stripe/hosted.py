"""What a customer sees: the hosted invoice page with its Pay button, the PDF, and the receipt."""

from datetime import UTC, datetime
from html import escape

from bot.sandbox.stripe.charges import new_charge
from bot.sandbox.stripe.payment_methods import new_method
from bot.sandbox.stripe.payments import default_payment, receive
from bot.sandbox.stripe.pdf import one_page
from bot.sandbox.stripe.pricing import shown
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

LINES_MAX = 250
STYLE = """
body{font:16px/1.5 system-ui,sans-serif;background:#f6f8fa;color:#1a1f36;margin:0}
main{max-width:640px;margin:48px auto;background:#fff;border-radius:12px;padding:32px;
box-shadow:0 2px 12px #0001}
h1{font-size:32px;margin:0}table{width:100%;border-collapse:collapse;margin:24px 0}
td{padding:8px 0;border-bottom:1px solid #e6e9ee}td:last-child{text-align:right}
tr.total td{font-weight:600;border:0}.muted{color:#697386}
.status{display:inline-block;padding:2px 10px;border-radius:10px;background:#e6e9ee}
.status.paid{background:#d7f7c2}button{font:inherit;font-weight:600;color:#fff;background:#0a6ebd;
border:0;border-radius:8px;padding:12px 24px;width:100%;cursor:pointer}
"""


def find_by_token(world: World, account: str, token: str) -> Object | None:
    """The invoice behind a hosted link."""
    identifier = world.invoice_of_token.get(token) if account == world.account else None
    return world.table("invoice").find(identifier) if identifier else None


def pay_on_page(world: World, invoice: Object) -> None:
    """Pay what remains with the card that the customer types in: it always works.

    An invoice that can't be paid stays as it is; the page then shows why.
    """
    if invoice["status"] not in {"open", "uncollectible"}:
        return
    row = default_payment(world, invoice)
    intent = world.table("payment_intent").get(row["payment"]["payment_intent"])
    receive(world, invoice, row, intent, new_charge(world, intent, new_method(world, "visa")))


def day(moment: int) -> str:
    """A day as people read it."""
    date = datetime.fromtimestamp(moment, UTC)
    return f"{date:%B} {date.day}, {date.year}"


def facts_of(invoice: Object) -> list[tuple[str, str]]:
    """What the page and the PDF both say."""
    currency = invoice["currency"]
    facts = [
        ("Invoice number", invoice["number"]),
        ("Bill to", invoice["customer_name"] or invoice["customer_email"] or invoice["customer"]),
        ("Issued", day(invoice["status_transitions"]["finalized_at"] or invoice["created"])),
    ]
    if invoice["due_date"] is not None:
        facts.append(("Due", day(invoice["due_date"])))
    facts += [
        ("Total", shown(invoice["total"], currency)),
        ("Amount paid", shown(invoice["amount_paid"], currency)),
        ("Amount remaining", shown(invoice["amount_remaining"], currency)),
        ("Status", invoice["status"]),
    ]
    return facts


def page(world: World, invoice: Object) -> str:
    """The hosted page; every text from outside is escaped."""
    currency = invoice["currency"]
    rows = "".join(
        f"<tr><td>{escape(line['description'] or '')}</td>"
        f"<td>{escape(shown(line['amount'], currency))}</td></tr>"
        for line in world.lines_of(invoice["id"])[:LINES_MAX]
    )
    facts = "".join(
        f"<tr><td class=muted>{escape(name)}</td><td>{escape(str(value))}</td></tr>"
        for name, value in facts_of(invoice)
    )
    button = ""
    if invoice["status"] in {"open", "uncollectible"}:
        amount = escape(shown(invoice["amount_remaining"], currency))
        button = f"<form method=post><button type=submit>Pay {amount}</button></form>"
    status = escape(invoice["status"])
    title = escape(f"Invoice {invoice['number']}")
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        f"<meta name=viewport content='width=device-width'><style>{STYLE}</style><main>"
        f"<p class=muted>{escape(invoice['account_name'])}</p>"
        f"<h1>{escape(shown(invoice['amount_remaining'], currency))}</h1>"
        f"<p><span class='status {status}'>{status}</span></p>"
        f"<table>{facts}</table><table>{rows}</table>{button}</main></html>"
    )


def pdf(invoice: Object) -> bytes:
    """The same facts as a PDF of one page."""
    return one_page(f"Invoice {invoice['number']}", facts_of(invoice))


def receipt_page(world: World, token: str) -> str | None:
    """The receipt of a charge; None when there is none."""
    identifier = world.charge_of_token.get(token)
    if identifier is None:
        return None
    charge = world.table("charge").get(identifier)
    card = charge["payment_method_details"]["card"]
    words = f"{shown(charge['amount'], charge['currency'])} paid on {day(charge['created'])}"
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Receipt</title>"
        f"<style>{STYLE}</style><main><h1>{escape(words)}</h1>"
        f"<p class=muted>{escape(card['brand'])} ending in {escape(card['last4'])}</p>"
        "</main></html>"
    )


def find_credit_note(world: World, account: str, token: str) -> Object | None:
    """The credit note behind a link."""
    identifier = world.credit_note_of_token.get(token) if account == world.account else None
    return world.table("credit_note").find(identifier) if identifier else None


def note_pdf(note: Object) -> bytes:
    """A credit note as a PDF of one page."""
    currency = note["currency"]
    facts = [
        ("Credit note number", note["number"]),
        ("Issued", day(note["created"])),
        ("Total", shown(note["total"], currency)),
        ("Status", note["status"]),
    ]
    return one_page(f"Credit note {note['number']}", facts)

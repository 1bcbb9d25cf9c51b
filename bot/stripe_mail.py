"""Having Stripe send its own e-mail about an invoice, once, though it takes no word of ours."""

from datetime import datetime, timedelta
from urllib.parse import quote

from bot.effects import Effect, Means, stripe_lane
from bot.mirror.fields import dict_at, dicts_at, id_at

LANE = stripe_lane("/v1/invoices/:id/send")
# Stripe lists an event a moment after it has happened; its clock and ours may differ by so much.
CLOCKS_APART = timedelta(minutes=5)
SENT_EVENTS_MAX = 100


def send(effect: Effect, means: Means, invoice_id: str) -> None:
    """Have it sent; raises what the Stripe API raises."""
    path = f"/v1/invoices/{quote(invoice_id, safe='')}/send"
    means.runtime.stripe.post(path, key=effect.call_key)


def was_sent(means: Means, invoice_id: str, *, asked_at: datetime) -> bool:
    """Whether Stripe tells that it has sent the invoice since; the invoice itself does not tell.

    `asked_at` is by the business clock, as Stripe's is.
    Source: the event invoice.sent in docs.stripe.com/api/events/types, read 2026-11.
    """
    since = asked_at - CLOCKS_APART
    asked = {
        "type": "invoice.sent",
        "created": {"gte": int(since.timestamp())},
        "limit": SENT_EVENTS_MAX,
    }
    listed = means.runtime.stripe.get("/v1/events", asked)
    told = (dict_at(dict_at(event, "data"), "object") for event in dicts_at(listed, "data"))
    return any(id_at(invoice, "id") == invoice_id for invoice in told)

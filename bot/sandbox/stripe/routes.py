"""All routes of the API, from every resource."""

from bot.sandbox.stripe import (
    account,
    customers,
    events,
    invoice_items,
    invoice_lines,
    invoice_states,
    invoices,
    payment_methods,
    payment_objects,
    prices,
    products,
    webhooks,
)
from bot.sandbox.stripe.calls import Route

ROUTES: list[Route] = [
    *account.ROUTES,
    *customers.ROUTES,
    *events.ROUTES,
    *invoice_items.ROUTES,
    *invoice_lines.ROUTES,
    *invoice_states.ROUTES,
    *invoices.ROUTES,
    *payment_methods.ROUTES,
    *payment_objects.ROUTES,
    *prices.ROUTES,
    *products.ROUTES,
    *webhooks.ROUTES,
]

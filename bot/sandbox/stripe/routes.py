"""All routes of the API, from every resource."""

from bot.sandbox.stripe import (
    account,
    customers,
    events,
    invoice_items,
    invoice_lines,
    invoice_states,
    invoices,
    meters,
    payment_methods,
    payment_objects,
    prices,
    products,
    subscription_items,
    subscriptions,
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
    *meters.ROUTES,
    *payment_methods.ROUTES,
    *payment_objects.ROUTES,
    *prices.ROUTES,
    *products.ROUTES,
    *subscription_items.ROUTES,
    *subscriptions.ROUTES,
    *webhooks.ROUTES,
]

"""Tables, split by who writes them: the mirror (catalog, invoices, sync) or the bot (work)."""

from bot.models.base import Base, Moment
from bot.models.catalog import Account, AccountName, Customer, Price, Product, Subscription
from bot.models.invoices import (
    OPEN,
    PRESENT,
    CreditNote,
    Invoice,
    InvoiceLine,
    InvoicePayment,
    InvoiceState,
)
from bot.models.sync import (
    KEPT,
    BackfillStep,
    Counter,
    ReceivedEvent,
    StaleObject,
    SyncMark,
    VerifyRun,
)
from bot.models.work import Alert, Deployment, Refusal

__all__ = [
    "KEPT",
    "OPEN",
    "PRESENT",
    "Account",
    "AccountName",
    "Alert",
    "BackfillStep",
    "Base",
    "Counter",
    "CreditNote",
    "Customer",
    "Deployment",
    "Invoice",
    "InvoiceLine",
    "InvoicePayment",
    "InvoiceState",
    "Moment",
    "Price",
    "Product",
    "ReceivedEvent",
    "Refusal",
    "StaleObject",
    "Subscription",
    "SyncMark",
    "VerifyRun",
]

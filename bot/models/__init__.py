"""Tables, split by what they are about: Stripe's things, the sync, people, and the bot's work."""

from bot.models.audit import AuditEntry, AuditHead, PrivateText, RefusalCount
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
from bot.models.people import (
    Grant,
    GroupMember,
    Person,
    SharedChannel,
    SlackEvent,
    UserGroup,
)
from bot.models.sync import (
    KEPT,
    PAYMENT_FAILED,
    BackfillStep,
    Counter,
    GoneObject,
    ReceivedEvent,
    StaleObject,
    SyncMark,
    VerifyRun,
)
from bot.models.work import Alert, Deployment

__all__ = [
    "KEPT",
    "OPEN",
    "PAYMENT_FAILED",
    "PRESENT",
    "Account",
    "AccountName",
    "Alert",
    "AuditEntry",
    "AuditHead",
    "BackfillStep",
    "Base",
    "Counter",
    "CreditNote",
    "Customer",
    "Deployment",
    "GoneObject",
    "Grant",
    "GroupMember",
    "Invoice",
    "InvoiceLine",
    "InvoicePayment",
    "InvoiceState",
    "Moment",
    "Person",
    "Price",
    "PrivateText",
    "Product",
    "ReceivedEvent",
    "RefusalCount",
    "SharedChannel",
    "SlackEvent",
    "StaleObject",
    "Subscription",
    "SyncMark",
    "UserGroup",
    "VerifyRun",
]
